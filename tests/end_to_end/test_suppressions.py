"""Comments in the code that take findings out of the count, through the installed command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command
from tests.end_to_end.git import instance

ONLY_TOKENS = "version: 1\nselect: {rules: instance-tokens-optional}\n"
IGNORED = "# imdsguard: ignore[instance-tokens-optional] vendor image\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".imdsguard.yaml").write_text(ONLY_TOKENS)
    return tmp_path


def found(imdsguard: Command, folder: Path, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
    done = imdsguard("scan", "--format", "json", *arguments, cwd=folder)
    assert (done.returncode, done.stderr) == (code, "")
    findings: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return findings


def counting(findings: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    return [(each["rule"], each["address"], each["line"]) for each in findings if each["suppressed"] is None]


def test_a_comment_takes_a_finding_out_of_the_count(imdsguard: Command, project: Path) -> None:
    (project / "main.tf").write_text(instance("web", above=IGNORED))
    (only,) = found(imdsguard, project)
    assert only["suppressed"] == {
        "by": "comment",
        "reason": "vendor image",
        "until": None,
        "file": "main.tf",
        "line": 1,
        "column": 3,
        "end_line": 1,
        "end_column": 59,
    }
    text = imdsguard("scan", cwd=project)
    assert (text.returncode, text.stdout) == (0, "1 launch (1 optional); no findings; 1 suppressed\n")
    shown = imdsguard("scan", "--show-suppressed", cwd=project).stdout
    assert "\n   ignored by a comment, main.tf:1:3: vendor image\n" in shown


def test_without_suppressions_everything_counts(imdsguard: Command, project: Path) -> None:
    policy = 'exemptions: [{rule: instance-tokens-optional, address: aws_instance.b, reason: "known"}]\n'
    (project / ".imdsguard.yaml").write_text(ONLY_TOKENS + policy)
    (project / "main.tf").write_text(instance("web", above=IGNORED) + instance("b"))
    assert counting(found(imdsguard, project)) == []
    assert len(counting(found(imdsguard, project, "--no-suppressions", code=1))) == 2


def test_a_comment_on_a_module_call_speaks_for_all_it_creates(imdsguard: Command, project: Path) -> None:
    (project / "web").mkdir()
    (project / "inner").mkdir()
    (project / "main.tf").write_text(
        f'{IGNORED}module "web" {{\n  source = "./web"\n  count  = 2\n}}\nmodule "other" {{\n  source = "./inner"\n}}\n'
    )
    (project / "web/main.tf").write_text('module "inner" {\n  source = "../inner"\n}\n')
    (project / "inner/main.tf").write_text(instance("this"))
    findings = found(imdsguard, project, code=1)
    assert [each["address"] for each in findings if each["suppressed"]] == [
        "module.web[0].module.inner.aws_instance.this",
        "module.web[1].module.inner.aws_instance.this",
    ]
    assert counting(findings) == [("instance-tokens-optional", "module.other.aws_instance.this", 1)]


def test_a_comment_in_an_override_file_speaks_for_what_it_overrides(imdsguard: Command, project: Path) -> None:
    (project / "modules/web").mkdir(parents=True)
    (project / "modules/web/main.tf").write_text(instance("inner"))
    (project / "main.tf").write_text(instance("web") + 'module "web" {\n  source = "./modules/web"\n}\n')
    assert len(counting(found(imdsguard, project, code=1))) == 2
    override = 'resource "aws_instance" "web" {\n  monitoring = true\n}\n' + IGNORED + 'module "web" {}\n'
    (project / "main_override.tf").write_text(IGNORED + override)
    assert counting(found(imdsguard, project)) == []


def test_what_is_wrong_with_comments_is_found(imdsguard: Command, project: Path) -> None:
    (project / "main.tf").write_text(
        instance("a", above="# imdsguard: ignore[instance-tokens-optional]\n")
        + instance("b", above="# imdsguard: ignore[instance-token-optional] typo\n")
        + instance("c", above="# imdsguard: ignore[instance-tokens-optional] until=2020-01-31 over\n")
        + instance("d", '"required"', above=IGNORED)
        + f'{IGNORED}variable "x" {{}}\n'
    )
    findings = found(imdsguard, project, code=1)
    assert [
        (each["rule"], each["severity"], each["message"]) for each in findings if "suppression" in each["rule"]
    ] == [
        (
            "suppression-invalid",
            "warning",
            "the comment suppresses nothing: it gives no reason: say behind the bracket why this is as it is",
        ),
        (
            "suppression-invalid",
            "warning",
            (
                'the comment suppresses nothing: there is no rule "instance-token-optional"; '
                'did you mean "instance-tokens-optional"?'
            ),
        ),
        (
            "suppression-expired",
            "warning",
            "the comment that suppresses instance-tokens-optional ended on 2020-01-31: over",
        ),
        ("suppression-unused", "note", "the comment suppresses nothing: instance-tokens-optional finds nothing here"),
        (
            "suppression-invalid",
            "warning",
            (
                "the comment suppresses nothing: it stands at nothing that can be found wrong: "
                "put it above or in a resource, data or module block"
            ),
        ),
    ]
    assert [each["address"] for each in findings if each["rule"] == "instance-tokens-optional"] == [
        "aws_instance.a",
        "aws_instance.b",
        "aws_instance.c",
    ]


def test_a_comment_that_may_yet_be_needed_is_not_called_unused(imdsguard: Command, project: Path) -> None:
    """Its rule is off, its block makes nothing, or not everything could be read."""
    off = "# imdsguard: ignore[region-default-missing] another stack sets it\n"
    (project / "main.tf").write_text(
        instance("a", '"required"', above=off) + instance("none", above=IGNORED, inside="  count = 0\n")
    )
    assert counting(found(imdsguard, project, "-q")) == []
    (project / "main.tf").write_text(instance("a", '"required"', above=IGNORED) + 'resource "aws_instance" "b" {\n')
    done = imdsguard("scan", "--format", "json", cwd=project)
    assert (done.returncode, json.loads(done.stdout)["findings"]) == (2, [])


def test_a_policy_rates_and_switches_off_what_is_said_of_comments(imdsguard: Command, project: Path) -> None:
    (project / "main.tf").write_text(instance("a", '"required"', above=IGNORED))
    (project / "hard.yaml").write_text("version: 1\nextends: .imdsguard.yaml\nrules: {suppression-unused: error}\n")
    (project / "soft.yaml").write_text("version: 1\nextends: .imdsguard.yaml\nrules: {suppression-unused: off}\n")
    assert [each["severity"] for each in found(imdsguard, project, "--policy", "hard.yaml", code=1)] == ["error"]
    assert found(imdsguard, project, "--policy", "soft.yaml") == []


def test_the_policy_of_the_caller_forbids_comments(imdsguard: Command, project: Path) -> None:
    """A pull request can bring comments and a policy of its own; the policy that the caller names decides."""
    (project / "main.tf").write_text(instance("a", above=IGNORED))
    (project / "outside.yaml").write_text(ONLY_TOKENS + "suppressions: {comments: deny}\n")
    findings = found(imdsguard, project, "--policy", "outside.yaml", code=1)
    assert [(each["rule"], each["suppressed"]) for each in findings] == [
        ("instance-tokens-optional", None),
        ("suppression-invalid", None),
    ]
    assert findings[1]["message"] == (
        "the comment suppresses nothing: the policy does not let a comment suppress instance-tokens-optional"
    )


def test_json_syntax(imdsguard: Command, project: Path) -> None:
    body = {
        "//": "imdsguard: ignore[instance-tokens-optional] vendor image",
        "ami": "ami-1",
        "instance_type": "t3.micro",
    }
    resources = {"web": body, "other": {**body, "//": "a remark"}}
    (project / "main.tf.json").write_text(json.dumps({"resource": {"aws_instance": resources}}))
    findings = found(imdsguard, project, code=1)
    assert [(each["address"], bool(each["suppressed"])) for each in findings] == [
        ("aws_instance.web", True),
        ("aws_instance.other", False),
    ]


def test_comments_in_downloaded_modules_do_not_count(imdsguard: Command, project: Path) -> None:
    """Who writes a module cannot speak for who uses it."""
    module = project / ".terraform/modules/web"
    module.mkdir(parents=True)
    (module / "main.tf").write_text(instance("this", above=IGNORED))
    manifest = {"Modules": [{"Key": "web", "Source": "example.com/web", "Dir": ".terraform/modules/web"}]}
    (module.parent / "modules.json").write_text(json.dumps(manifest))
    (project / "main.tf").write_text('module "web" {\n  source = "example.com/web"\n}\n')
    assert len(counting(found(imdsguard, project, code=1))) == 1


def test_other_scanners_comments_count_on_request(imdsguard: Command, project: Path) -> None:
    (project / "main.tf").write_text(
        instance("a", inside="  # checkov:skip=CKV_AWS_79: vendor image\n")
        + instance("b", above="#trivy:ignore:AVD-AWS-0028\n")
        + instance("c", above="#tfsec:ignore:aws-ec2-enforce-http-token-imds:exp:2020-01-31\n")
    )
    assert len(counting(found(imdsguard, project, code=1))) == 3
    honoured = found(imdsguard, project, "--honor-comments", "checkov,trivy,tfsec", code=1)
    assert counting(honoured) == [("instance-tokens-optional", "aws_instance.c", 12)]
    wrong = imdsguard("scan", "--honor-comments", "chekov", cwd=project)
    assert wrong.returncode == 2
    assert 'the comments of "chekov" are not known; did you mean "checkov"?' in wrong.stderr


def test_a_plan_beside_its_source_heeds_the_comments_in_it(imdsguard: Command, project: Path) -> None:
    (project / "main.tf").write_text(instance("web", above=IGNORED))
    values = {"ami": "ami-0123456789abcdef0", "instance_type": "t3.micro", "metadata_options": []}
    named = {"address": "aws_instance.web", "mode": "managed", "type": "aws_instance", "name": "web"}
    change = {"actions": ["create"], "before": None, "after": values, "after_unknown": {}}
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.11.0",
        "planned_values": {"root_module": {"resources": [{**named, "values": values}]}},
        "resource_changes": [{**named, "provider_name": "registry.terraform.io/hashicorp/aws", "change": change}],
        "configuration": {"root_module": {"resources": [{**named, "provider_config_key": "aws", "expressions": {}}]}},
    }
    (project / "plan.json").write_text(json.dumps(plan))
    (only,) = found(imdsguard, project, "plan.json", "--source", ".")
    assert (only["file"], only["suppressed"]["reason"]) == ("main.tf", "vendor image")


def test_the_list_of_suppressions(imdsguard: Command, project: Path) -> None:
    policy = (
        "exemptions: [{rule: instance-tokens-optional, address: aws_instance.c, reason: known, expires: 2999-01-31}]\n"
    )
    (project / ".imdsguard.yaml").write_text(ONLY_TOKENS + policy)
    (project / "main.tf").write_text(
        instance("a", above=IGNORED)
        + instance("b", '"required"', above="# imdsguard: ignore[instance-tokens-optional] until=2999-01-31 later\n")
        + instance("c")
        + instance("d", above="#trivy:ignore:AWS-0028\n")
    )
    done = imdsguard("suppressions", "--honor-comments", "trivy", cwd=project)
    assert (done.returncode, done.stdout) == (
        0,
        """\
