"""`extends`: chains, lists, circles, and whose word counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from imdsguard.model.environment import Stack
from imdsguard.model.shared_account import SharedAccount
from imdsguard.policy.errors import PolicyError
from imdsguard.policy.read import ResolvedPolicy, find_policy


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(**files: str) -> None:
    for name, text in files.items():
        Path(f"{name}.yaml").write_text(f"version: 1\n{text}\n")


def found(name: str = "team.yaml") -> ResolvedPolicy:
    return find_policy(name, ".")


def names(policy: ResolvedPolicy) -> list[str]:
    return [layer.name for layer in policy.layers]


def test_of_a_list_the_later_one_counts_and_the_extending_one_most() -> None:
    write(
        a="fail_on: note\non_unknown: note\nrules: {hop-limit-too-high: {max: 2}, region-default-missing: off}",
        b="fail_on: warning\nrules: {hop-limit-too-high: {max: 3}}",
        team="extends: [a.yaml, b.yaml]\nrules: {hop-limit-too-high: {max_container: 4}}",
    )
    policy = found()
    assert names(policy) == ["baseline", "a.yaml", "b.yaml", "team.yaml"]
    assert (policy.document.fail_on, policy.document.on_unknown) == ("warning", "note")
    entry = policy.document.entries["hop-limit-too-high"]
    assert {name: getattr(node, "text", "") for name, (_, node) in entry.parameters.items()} == {
        "max": "3",
        "max_container": "4",
    }
    assert policy.document.entries["region-default-missing"].off


def test_what_several_extend_is_there_once_and_weakest() -> None:
    """Else the second one's own baseline would undo what the first one says."""
    write(
        ground="fail_on: never", a="extends: ground.yaml\nfail_on: note", b="extends: ground.yaml",
        team="extends: [a.yaml, b.yaml]",
    )  # fmt: skip
    policy = found()
    assert names(policy) == ["baseline", "ground.yaml", "a.yaml", "b.yaml", "team.yaml"]
    assert policy.document.fail_on == "note"


def test_requirements_join_by_id() -> None:
    write(
        base="requirements:\n  - {id: one, require: {state: required}}\n  - {id: two, require: {state: required}}",
        team="extends: base.yaml\nrequirements:\n  - {id: two, require: {http_endpoint: disabled}}",
    )
    requirements = found().document.requirements
    assert {name: str(each.demands[0]) for name, each in requirements.items()} == {
        "one": "state must be required",
        "two": "http_endpoint must be disabled",
    }


def test_a_circle_is_refused_with_the_way_round() -> None:
    write(team="extends: a.yaml", a="extends: [strict, b.yaml]", b="extends: ./team.yaml")
    with pytest.raises(PolicyError) as refused:
        found()
    assert str(refused.value) == (
        "b.yaml:2:10: policies extend each other in a circle: team.yaml -> a.yaml -> b.yaml -> ./team.yaml"
    )


def test_a_chain_and_a_fan_have_an_end() -> None:
    write(**{f"p{n}": f"extends: p{n + 1}.yaml" for n in range(40)})
    with pytest.raises(PolicyError, match="more than 16 policies extend each other"):
        found("p0.yaml")
    write(**{f"q{n}": "" for n in range(80)}, fan=f"extends: [{', '.join(f'q{n}.yaml' for n in range(80))}]")
    with pytest.raises(PolicyError, match="a policy cannot be made of more than 64 files"):
        found("fan.yaml")


def test_a_path_counts_from_the_policy_that_names_it() -> None:
    Path("company/parts").mkdir(parents=True)
    Path("company/base.yaml").write_text("version: 1\nextends: [parts/hops.yaml]\n")
    Path("company/parts/hops.yaml").write_text("version: 1\nfail_on: note\n")
    write(team="extends: company/base.yaml")
    assert found().document.fail_on == "note"


def test_globs_on_paths_count_from_the_projects_own_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those of what it extends, wherever in the project the run is started."""
    Path(".git").mkdir()
    Path("policies").mkdir()
    Path("stacks/web").mkdir(parents=True)
    listed = "exemptions:\n  - {{rule: '*', path: '{0}/**', reason: r}}\nestates:\n  {0}: {{roots: ['{0}/*']}}"
    write(**{"policies/old": listed.format("stacks")})
    Path(".imdsguard.yaml").write_text("version: 1\nextends: policies/old.yaml\n")
    monkeypatch.chdir("stacks/web")
    policy = find_policy(None, ".")
    assert [each.base for each in policy.document.exemptions] == ["../.."]
    assert policy.document.assumptions.joined({Stack("."): ""}) == {Stack("."): SharedAccount("stacks")}
    named = find_policy("../../policies/old.yaml", ".")
    assert [each.base for each in named.document.exemptions] == ["../.."]


def test_a_requirement_cannot_take_the_name_of_a_rule() -> None:
    write(team="requirements:\n  - {id: hop-limit, require: {state: required}}")
    with pytest.raises(PolicyError, match=r'team\.yaml:3:10: there is a rule "hop-limit" already: choose another id'):
        found().select(("hop-limit",))
    write(team="requirements:\n  - {id: exemption-unused, require: {state: required}}")
    with pytest.raises(PolicyError, match='there is a rule "exemption-unused" already'):
        found().select(())


def test_a_policy_in_the_tree_reaches_nothing_outside_by_any_name_of_a_list() -> None:
    Path("repository/.git").mkdir(parents=True)
    write(secret="fail_on: never")
    Path("repository/.imdsguard.yaml").write_text("version: 1\nextends: [strict, ../secret.yaml]\n")
    with pytest.raises(PolicyError, match=r"\.\./secret\.yaml lies outside the repository"):
        _in("repository")


def _in(folder: str) -> ResolvedPolicy:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return find_policy(None, ".")
