"""Policies: what they say, what they extend, and how they are refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import jsonschema
import pytest
import yaml

from imdsguard.model.option import Source
from imdsguard.model.place import Place
from imdsguard.model.rule import Rule
from imdsguard.model.severity import Severity
from imdsguard.policy.errors import Complaints, PolicyError
from imdsguard.policy.policy import Policy, Setting
from imdsguard.policy.read import find_policy
from imdsguard.policy.shipped import shipped_folder, shipped_policies

SCHEMA = json.loads(Path(shipped_folder("policies"), "schema.json").read_text())


@dataclass(frozen=True)
class Parameters:
    """Of every type that a rule may use."""

    max: int = 2
    share: float = 0.5
    strict: bool = False
    name: str = "x"
    mode: Literal["fast", "slow"] = "fast"
    accept: tuple[Source, ...] = (Source.LAUNCH,)
    words: frozenset[str] = frozenset()
    limit: int | None = None

    def __post_init__(self) -> None:
        if self.max > 64:
            raise ValueError("max is at most 64")


RULES = (
    Rule("hop-limit", "hop.py", Severity.WARNING, "Hops.", lambda: (), ("Launch",), Parameters),
    Rule("tokens", "tokens.py", Severity.ERROR, "Tokens.", lambda: (), ("Launch",)),
)
IDS = tuple(rule.id for rule in RULES)


def policy(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Policy:
    monkeypatch.chdir(folder)
    Path("team.yaml").write_bytes(text.encode())
    found = find_policy("team.yaml", ".")
    selected = found.select(IDS)
    return found.bind([rule for rule in RULES if rule.id in selected])


def test_without_a_policy_everything_is_on_as_the_rules_say(tmp_path: Path) -> None:
    found = find_policy(None, str(tmp_path))
    assert found.select(IDS) == IDS
    assert found.bind(RULES) == Policy("baseline", {}, Severity.WARNING, Severity.ERROR)


def test_strict(tmp_path: Path) -> None:
    assert find_policy("strict", str(tmp_path)).bind(RULES) == Policy("strict", {}, Severity.ERROR, Severity.WARNING)


def test_what_a_policy_may_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = """\
# yaml-language-server: $schema=schema.json
version: 1
extends: strict
fail_on: never
rules:
  tokens: {severity: note, on_unknown: warning}
  hop-limit:
    severity: error
    max: 3
    share: 1.5
    strict: yes
    name: "3"
    mode: slow
    accept: [launch, region_default]
    words: [a, 'b']
    limit: null