used    main.tf:1: comment for instance-tokens-optional on aws_instance.a
        vendor image
unused  main.tf:6: comment for instance-tokens-optional on aws_instance.b
        later (until 2999-01-31)
used    main.tf:18: trivy's comment for instance-tokens-optional on aws_instance.d
        trivy:ignore:AWS-0028
used    .imdsguard.yaml:3: exemption for instance-tokens-optional on aws_instance.c
        known (until 2999-01-31)
4 suppressions (3 used, 1 unused)
""",
    )
    document = json.loads(imdsguard("suppressions", "--format", "json", cwd=project).stdout)
    assert document["schema"] == "imdsguard/suppressions/v1"
    assert document["suppressions"][1] == {
        "by": "comment",
        "tool": "imdsguard",
        "file": "main.tf",
        "line": 6,
        "column": 3,
        "about": "aws_instance.b",
        "root": ".",
        "rules": ["instance-tokens-optional"],
        "reason": "later",
        "until": "2999-01-31",
        "state": "unused",
        "why": None,
    }


def test_nothing_to_list(imdsguard: Command, project: Path) -> None:
    (project / "main.tf").write_text(instance("a"))
    done = imdsguard("suppressions", cwd=project)
    assert (done.returncode, done.stdout) == (0, "0 suppressions\n")


def test_its_json_says_what_was_not_looked_at_as_scan_does(project: Path, imdsguard: Command) -> None:
    (project / "main.tf").write_text(
        'module "web" {\n  source  = "example/web/aws"\n  version = "1.0.0"\n}\n' + instance("a")
    )
    listed = json.loads(imdsguard("suppressions", "--format", "json", cwd=project).stdout)
    scanned = json.loads(imdsguard("scan", "--format", "json", cwd=project).stdout)
    assert [(each["kind"], each["subject"]) for each in listed["unseen"]] == [("module", "example/web/aws")]
    assert listed["unseen"] == scanned["unseen"]
