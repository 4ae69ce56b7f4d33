"""A rule that is fixed stays what it is, whatever a policy says; an exemption is the one way around it."""

from __future__ import annotations

from pathlib import Path

import pytest

from imdsguard import Policy, PolicyError
from imdsguard.policy.shipped import shipped_policies
from imdsguard.run.config import select_rules

RULE = "tokens-requirement-removed"
REFUSED = (
    f"{RULE} is always an error, and a policy cannot change that: "
    "what is meant to be so needs an entry in exemptions, with a reason"
)


def selected(policy: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Policy, list[str]]:
    monkeypatch.chdir(folder)
    Path("team.yaml").write_text(f"version: 1\n{policy}")
    found, rules = select_rules("team.yaml", ())
    return found, [rule.id for rule in rules]


@pytest.mark.parametrize(
    "said", ["off", "warning", "note", "{severity: note}", "{on_unknown: note}", "{on_deployed: off}"]
)
def test_a_policy_that_makes_it_milder_is_refused(said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PolicyError) as refused:
        selected(f"rules: {{{RULE}: {said}}}", tmp_path, monkeypatch)
    assert str(refused.value) == f"team.yaml:2:9: {REFUSED}"


@pytest.mark.parametrize("said", ["on", "error", "{severity: error}"])
def test_a_policy_may_say_what_is_so_anyway(said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert RULE in selected(f"rules: {{{RULE}: {said}}}", tmp_path, monkeypatch)[1]


def test_an_exemption_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exemption = f"exemptions:\n  - {{rule: {RULE}, address: aws_instance.old, reason: vendor image}}\n"
    found, rules = selected(exemption, tmp_path, monkeypatch)
    assert (RULE in rules, len(found.exemptions)) == (True, 1)


@pytest.mark.parametrize("name", shipped_policies())
def test_every_policy_that_we_ship_asks_for_it(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert RULE in [rule.id for rule in select_rules(name, ())[1]]


def test_a_rule_of_ones_own_can_be_fixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine").mkdir()
    Path("mine/own_rule.py").write_text(
        '"""A page."""\nfrom imdsguard import Launch, Severity\nSEVERITY = Severity.WARNING\nFIXED = True\n\n\n'
        "def check(launch: Launch):\n    yield from ()\n"
    )
    Path("team.yaml").write_text("version: 1\nrules: {own-rule: off}")
    with pytest.raises(PolicyError, match="own-rule is always a warning"):
        select_rules("team.yaml", ["mine"])