"""
    parameters = Parameters(
        3, 1.5, True, "3", "slow", (Source.LAUNCH, Source.REGION_DEFAULT), frozenset({"a", "b"}), None
    )
    assert policy(text, tmp_path, monkeypatch) == Policy(
        "team.yaml",
        {
            "tokens": Setting(severity=Severity.NOTE, on_unknown=Severity.WARNING),
            "hop-limit": Setting(severity=Severity.ERROR, parameters=parameters),
        },
        on_unknown=Severity.ERROR,
        fail_on=None,
    )


@pytest.mark.parametrize(
    ("word", "setting"),
    [
        ("off", Setting(off=True)),
        ("false", Setting(off=True)),
        ("on", Setting()),
        ("note", Setting(severity=Severity.NOTE)),
    ],
)
def test_a_rule_in_one_word(word: str, setting: Setting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"version: 1\nrules:\n  tokens: {word}\n"
    assert policy(text, tmp_path, monkeypatch).settings == {"tokens": setting}


def test_a_chain_joins_rule_by_rule_and_parameter_by_parameter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base/company.yaml").write_text(
        "version: 1\nextends: ground.yaml\nrules: {hop-limit: {severity: note, max: 5, name: a}, tokens: off}\n"
    )
    (tmp_path / "base/ground.yaml").write_text("version: 1\nfail_on: note\nrules: {tokens: warning}\n")
    text = "version: 1\nextends: base/company.yaml\nrules: {hop-limit: {max: 6}, tokens: on}\n"
    assert policy(text, tmp_path, monkeypatch) == Policy(
        "team.yaml",
        {
            "tokens": Setting(severity=Severity.WARNING),
            "hop-limit": Setting(severity=Severity.NOTE, parameters=Parameters(max=6, name="a")),
        },
        fail_on=Severity.NOTE,
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("version: 1\nfail_on: eror\n",
         'team.yaml:2:10: fail_on must be error, warning, note or never, not "eror"; did you mean "error"?'),
        ("version: 1\nfial_on: error\n", 'team.yaml:2:1: a policy has no key "fial_on"; did you mean "fail_on"?'),
        ("version: 1\nrules:\n  tokns: off\n", 'team.yaml:3:3: there is no rule "tokns"; did you mean "tokens"?'),
        ("version: 1\nrules:\n  tokens: of\n",
         'team.yaml:3:11: tokens must be error, warning, note, off or on, not "of"; did you mean "off"?'),
        ("version: 1\nrules:\n  tokens: {max: 2}\n",
         'team.yaml:3:12: tokens has no parameter "max" (known: on_deployed, on_unknown, severity)'),
        ("version: 1\nrules:\n  hop-limit: {mx: 2}\n",
         'team.yaml:3:15: hop-limit has no parameter "mx"; did you mean "max"?'),
        ("version: 1\nrules:\n  hop-limit: {max: two}\n",
         'team.yaml:3:20: hop-limit: max must be a whole number, not "two"'),
        ("version: 1\nrules:\n  hop-limit: {max: 65}\n", "team.yaml:3:20: hop-limit: max is at most 64"),
        ("version: 1\nrules:\n  hop-limit: {max: [1]}\n",
         "team.yaml:3:20: hop-limit: max must be a whole number, not a list"),
        ("version: 1\nrules:\n  hop-limit: {strict: maybe}\n",
         'team.yaml:3:23: hop-limit: strict must be true or false, not "maybe"'),
        ("version: 1\nrules:\n  hop-limit: {accept: launch}\n",
         ("team.yaml:3:23: hop-limit: accept must be a list of any of launch, launch_template, region_default, ami, "
          'service_default, unknown, not "launch"')),
        ("version: 1\nrules:\n  hop-limit: {accept: [lunch]}\n",
         'team.yaml:3:24: hop-limit: accept cannot be "lunch"; did you mean "launch"?'),
        ("version: 1\nrules: [tokens]\n", "team.yaml:2:8: rules must be a mapping, not a list"),
        ("- a\n", "team.yaml:1:1: a policy must be a mapping, not a list"),
        ("", "team.yaml:1:1: a policy needs `version: 1`"),
        ("rules: {}\n", "team.yaml:1:1: a policy needs `version: 1`"),
        ("version: 2\n", 'team.yaml:1:10: the version of a policy is 1, not "2"'),
        ("version: 1\nversion: 1\n", 'team.yaml:2:1: the key "version" is there twice (first in line 1)'),
        ("version: 1\n rules: x\n", "team.yaml:2:7: this is not YAML: mapping values are not allowed here"),
        ("version: 1\nrules: {\n",
         "team.yaml:3:1: this is not YAML: expected the node content, but found '<stream end>'"),
        ("version: 1\nextends: none\n",
         ('team.yaml:2:10: there is no policy "none" (known: aws-security-hub, baseline, cis-aws-foundations, detect, '
         'enforce, observe, strict); a path ends in .yaml or .yml')),
        ("version: 1\nextends: strikt\n",
         'team.yaml:2:10: there is no policy "strikt"; did you mean "strict"?'),
        ("version: 1\nextends: gone.yaml\n",
         "team.yaml:2:10: the policy gone.yaml cannot be read: No such file or directory"),
        ("version: 1\nextends: ./team.yaml\n",
         "team.yaml:2:10: policies extend each other in a circle: team.yaml -> ./team.yaml"),
        ("version: 1\nextends: {a: b}\n",
         "team.yaml:2:10: extends must be the name of a policy, a path, or a list of these"),
        ("version: 1\nextends: [strict, '']\n",
         "team.yaml:2:19: extends must be the name of a policy, a path, or a list of these"),
        ("version: &v 1\nextends: *v\n",
         "team.yaml:2:10: a policy cannot use YAML aliases (`*name`): write it out"),
        ("version: 1\nx: !!python/object/apply:os.getcwd []\n",
         ('team.yaml:2:1: a policy has no key "x" '
         '(known: assume, baseline, estates, exclude, exemptions, extends, fail_on, honor_comments, on_deployed, '
          'on_unknown, requirements, rules, select, stacks, suppressions, version)')),
        ("version: 1\n? [a]\n: b\n", "team.yaml:2:3: a key must be a word"),
        ("version: 1\nrules: {\n" + "[" * 100_000, "team.yaml:3:63: this policy is nested too deeply"),
        ("a:\n" + "- " * 100_000, "team.yaml:2:127: this policy is nested too deeply"),
        ("version: 1\nrules:\n\ttokens: off\n", "team.yaml:3:1: this is not YAML: a tab cannot indent"),
        (
            'version: 1\nrules: "\\U00110000"\n',
            "team.yaml:2:11: this is not YAML: found an escape of what is no character",
        ),
        (
            'version: 1\nrules: "\\UFFFFFFFF"\n',
            "team.yaml:2:11: this is not YAML: found an escape of what is no character",
        ),
        ("version: 1\nrules: \x01\n", "team.yaml:2:8: this is not YAML: it cannot hold the character U+0001"),
        ("version: 1\n---\nversion: 1\n", "team.yaml:2:1: a policy is one document, and here another one begins"),
        ("#" * 300_000, "team.yaml: this policy is larger than 256 KiB"),
        ("version: 1\nextends: \"a\\0.yaml\"\n",
         "team.yaml:2:10: a policy's name cannot hold a NUL character"),
    ],
)  # fmt: skip
def test_a_wrong_policy_is_refused_where_it_is_wrong(
    text: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(PolicyError) as refused:
        policy(text, tmp_path, monkeypatch)
    assert str(refused.value) == complaint


def test_a_policy_that_is_not_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("team.yaml").write_bytes(b"version: 1\n\xff\xfe\n")
    with pytest.raises(PolicyError, match=r"team\.yaml:2: this policy is not UTF-8 text"):
        find_policy("team.yaml", ".")


def test_what_is_wrong_in_one_place_is_said_once() -> None:
    wrong = Complaints()
    for place in (Place("a.yaml", 2), Place("a.yaml", 2), Place("a.yaml", 1)):
        wrong.add("no day", place)
    with pytest.raises(PolicyError) as refused:
        wrong.raise_if_any()
    assert [str(each) for each in refused.value.all()] == ["a.yaml:1: no day", "a.yaml:2: no day"]


def test_the_projects_policy_is_found_upward_to_the_git_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stack = tmp_path / "repository/stacks/web"
    stack.mkdir(parents=True)
    (tmp_path / ".imdsguard.yaml").write_text("version: 1\nfail_on: never\n")
    monkeypatch.chdir(stack)
    assert find_policy(None, ".").name == "baseline"  # no repository: a file further up is somebody else's
    (tmp_path / "repository/.git").mkdir()
    assert find_policy(None, ".").name == "baseline"
    (tmp_path / "repository/.imdsguard.yaml").write_text("version: 1\nfail_on: note\n")
    assert find_policy(None, ".").name == "../../.imdsguard.yaml"
    (stack / ".imdsguard.yaml").write_text("version: 1\nextends: ../../.imdsguard.yaml\n")
    found = find_policy(None, ".")
    assert (found.name, found.document.fail_on) == (".imdsguard.yaml", "note")
    assert find_policy("strict", ".").name == "strict"


def test_a_policy_of_almost_the_right_name_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "stacks").mkdir()
    (tmp_path / ".imdsguard.yml").write_text("version: 1\nfail_on: never\n")
    monkeypatch.chdir(tmp_path / "stacks")
    with pytest.raises(PolicyError, match=r"^\.\./\.imdsguard\.yml is not read: call it \.imdsguard\.yaml$"):
        find_policy(None, ".")
    assert find_policy("../.imdsguard.yml", ".").document.fail_on == "never"
    (tmp_path / ".imdsguard.yaml").write_text("version: 1\nfail_on: note\n")
    assert find_policy(None, ".").document.fail_on == "note"


def test_a_policy_in_the_scanned_tree_cannot_reach_outside_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "repository/.git").mkdir(parents=True)
    (tmp_path / "secret.yaml").write_text("version: 1\n")
    monkeypatch.chdir(tmp_path / "repository")
    Path(".imdsguard.yaml").write_text("version: 1\nextends: ../secret.yaml\n")
    with pytest.raises(PolicyError, match="lies outside the repository: name it with --policy if you trust it"):
        find_policy(None, ".")
    Path(".imdsguard.yaml").unlink()
    Path(".imdsguard.yaml").symlink_to("../secret.yaml")
    with pytest.raises(PolicyError, match="lies outside the repository"):
        find_policy(None, ".")
    assert find_policy("../secret.yaml", ".").name == "../secret.yaml"


@pytest.mark.parametrize("name", shipped_policies())
def test_the_shipped_policies_fit_their_schema(name: str) -> None:
    text = Path(shipped_folder("policies"), f"{name}.yaml").read_text()
    jsonschema.validate(yaml.safe_load(text), SCHEMA)


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("version: 1\nrules: {tokens: off, hop-limit: {severity: note, max: 3}}", True),
        ("version: 1\nrules: {tokens: error}\nextends: strict\nfail_on: never\non_unknown: note", True),
        ("rules: {}", False),
        ("version: 2", False),
        ("version: 1\nfial_on: error", False),
        ("version: 1\nrules: {tokens: bad}", False),
        ("version: 1\nrules: {tokens: {severity: bad}}", False),
        ("version: 1\nrules: {Tokens: off}", False),
    ],
)
def test_the_schema_says_what_we_say(text: str, valid: bool) -> None:
    validator = jsonschema.Draft7Validator(SCHEMA)
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert validator.is_valid(yaml.safe_load(text)) is valid
