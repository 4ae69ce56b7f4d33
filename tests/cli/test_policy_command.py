"""`imdsguard policy check` and `show`, and exemptions and requirements through `scan`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imdsguard.cli import main
from imdsguard.policy.merged_yaml import merged_yaml
from imdsguard.policy.read import ResolvedPolicy, find_policy
from imdsguard.policy.shipped import shipped_policies
from imdsguard.run.rules import load_rules, rule_files

OPEN = 'resource "aws_instance" "web" {}\n'
TEAM = """\
version: 1
extends: [company.yaml]
fail_on: warning
rules:
  hop-limit-too-high: {max: 2}
  region-default-missing: on
requirements:
  - id: prod-hop-1
    where: {tags.Environment: "prod*", type: [aws_instance, aws_launch_template]}
    unless: {address: 'module.legacy["a\\u202e\\n"].*'}
    require: {http_tokens: required, http_put_response_hop_limit: {max: 1}}
    message: 'It''s "strict": yes'
exemptions:
  - {rule: prod-hop-1, address: aws_instance.old, reason: "vendor image", expires: 2099-03-31}
estates:
  prod: {roots: ["stacks/prod/*"]}
assume: {region_default: {us-east-1: required}}
"""
COMPANY = """\
version: 1
extends: strict
rules:
  hop-limit-too-high: {max: 5, max_container: 6, severity: error}
  region-default-missing: off
  rejected-call-alarm-missing: note
requirements:
  - {id: prod-hop-1, require: {state: required}}
exemptions:
  - {rule: [rejected-call-alarm-missing], path: "old/**", reason: "company"}
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    out, err = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, out, err


