"""Globs on addresses, modules and words."""

from __future__ import annotations

import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imdsguard.policy.errors import PolicyError
from imdsguard.policy.match import matches_address, matches_module, matches_path, matches_word
from imdsguard.policy.read import find_policy

LETTERS = st.text(alphabet="ab*?.", max_size=8)


@given(st.text(alphabet="ab.", max_size=8), LETTERS)
def test_words_match_as_in_a_shell(text: str, glob: str) -> None:
    assert matches_word(text, glob) is fnmatchcase(text, glob)


@pytest.mark.parametrize(
    ("text", "glob", "expected"),
    [("a[0]", "a[0]", True), ("a[0]", "a[*]", True), ("a0", "a[0]", False), ("a\nb", "a*b", True), ("", "*", True)],
)
def test_brackets_mean_themselves(text: str, glob: str, expected: bool) -> None:
    assert matches_word(text, glob) is expected


@pytest.mark.parametrize(
    ("address", "glob", "expected"),
    [
        ("aws_instance.a[0]", "aws_instance.a", True),
        ("aws_instance.a[0]", "aws_instance.a[0]", True),
        ("aws_instance.a[0]", "aws_instance.a[1]", False),
        ("aws_instance.a", "aws_instance.a[0]", False),
        ("aws_instance.ab", "aws_instance.a", False),
        ('aws_instance.a["x]y"]', "aws_instance.a", True),
        ('aws_instance.a["x\\"].b"]', "aws_instance.a", True),
        ('module.m["a"].aws_instance.a[0]', "module.m.aws_instance.a", True),
        ('module.m["a"].aws_instance.a[0]', 'module.m["a"].aws_instance.a', True),
        ('module.m["a"].aws_instance.a[0]', 'module.m["b"].aws_instance.a', False),
        ('module.m["a"].aws_instance.a[0]', "module.m.*", True),
        ('module.m["a"].aws_instance.a[0]', "module.m", False),
    ],
)
def test_addresses(address: str, glob: str, expected: bool) -> None:
    assert matches_address(address, glob) is expected


@pytest.mark.parametrize(
    ("module", "glob", "expected"),
    [
        ("", "module.*", False),
        ("", "*", True),
        ("module.a", "module.a", True),
        ("module.ab", "module.a", False),
        ('module.a["x"]', "module.a", True),
        ('module.a["x"].module.b[0]', "module.a", True),
        ('module.a["x"].module.b[0]', 'module.a["x"]', True),
        ('module.a["x"].module.b[0]', 'module.a["y"]', False),
        ('module.a["x"].module.b[0]', "module.b", False),
        ('module.a["x.module.c"].module.b', "module.a.module.b", True),
        ('module.a["module.x.module.y"]', "module.x", False),
    ],
)
def test_modules(module: str, glob: str, expected: bool) -> None:
    assert matches_module(module, glob) is expected


PATHS = st.lists(st.sampled_from(["a", "ab", ".b", "a-c", "]"]), min_size=1, max_size=4)
PATH_GLOBS = st.lists(st.sampled_from(["**", "*", "a", "?b", "[ab]*", "[!a-c]?", "[]]", "[a", "a*c"]), max_size=4)


def names_match(path: list[str], glob: list[str]) -> bool:
    """What globs on paths mean, name by name."""
    if not glob:
        return not path
    if glob[0] == "**":
        return any(names_match(path[taken:], glob[1:]) for taken in range(len(path) + 1))
    return bool(path) and fnmatchcase(path[0], glob[0]) and names_match(path[1:], glob[1:])


@given(PATHS, PATH_GLOBS)
def test_paths_match_name_by_name(path: list[str], glob: list[str]) -> None:
    assert matches_path("/".join(path), "/".join(glob)) is names_match(path, glob or ["."])


@pytest.mark.timeout(20)
def test_no_glob_takes_long() -> None:
    assert not matches_word("a" * 5_000 + "c", "*a" * 200 + "b")
    assert not matches_word("ab" * 2_000, "*" * 5_000 + "c")
    assert not matches_path("/".join(["a"] * 60), "/".join(["**", "*"] * 25 + ["b"]))


def test_names_that_are_no_text_match_like_others() -> None:
    assert matches_path("a/\udcff.tf", "*/?.tf")
    assert matches_word("\udcff", "\udcff*")


@pytest.mark.parametrize(
    "text",
    [
        f"exemptions: [{', '.join(['{rule: a, reason: r}'] * 1_001)}]",
        f"requirements: [{', '.join(['{id: a}'] * 1_001)}]",
        f"exemptions: [{{rule: [{', '.join(['a'] * 1_001)}], reason: r}}]",
    ],
)
def test_the_work_is_bounded(text: str, tmp_path: Path) -> None:
    (tmp_path / "team.yaml").write_text(f"version: 1\n{text}\n")
    with pytest.raises(PolicyError, match="cannot have more than 1000"):
        find_policy(str(tmp_path / "team.yaml"), ".")


def test_several_files_cannot_make_it_more(tmp_path: Path) -> None:
    listed = ", ".join(["{rule: a, reason: r}"] * 600)
    for name, extends in (("a", "strict"), ("b", "./a.yaml")):
        text = f"version: 1\nextends: {tmp_path / extends if '/' in extends else extends}\nexemptions: [{listed}]\n"
        (tmp_path / f"{name}.yaml").write_text(text)
    with pytest.raises(PolicyError, match="cannot come to more than 1000 requirements or 1000 exemptions"):
        find_policy(str(tmp_path / "b.yaml"), ".")


def test_a_policy_without_requirements_and_exemptions_loads_nothing_for_them(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_instance" "web" {}\n')
    (tmp_path / ".imdsguard.yaml").write_text("version: 1\nextends: strict\nrules:\n  hop-limit-too-high: off\n")
    program = (
        "import sys\nfrom imdsguard.cli import main\ntry:\n    main(['scan', '.'])\nexcept SystemExit:\n    pass\n"
        "sys.stderr.write(' '.join(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60
    )
    lazy = {"requirement", "read_requirements", "where", "match", "exemption", "read_exemptions", "cases", "parameters"}
    assert {f"imdsguard.policy.{name}" for name in lazy} & set(done.stderr.split()) == set()
