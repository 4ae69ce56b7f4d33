"""What `make new-rule` writes: a rule that loads, and of which the tests say what is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from imdsguard import Severity, load_rules, rule_files
from tests.checks.cases import GROUPS
from tools.new_rule import NewRuleError, files_of, write


def test_a_rule_is_a_check_and_a_case_of_each_group(tmp_path: Path) -> None:
    written = write("hops-of-mine", tmp_path)
    assert written[0] == "checks/hops_of_mine.py"
    assert [re.sub(r"tests/fixtures/hops-of-mine/(\w+)/\w+/main\.tf", r"\1", path) for path in written[1:]] == [*GROUPS]
    assert all((tmp_path / path).is_file() for path in written)
    (rule,) = load_rules(rule_files([str(tmp_path / "checks")]), ["hops-of-mine"])
    assert (rule.id, rule.severity, rule.fixed) == ("hops-of-mine", Severity.NOTE, False)
    assert re.findall("^## (.*)$", rule.page, flags=re.MULTILINE) == [
        "What it checks", "Why", "Wrong", "Right", "How to fix",
    ]  # fmt: skip
    with pytest.raises(NotImplementedError, match=r"checks/hops_of_mine\.py does not say yet what hops-of-mine makes"):
        rule.check(None)


def test_its_sentence_and_its_sections_are_for_its_author_to_write() -> None:
    text = files_of("hops-of-mine")["checks/hops_of_mine.py"]
    assert not text.splitlines()[0].endswith(".")
    assert "## What it checks\n\n## Why\n\n## Wrong" in text


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    write("mine", tmp_path)
    (tmp_path / "checks/mine.py").write_text("work of a day")
    with pytest.raises(NewRuleError, match=r"there is a rule mine already: checks/mine\.py"):
        write("mine", tmp_path)
    assert (tmp_path / "checks/mine.py").read_text() == "work of a day"


@pytest.mark.parametrize("name", ["", "Mine", "my_rule", "my rule", "-mine", "mine-", "my--rule", "../mine", "1st"])
def test_a_name_that_is_no_rule_id(name: str) -> None:
    with pytest.raises(NewRuleError, match="is no rule id"):
        files_of(name)
