"""What a policy says of how a repository is deployed: what it is read as, and what is refused where."""

from __future__ import annotations

from pathlib import Path

import pytest

from imdsguard.model.environment import Stack
from imdsguard.model.shared_account import SharedAccount
from imdsguard.policy.errors import PolicyError
from imdsguard.policy.read import find_policy
from imdsguard.policy.stacks import entry_of
from imdsguard.run.policy_check import merged_policy

STACKS = """\
version: 1
stacks:
  - roots: ["terraform/environments/*"]
    workspaces: ["{folder}-development", "{folder}-production"]
  - roots: ["."]
    environments:
      dev: {var_files: [environments/dev.tfvars]}
      prod: {var_files: [environments/prod.tfvars], workspace: prod, vars: {tokens: required}, account: "123"}
exclude: ["vendor/**"]
baseline: known.json
honor_comments: [checkov]
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_policy_says_how_root_modules_are_deployed() -> None:
    Path("team.yaml").write_text(STACKS)
    document = find_policy("team.yaml", ".").document
    entries = document.assumptions.stacks
    ecs, top = (entry_of(entries, root) for root in ("terraform/environments/ppud", "."))
    assert entry_of(entries, "modules/x") is None
    assert ecs is not None
    assert [(each.name, each.workspace) for each in ecs.environments] == [
        ("{folder}-development", "{folder}-development"),
        ("{folder}-production", "{folder}-production"),
    ]
    assert top is not None
    dev, prod = top.environments
    assert (dev.name, [file.text for file in dev.var_files], dev.workspace) == (
        "dev",
        ["environments/dev.tfvars"],
        None,
    )
    assert (prod.variables, prod.workspace, prod.account) == (("tokens=required",), "prod", "123")
    assert [(each.glob, each.base) for each in document.assumptions.excluded] == [("vendor/**", "")]
    assert (document.baseline, document.honor_comments) == ("known.json", ("checkov",))


def test_globs_of_a_named_policy_count_from_the_top_of_the_repository_and_its_baseline_from_its_own_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".git").mkdir()
    Path("stacks/web").mkdir(parents=True)
    Path("base").mkdir()
    Path("base/.imdsguard.yaml").write_text(STACKS)
    monkeypatch.chdir("stacks/web")
    document = find_policy("../../base/.imdsguard.yaml", ".").document
    assert [entry.base for entry in document.assumptions.stacks] == ["../..", "../.."]
    assert document.baseline == "../../base/known.json"


def test_the_scanned_tree_cannot_name_a_baseline_outside_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("repository/.git").mkdir(parents=True)
    Path("repository/.imdsguard.yaml").write_text("version: 1\nbaseline: ../known.json\n")
    monkeypatch.chdir("repository")
    with pytest.raises(PolicyError) as refused:
        find_policy(None, ".")
    assert str(refused.value) == (
        ".imdsguard.yaml:2:11: the baseline ../known.json lies outside the repository: "
        "name it with --baseline if you mean it"
    )


def test_the_extending_policy_counts_as_a_whole() -> None:
    Path("base.yaml").write_text(STACKS)
    Path("team.yaml").write_text('version: 1\nextends: ./base.yaml\nstacks: [{roots: ["**"], workspaces: live}]\n')
    document = find_policy("team.yaml", ".").document
    assert [[each.name for each in entry.environments] for entry in document.assumptions.stacks] == [["live"]]
    assert (document.baseline, document.honor_comments) == ("./known.json", ("checkov",))


def test_policy_show_writes_what_means_the_same() -> None:
    Path("team.yaml").write_text(STACKS)
    Path("again.yaml").write_text(merged_policy("team.yaml"))
    one, other = (find_policy(name, ".").document for name in ("team.yaml", "again.yaml"))
    said = [
        [(each.name, each.variables, each.account) for entry in read.assumptions.stacks for each in entry.environments]
        for read in (one, other)
    ]
    assert said[0] == said[1]
    assert one.baseline == other.baseline


@pytest.mark.parametrize(
    ("stacks", "complaint"),
    [
        ("[{workspaces: [a]}]", '2:10: a stack needs `roots: ["folder/*", ...]`'),
        ("[{roots: [x], environment: {}}]", '2:23: a stack has no key "environment"; did you mean "environments"?'),
        ("[{roots: [x], environments: {}}]", "2:37: environments: name at least one, or leave the key out"),
        (
            "[{roots: [x], environments: {a: {}}, workspaces: [b]}]",
            "2:37: a stack has environments or workspaces, not both: an environment can have a workspace",
        ),
        (
            "[{roots: [x], environments: {a b: {}}}]",
            '2:38: "a b" is not the name of an environment: letters, digits, ".", "_" and "-"',
        ),
        (
            "[{roots: [x], environments: {a: {var_files: [/etc/passwd]}}}]",
            "2:54: a: var_files: /etc/passwd is no path below the repository",
        ),
        (
            "[{roots: [x], environments: {a: {workspace: '{name}'}}}]",
            "2:53: a: workspace: {name} means nothing here: it can be {folder}, the last part of the root module's",
        ),
        (
            "[{roots: [x], environments: {a: {vars: {x: [1]}}}}]",
            "2:52: a: vars: x must be a text, as for terraform plan -var, not a list",
        ),
        (
            "[{roots: [x], environments: {a: {var_file: x}}}]",
            '2:42: an environment has no key "var_file"; did you mean "var_files"?',
        ),
    ],
)
def test_what_is_refused(stacks: str, complaint: str) -> None:
    Path("team.yaml").write_text(f"version: 1\nstacks: {stacks}\n")
    with pytest.raises(PolicyError) as refused:
        find_policy("team.yaml", ".")
    assert f"{refused.value.place}: {refused.value.message}".startswith(f"team.yaml:{complaint}")


def test_equal_texts_are_one_account_and_environments_of_an_estate_are_joined_by_name() -> None:
    Path("team.yaml").write_text(
        "version: 1\nestates:\n  main: {roots: [network, web]}\n  audit: {roots: [audit], account: '1'}\n"
    )
    joined = find_policy("team.yaml", ".").document.assumptions.joined(
        {
            Stack("network", "dev"): "",
            Stack("network", "prod"): "",
            Stack("web", "prod"): "",
            Stack("web", "dev"): "1",
            Stack("audit"): "",
            Stack("alone"): "",
        }
    )
    assert joined == {
        Stack("network", "dev"): SharedAccount("main", "dev"),
        Stack("network", "prod"): SharedAccount("main", "prod"),
        Stack("web", "prod"): SharedAccount("main", "prod"),
        Stack("web", "dev"): SharedAccount(account="1"),
        Stack("audit"): SharedAccount(account="1"),
    }
