"""docs/policy.md: each of its examples is what it says it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from imdsguard.policy.document import POLICY
from imdsguard.policy.exempt import EXPIRED, UNUSED
from imdsguard.policy.exemption import EXEMPTION
from imdsguard.policy.requirement import REQUIRE
from imdsguard.policy.selection import SELECT
from imdsguard.policy.where import WHERE
from imdsguard.run.policy_check import check_policy
from tests.conftest import REPOSITORY, Command
from tests.policy.test_schema import VALIDATOR, document

PAGE = (REPOSITORY / "docs/policy.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
TESTS = [block for block in BLOCKS if re.search(r"^cases:", block, flags=re.MULTILINE)]
POLICIES = [block for block in BLOCKS if block not in TESTS]


def whole(block: str) -> str:
    """A piece of a policy as a policy."""
    return block if "version: 1" in block else f"version: 1\n{block}"


@pytest.mark.parametrize("block", POLICIES)
def test_every_policy_is_fine_to_reader_and_schema(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("team.yaml").write_text(whole(block), encoding="utf-8")
    checked = check_policy("team.yaml")
    assert checked.usable, checked.lines
    VALIDATOR.validate(document(whole(block)))


def test_the_tests_pass_under_the_policy_of_the_page(imdsguard: Command, tmp_path: Path) -> None:
    (block,) = TESTS
    (policy,) = [each for each in POLICIES if "prod-hop-1" in each and "where:" in each]
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies/team.yaml").write_text(policy, encoding="utf-8")
    (tmp_path / "policies/team.test.yaml").write_text(block, encoding="utf-8")
    done = imdsguard("policy", "test", "policies", cwd=tmp_path)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "2 tests: 2 ok"), done.stdout


WORDS = {key.key for part in (POLICY, EXEMPTION, REQUIRE, SELECT) for key in part.keys} | {EXPIRED, UNUSED}
WORDS |= {key.key for key in WHERE.keys}


@pytest.mark.parametrize("word", sorted(WORDS))
def test_every_word_is_on_the_page(word: str) -> None:
    assert f"`{word}`" in PAGE or f"`{word}:" in PAGE
