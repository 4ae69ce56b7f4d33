"""Folders of rules: found without being imported, refused by name when they are wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from imdsguard.model.rule import Rule
from imdsguard.model.severity import Severity
from imdsguard.run.rules import RuleError, load_rules, rule_files

GOOD = '''"""Tokens are required.

    ## Why
    It is so.
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from imdsguard import Estate, Judgement, Launch, Severity, failed

SEVERITY = Severity.NOTE
CONTROLS = {"Security Hub": ("EC2.8",)}

@dataclass(frozen=True)
class Parameters:
    """What can be set."""

    max: int = 2

def check(launch: Launch, parameters: Parameters, estate: Estate) -> Iterable[Judgement]:
    yield failed(launch, f"{parameters.max} of {len(estate.launches)}")
'''


def load(folder: Path, text: str, name: str = "my_rule.py") -> Rule:
    (folder / name).write_text(text)
    return load_rules(rule_files([str(folder)]), [name.removesuffix(".py").replace("_", "-")])[0]


def test_a_file_is_a_rule(tmp_path: Path) -> None:
    rule = load(tmp_path, GOOD)
    assert (rule.id, rule.severity, rule.subject, rule.summary) == (
        "my-rule", Severity.NOTE, "Launch", "Tokens are required.",
    )  # fmt: skip
    assert rule.page == "Tokens are required.\n\n## Why\nIt is so."
    assert rule.wants == ("Launch", "Parameters", "Estate")
    assert rule.parameters is not None
    assert rule.parameters().max == 2
    assert rule.controls == {"Security Hub": ("EC2.8",)}
    assert rule.file == f"{tmp_path}/my_rule.py"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (('"""Tokens are required.', "x = '''"), "this rule is not Python: "),
        (("SEVERITY = Severity.NOTE", "SEVERITY = 'note'"), "a rule needs SEVERITY, one of Severity.ERROR, "),
        (("def check", "def czech"), "a rule needs a function `check`"),
        (("launch: Launch", "launch"), "the parameter launch of `check` is not annotated; it can be one of Launch, "),
        (("launch: Launch", "launch: dict"), "the parameter launch of `check` is annotated dict; it can be one of "),
        (("launch: Launch, parameters: Parameters, estate: Estate", "parameters: Parameters"),
         "`check` must take its subject, one of Launch, RegionDefault, Alarm, Image, OrganizationPolicy, Estate"),
        (("estate: Estate", "other: Launch"), "`check` takes one subject, and besides it at most "),
        (("estate: Estate", "*estate: Estate"), "`check` takes positional parameters only, "),
        (("class Parameters", "class Settings"), "`check` wants Parameters, but the rule declares none"),
        (("frozen=True", "frozen=False"), "Parameters must be a frozen dataclass"),
        (("max: int = 2", "max: int"), "every field of Parameters needs a default"),
        (("max: int", "severity: int"), "a parameter cannot be named severity: "),
        (("from collections.abc", "from no_such_module"), "this rule cannot be imported: ModuleNotFoundError: "),
        (("SEVERITY =", "raise SystemExit(0)\nSEVERITY ="), "this rule cannot be imported: SystemExit: 0"),
    ],
)  # fmt: skip
def test_a_bad_rule_is_refused_by_name(change: tuple[str, str], complaint: str, tmp_path: Path) -> None:
    assert change[0] in GOOD
    with pytest.raises(RuleError) as refused:
        load(tmp_path, GOOD.replace(*change))
    assert str(refused.value).startswith(f"{tmp_path}/my_rule.py: {complaint}")


def test_a_rule_needs_its_page(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="a rule needs a docstring: it is the rule's page"):
        load(tmp_path, "from imdsguard import Severity\nSEVERITY = Severity.NOTE\n")


def test_listing_imports_nothing_and_only_what_is_selected_is_imported(tmp_path: Path) -> None:
    (tmp_path / "broken_rule.py").write_text("this is not Python")
    files = rule_files([str(tmp_path)])
    assert files["broken-rule"] == f"{tmp_path}/broken_rule.py"
    assert load(tmp_path, GOOD).id == "my-rule"


def test_two_folders_may_share_the_names_of_helpers_but_not_of_rules(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "_words.py").write_text(f"WORD = '{folder}'\n")
        (tmp_path / folder / f"rule_{folder}.py").write_text(
            GOOD.replace("SEVERITY =", "from ._words import WORD\nassert WORD == __file__.split('/')[-2]\nSEVERITY =")
        )
    path = list(sys.path)
    files = rule_files([str(tmp_path / "one"), str(tmp_path / "two")])
    assert [rule.id for rule in load_rules(files, ["rule-one", "rule-two"])] == ["rule-one", "rule-two"]
    assert sys.path == path
    (tmp_path / "two" / "rule_one.py").write_text(GOOD)
    with pytest.raises(RuleError, match=r"two/rule_one.py: there is a rule rule-one already \(.*one/rule_one.py\)"):
        rule_files([str(tmp_path / "one"), str(tmp_path / "two")])


@pytest.mark.parametrize("name", ["My_Rule.py", "my-rule.py", "my__rule.py", "1rule.py"])
def test_a_file_name_must_make_an_id(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(GOOD)
    with pytest.raises(RuleError, match=r"lower-case words joined by underscores"):
        rule_files([str(tmp_path)])


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="cannot be read: No such file or directory"):
        rule_files([str(tmp_path / "none")])


def test_our_own_rules_load_and_listing_them_is_silent(repository: Path) -> None:
    program = (
        "import sys; from imdsguard.run.rules import rule_files; files = rule_files();"
        "print(len(files)); assert not [m for m in sys.modules if m.startswith('_imdsguard_checks')]"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    expected = sorted((repository / "checks").glob("[!_]*.py"))
    assert done.stdout == f"{len(expected)}\n"
    assert [rule.file for rule in load_rules(rule_files())] == [str(path) for path in expected]