def write(name: str, text: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")


# check


def test_check_says_that_a_policy_is_fine_and_what_it_is_made_of(capsys: pytest.CaptureFixture[str]) -> None:
    write("team.yaml", TEAM)
    write("company.yaml", COMPANY)
    assert run(capsys, "policy", "check", "team.yaml", "strict") == (
        0,
        (
            "team.yaml: fine (extends company.yaml, strict, baseline; 2 rules, 1 requirement, 2 exemptions, 1 estate)\n"
            "strict: fine (extends baseline)\n"
        ),
        "",
    )


def test_check_says_everything_that_is_wrong_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    write(
        "team.yaml",
        "version: 1\nfail_on: eror\nrules:\n  hop-limit-too-high: of\n"
        "requirements:\n  - {id: a, require: {http_token: b}}\n"
        "exemptions:\n  - {rule: '*', reason: r}\n  - {rule: a, expires: soon}\nestates: {prod: {rots: []}}\n",
    )
    write("other.yaml", "version: 1\nrules: {nope: off, hop-limit-too-high: {max: two, mx: 1}}\n")
    write(
        "ids.yaml",
        "version: 1\nrequirements:\n  - {id: hop-limit-too-high, require: {state: required}}\n"
        "exemptions: [{rule: nope, reason: r}]\n",
    )
    code, out, err = run(capsys, "policy", "check", "team.yaml", "other.yaml", "ids.yaml", "gone.yaml")
    assert (code, err) == (2, "")
    assert out.splitlines() == [
        'team.yaml:2:10: fail_on must be error, warning, note or never, not "eror"; did you mean "error"?',
        "team.yaml:4:23: hop-limit-too-high must be error, warning, note, off or on, not \"of\"; did you mean \"off\"?",
        'team.yaml:6:23: require has no key "http_token"; did you mean "http_tokens"?',
        'team.yaml:8:5: rule "*" needs one of address, path, root, region: this would exempt everything',
        "team.yaml:9:5: an exemption needs a `reason`",
        'team.yaml:9:24: expires must be a day like 2027-03-31, not "soon"',
        'team.yaml:10:18: an estate has no key "rots"; did you mean "roots"?',
        'other.yaml:2:9: there is no rule "nope" ' + out.splitlines()[7].partition('"nope" ')[2],
        'other.yaml:2:46: hop-limit-too-high: max must be a whole number, not "two"',
        'other.yaml:2:51: hop-limit-too-high has no parameter "mx"; did you mean "max"?',
        'ids.yaml:3:10: there is a rule "hop-limit-too-high" already: choose another id',
        'ids.yaml:4:14: there is no rule "nope" ' + out.splitlines()[11].partition('"nope" ')[2],
        "the policy gone.yaml cannot be read: No such file or directory",
    ]  # fmt: skip


def test_check_names_exemptions_that_end(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imdsguard.run.today.today", lambda ahead=0: "2026-06-29" if ahead else "2026-06-15")
    write(
        ".imdsguard.yaml",
        "version: 1\nexemptions:\n"
        "  - {rule: hop-limit-too-high, reason: r, expires: 2026-06-14}\n"
        "  - {rule: hop-limit-too-high, address: a, reason: r, expires: 2026-06-20}\n"
        "  - {rule: hop-limit-too-high, reason: r, expires: 2026-08-20}\n",
    )
    assert run(capsys, "policy", "check") == (
        0,
        (
            ".imdsguard.yaml: fine (extends baseline; 3 exemptions)\n"
            ".imdsguard.yaml:3:5: the exemption of hop-limit-too-high for everything ended on 2026-06-14\n"
            ".imdsguard.yaml:4:5: the exemption of hop-limit-too-high for a ends on 2026-06-20\n"
        ),
        "",
    )
    write("main.tf", "locals {}\n")
    said = run(capsys, "scan", "-v")[2].splitlines()
    assert said[-1] == ".imdsguard.yaml:4:5: the exemption of hop-limit-too-high for a ends on 2026-06-20"


def test_a_run_says_the_first_mistake_and_how_many_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    write("team.yaml", "version: 1\nfail_on: x\non_unknown: y\nextends: []\n")
    assert run(capsys, "scan", "--policy", "team.yaml") == (
        2,
        "",
        (
            'imdsguard: team.yaml:2:10: fail_on must be error, warning, note or never, not "x"\n'
            "and 2 more: `imdsguard policy check` says them all\n"
        ),
    )


# show


def test_show_gives_each_value_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    write(
        "company.yaml",
        "version: 1\nrules: {hop-limit-too-high: {max: 2, severity: note}, tokenless-call-alarm-missing: on}\n",
    )
    write("team.yaml", "version: 1\nextends: company.yaml\nfail_on: never\nrules: {hop-limit-too-high: {max: 3}}\n")
    assert run(capsys, "policy", "show", "team.yaml") == (
        0,
        """\
# team.yaml, with all it extends
version: 1
fail_on: never  # team.yaml:3
on_unknown: warning  # baseline:6
rules:
  tokenless-call-alarm-missing: on  # company.yaml:2
  hop-limit-too-high:
    max: 3  # team.yaml:4
    severity: note  # company.yaml:2
""",
        "",
    )


def test_show_of_a_selection_leaves_out_what_no_longer_switches(capsys: pytest.CaptureFixture[str]) -> None:
    below = "rules: {hop-limit-too-high: off, setting-never-sent: note, instance-tokens-optional: warning}"
    write("below.yaml", f"version: 1\n{below}\n")
    write("team.yaml", "version: 1\nextends: below.yaml\nselect: {controls: CIS AWS Foundations *}\n")
    code, out, _ = run(capsys, "policy", "show", "team.yaml")
    assert (code, out.partition("select:")[2]) == (
        0,
        (
            '\n  controls: "CIS AWS Foundations *"  # team.yaml:3\n'
            "rules:\n  instance-tokens-optional:\n    severity: warning  # below.yaml:2\n"
        ),
    )


def test_check_refuses_a_selection_of_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    write("team.yaml", "version: 1\nselect: {controls: PCI DSS 4.0.0, rules: hop-limit}\n")
    assert run(capsys, "policy", "check", "team.yaml")[:2] == (
        2,
        (
            'team.yaml:2:20: no rule checks a control "PCI DSS 4.0.0"; did you mean "PCI DSS 4.0.1"?\n'
            'team.yaml:2:42: there is no rule "hop-limit"; did you mean "hop-limit-too-high"?\n'
        ),
    )


def meaning(found: ResolvedPolicy) -> object:
    """What a policy comes to, without places and without what is off underneath."""
    document = found.document
    rules = {
        name: "off" if entry.off else (entry.severity, entry.on_unknown, {
            key: getattr(node, "text", None) for key, (_, node) in entry.parameters.items()
        })
        for name, entry in document.entries.items()
    }  # fmt: skip
    requirements = {
        name: (each.demands, each.where, each.unless, each.message, each.severity, each.on_unknown)
        for name, each in document.requirements.items()
    }
    exemptions = [(str(each), each.reason, each.expires, each.verdicts) for each in document.exemptions]
    estates = [(each.name, [glob.text for glob in each.globs]) for each in document.assumptions.estates]
    assumed = [(each.region, each.tokens) for each in document.assumptions.assumed]
    return document.fail_on, document.on_unknown, rules, requirements, exemptions, estates, assumed


@pytest.mark.parametrize("name", ["team.yaml", *shipped_policies()])
def test_what_show_prints_is_a_policy_that_means_the_same(name: str) -> None:
    write("team.yaml", TEAM)
    write("company.yaml", COMPANY)
    found = find_policy(name, ".")
    files = rule_files()
    on = found.select(files, lambda: load_rules(files))
    write("flat.yaml", merged_yaml(found, on))
    again = find_policy("flat.yaml", ".")
    assert meaning(again) == meaning(found)
    assert again.select(files, lambda: load_rules(files)) == on
    assert "\u202e" not in merged_yaml(found)


# requirements and exemptions in a scan


REPORTED = ["exemption-expired", "exemption-unused", "suppression-invalid", "suppression-expired", "suppression-unused"]


def test_requirements_are_rules_to_everybody(capsys: pytest.CaptureFixture[str]) -> None:
    write("main.tf", OPEN)
    write("team.yaml", "version: 1\nrequirements:\n  - {id: ours, require: {state: required}, severity: note}\n")
    code, out, _ = run(capsys, "scan", "--policy", "team.yaml", "--format", "json")
    (found,) = [each for each in json.loads(out)["findings"] if each["rule"] == "ours"]
    assert (code, found["severity"], found["file"], found["line"]) == (1, "note", "main.tf", 1)
    _, out, _ = run(capsys, "rules", "--policy", "team.yaml")
    assert "\nours                             note     state must be required.\n" in out
    _, out, _ = run(capsys, "rules", "--policy", "team.yaml", "--format", "json")
    listed = [each["id"] for each in json.loads(out)["rules"]]
    assert listed[-6:] == ["ours", *REPORTED]
    _, out, _ = run(capsys, "explain", "ours", "--policy", "team.yaml")
    assert out == (
        "# ours\n\nSeverity: note\n\nstate must be required.\n\n## What it checks\n\n"
        "Of everything that starts instances:\n\n- state must be required\n\nDeclared in team.yaml:3:10.\n"
    )
    _, out, _ = run(capsys, "explain", "exemption-unused")
    assert out.startswith("# exemption-unused\n\nSeverity: note\n\nAn exemption of the policy is not needed.\n")


EXEMPTING = """\
version: 1
select: {rules: [instance-tokens-optional]}
exemptions:
  - {rule: instance-tokens-optional, address: aws_instance.web, reason: "vendor image"}
  - {rule: instance-tokens-optional, address: aws_instance.gone, reason: "vendor image"}
"""


def rules_of(out: str) -> dict[str, str | None]:
    return {f["rule"]: f["suppressed"] and f["suppressed"]["reason"] for f in json.loads(out)["findings"]}


def test_what_is_exempted_does_not_fail_the_run_and_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    write("main.tf", OPEN)
    write(".imdsguard.yaml", EXEMPTING)
    code, out, _ = run(capsys, "scan", "--format", "json")
    found = rules_of(out)
    assert (code, found["instance-tokens-optional"]) == (0, "vendor image")
    assert "exemption-unused" in found


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), True),
        ((".",), True),
        ((".imdsguard.yaml",), True),  # as pre-commit names it when it has changed
        (("main.tf",), False),
        (("stacks/web",), False),
        ((".", "--exclude", "stacks/**"), False),
        (("main.tf", "."), True),
    ],
)
def test_only_a_run_over_the_whole_project_says_what_nothing_needs(
    arguments: tuple[str, ...], told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    write("main.tf", OPEN)
    write("stacks/web/main.tf", OPEN)
    write(".imdsguard.yaml", EXEMPTING)
    _, out, _ = run(capsys, "scan", *arguments, "--format", "json")
    assert ("exemption-unused" in rules_of(out)) is told


def test_a_run_that_could_not_read_everything_does_not_say_it(capsys: pytest.CaptureFixture[str]) -> None:
    write("main.tf", OPEN)
    write("broken/main.tf", "resource {{{\n")
    write(".imdsguard.yaml", EXEMPTING)
    code, out, _ = run(capsys, "scan", "--format", "json")
    assert code == 2
    assert "exemption-unused" not in rules_of(out)


def test_a_policy_of_another_repository_is_not_judged_by_this_one(capsys: pytest.CaptureFixture[str]) -> None:
    write("here/main.tf", OPEN)
    write("elsewhere/.git/HEAD", "")
    write("elsewhere/policies/team.yaml", EXEMPTING)
    _, out, _ = run(capsys, "scan", "here", "--policy", "elsewhere/policies/team.yaml", "--format", "json")
    assert "exemption-unused" not in rules_of(out)
    _, out, _ = run(capsys, "scan", ".", "--policy", "elsewhere/policies/team.yaml", "--format", "json")
    assert "exemption-unused" in rules_of(out)


def test_the_callers_policy_is_the_only_one(capsys: pytest.CaptureFixture[str]) -> None:
    """What a pull request writes into the tree counts for nothing where the caller names a policy."""
    write("main.tf", OPEN)
    write(
        ".imdsguard.yaml",
        "version: 1\nfail_on: never\nrules: {instance-tokens-optional: off}\nassume: {region_default: required}\n"
        "requirements: [{id: theirs, require: {state: optional}}]\nexemptions: [{rule: '*', path: '**', reason: r}]\n",
    )
    assert run(capsys, "scan")[0] == 0
    code, out, _ = run(capsys, "scan", "--policy", "baseline", "--format", "json")
    found = rules_of(out)
    assert (code, found["instance-tokens-optional"], "theirs" in found) == (1, None, False)
    write(".imdsguard.yaml", "not: [a policy\n")
    assert run(capsys, "scan", "--policy", "baseline")[0] == 1
