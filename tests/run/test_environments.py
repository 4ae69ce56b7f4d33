"""Root modules judged in their environments: what is told once, what is told apart, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from imdsguard import Finding, Inputs, Place, ScanOptions, Severity, Stack, UsageError, Verdict, prepare, read, scan
from imdsguard.run.merging import merged
from imdsguard.run.report import report_on

CODE = """\
variable "tokens" { default = "optional" }
variable "size" { default = 1 }
variable "ami" { default = "ami-0123456789abcdef0" }
provider "aws" { region = "eu-west-1" }
resource "aws_instance" "web" {
  count = var.size
  ami   = var.ami
  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = var.tokens
  }
}
resource "aws_instance" "always" {
  ami  = "ami-0123456789abcdef0"
  tags = { workspace = terraform.workspace }
}
"""
POLICY = """\
version: 1
stacks:
  - roots: ["."]
    environments:
      dev: {var_files: [environments/dev.tfvars], workspace: dev}
      prod: {var_files: [environments/prod.tfvars], vars: {size: "2"}, workspace: live}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "environments").mkdir()
    values(dev="optional", prod="required")
    (tmp_path / "main.tf").write_text(CODE)
    (tmp_path / ".imdsguard.yaml").write_text(POLICY)
    return tmp_path


def values(**tokens: str) -> None:
    for name, word in tokens.items():
        Path(f"environments/{name}.tfvars").write_text(f'tokens = "{word}"\n')


def told(findings: Iterable[Finding], rule: str = "instance-tokens-optional") -> list[tuple[str, tuple[str, ...]]]:
    return [(each.address, each.environments) for each in findings if each.rule == rule]


@pytest.mark.parametrize(
    ("dev", "prod", "web"),
    [
        ("optional", "required", [("aws_instance.web[0]", ("dev",))]),
        ("required", "optional", [("aws_instance.web[0]", ("prod",)), ("aws_instance.web[1]", ("prod",))]),
        ("required", "required", []),
    ],
)
def test_an_environment_is_named_where_it_differs(dev: str, prod: str, web: list[tuple[str, tuple[str, ...]]]) -> None:
    values(dev=dev, prod=prod)
    report = scan()
    assert told(report.findings) == [*web, ("aws_instance.always", ("dev", "prod"))]
    assert report.summary.launches == 3


def test_what_is_judged_is_what_terraform_is_given_in_each() -> None:
    estate = read((), None, prepare().policy.assumptions).estate
    said = [(each.resource.stack, each.address, each.state.value) for each in estate.launches]
    assert said == [
        (Stack(".", "dev"), "aws_instance.web[0]", "optional"),
        (Stack(".", "dev"), "aws_instance.always", "optional"),
        (Stack(".", "prod"), "aws_instance.web[0]", "required"),
        (Stack(".", "prod"), "aws_instance.web[1]", "required"),
        (Stack(".", "prod"), "aws_instance.always", "optional"),
    ]


def test_judging_environments_is_the_union_of_judging_each_alone() -> None:
    def facts(inputs: Inputs | None) -> set[tuple[object, ...]]:
        findings = scan((), inputs).findings
        return {(each.fingerprint, each.verdict, each.message, each.place, each.remedy) for each in findings}

    alone = [
        Inputs(var_files=("environments/dev.tfvars",), workspace="dev"),
        Inputs(var_files=("environments/prod.tfvars",), variables=("size=2",), workspace="live"),
    ]
    assert facts(None) == facts(alone[0]) | facts(alone[1])
    for name, inputs in zip(("dev", "prod"), alone, strict=True):
        assert facts(Inputs(environments=(name,))) == facts(inputs)


def test_values_given_replace_the_environments() -> None:
    assert told(scan((), Inputs(variables=("tokens=required",))).findings) == [("aws_instance.always", ())]
    with pytest.raises(UsageError, match="--environment takes what the policy gives it"):
        scan((), Inputs(variables=("tokens=required",), environments=("dev",)))


def test_an_environment_that_nothing_has_is_refused() -> None:
    with pytest.raises(UsageError) as refused:
        scan((), Inputs(environments=("pro",)))
    assert str(refused.value) == 'nothing that was read has an environment "pro"; did you mean "prod"?'


def test_a_file_that_is_not_there_leaves_its_environment_out_and_says_so() -> None:
    Path("environments/prod.tfvars").unlink()
    report = scan()
    (problem,) = report.problems
    assert (str(problem.place), problem.message) == (
        ".imdsguard.yaml:6:26",
        "environment prod of .: there is no file environments/prod.tfvars: it was not judged",
    )
    assert {each.environments for each in report.findings} == {("dev",)}


def test_no_file_outside_of_the_repository_is_read(tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.tfvars"
    outside.write_text('tokens = "required"\n')
    Path("environments/prod.tfvars").unlink()
    Path("environments/prod.tfvars").symlink_to(outside)
    (problem,) = scan().problems
    assert "environments/prod.tfvars lies outside of the repository, where nothing is read" in problem.message


def test_a_var_file_that_is_missing_stops_the_run_and_is_looked_for_in_the_folder() -> None:
    with pytest.raises(UsageError) as refused:
        scan(("environments",), Inputs(var_files=("prod.tfvars",)))
    assert str(refused.value) == (
        "there is no file prod.tfvars (--var-file), so nothing was judged; "
        "there is environments/prod.tfvars: paths count from the working directory"
    )


ACCOUNTS = """\
version: 1
select: {rules: region-default-missing}
stacks:
  - roots: ["."]
    environments:
      dev: {var_files: [environments/dev.tfvars]ONE}
      prod: {var_files: [environments/prod.tfvars]OTHER}
"""
DEFAULT = """\
resource "aws_ec2_instance_metadata_defaults" "all" {
  count       = var.tokens == "required" ? 1 : 0
  http_tokens = "required"
}
"""


@pytest.mark.parametrize(
    ("one", "other", "default", "expected"),
    [
        ("", "", "", [("aws_instance.always", ("dev", "prod"))]),
        (", account: '1'", ", account: '1'", "", [("aws_instance.always", ("dev", "prod"))]),
        ("", "", DEFAULT, [("aws_instance.always", ("dev",))]),
        (", account: '1'", ", account: '2'", DEFAULT, [("aws_instance.always", ("dev",))]),
        (", account: '1'", ", account: '1'", DEFAULT, []),
    ],
)
def test_a_region_default_is_demanded_once_for_an_account(
    one: str, other: str, default: str, expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    Path(".imdsguard.yaml").write_text(ACCOUNTS.replace("ONE", one).replace("OTHER", other))
    Path("main.tf").write_text(CODE + default)
    assert told((each for each in scan().findings if "sets no default" in each.message), "region-default-missing") == (
        expected
    )


FINDING = Finding(
    "r", Verdict.FAIL, Severity.ERROR, "a.b", "is wrong", ".", "0" * 16, Place("main.tf", 1), environments=("dev",)
)
STACKS = [Stack(".", "dev"), Stack(".", "test"), Stack(".", "prod")]


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([{"environments": ("prod",)}], [("dev", "prod")]),
        ([{"environments": ("prod",)}, {"environments": ("test",)}], [("dev", "test", "prod")]),
        ([{"environments": ("prod",), "trace": ("prod.tfvars:1",)}], [("dev",), ("prod",)]),
        ([{"environments": ("prod",), "severity": Severity.NOTE}], [("dev",), ("prod",)]),
        ([{"environments": ("prod",), "root": "web"}], [("dev",), ("prod",)]),
        ([{"environments": (), "root": "web"}], [("dev",), ()]),
    ],
)
def test_findings_that_differ_in_nothing_else_are_one(
    others: list[dict[str, object]], expected: list[tuple[str, ...]]
) -> None:
    findings = [FINDING, *(replace(FINDING, **other) for other in others)]  # type: ignore[arg-type]
    assert [each.environments for each in merged(findings, STACKS)] == expected


def test_what_is_known_in_one_environment_is_new_in_another() -> None:
    report_on(read((), None, prepare().policy.assumptions), prepare(None, ScanOptions(write_baseline="known.json")))
    values(prod="optional")
    report = scan((), None, prepare(None, ScanOptions(baseline="known.json")))
    counted = [each for each in report.findings if each.suppressed is None]
    assert told(counted) == [("aws_instance.web[0]", ("prod",)), ("aws_instance.web[1]", ("prod",))]


def test_an_entry_without_environments_stands_for_all(tmp_path: Path) -> None:
    known = tmp_path / "known.json"
    report_on(read(), prepare(None, ScanOptions(write_baseline="known.json")))
    assert "environments" not in known.read_text()
    report = scan((), None, prepare(None, ScanOptions(baseline="known.json")))
    counted = [each for each in report.findings if each.suppressed is None]
    assert told(counted) == []
    assert not [note for note in report.notes if "fixed" in note]


REFUSED = """\
variable "limit" { default = 1 }
variable "hops" { default = 1 }
resource "aws_instance" "bad" {
  count = var.limit > 5 ? "many" : 1
  ami   = "ami-1"
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = var.hops > 5 ? upper(null) : "required"
    http_put_response_hop_limit = 1
  }
}
"""


@pytest.mark.parametrize(
    ("dev", "prod", "told"),
    [
        ("limit = 1", "limit = 9", [("prod",)]),
        ("limit = 9", "limit = 1", [("dev",)]),
        ("limit = 9", "limit = 9", [()]),
        ("limit = 1", "limit = 1", []),
        ("hops = 1", "hops = 9", [("prod",)]),
        ("hops = 9", "hops = 9", [()]),
    ],
)
def test_a_problem_names_its_environment_unless_all_have_it(dev: str, prod: str, told: list[tuple[str, ...]]) -> None:
    Path("main.tf").write_text(REFUSED)
    Path("environments/dev.tfvars").write_text(dev)
    Path("environments/prod.tfvars").write_text(prod)
    Path(".imdsguard.yaml").write_text(POLICY.replace(', vars: {size: "2"}', ""))
    report = scan()
    assert [each.environments for each in report.problems] == told
    assert [str(each).count("(in ") for each in report.problems] == [len(names) for names in told]


def test_a_file_that_cannot_be_parsed_is_of_no_environment() -> None:
    Path("broken.tf").write_text("resource {\n")
    assert {each.environments for each in scan().problems} == {()}


def test_every_format_tells_the_environment_of_a_problem() -> None:
    import json

    from imdsguard.model.problem import Problem
    from imdsguard.report.formats import FOR_PEOPLE, FORMATS, render
    from imdsguard.report.report import Report
    from imdsguard.report.text import problem_line

    problem = Problem("it is refused", Place("main.tf", 3), environments=("prod",))
    assert problem_line(problem) == "problem: main.tf:3: it is refused (in prod)"
    report = Report(problems=(problem,))
    assert all("prod" in render(name, report) for name in FORMATS if name not in FOR_PEOPLE)
    assert json.loads(render("json", report))["problems"][0]["environments"] == ["prod"]


BROKEN = {"broken text": 'tokens = "optional', "a block": "tokens {\n}\n", "no text at all": "\x00"}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_var_file_that_cannot_be_read_stops_the_run_before_anything_is_judged(text: str) -> None:
    Path("environments/prod.tfvars").write_text(text)
    with pytest.raises(UsageError) as error:
        scan((), Inputs(var_files=("environments/prod.tfvars",)))
    file = "environments/prod.tfvars"
    assert str(error.value).startswith(f"--var-file {file} cannot be read, so nothing was judged: {file}")


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_an_environment_with_such_a_file_is_left_out(text: str) -> None:
    Path("environments/prod.tfvars").write_text(text)
    report = scan()
    (problem,) = report.problems
    assert problem.message.startswith("environment prod of .: environments/prod.tfvars cannot be read: ")
    assert {names for each in report.findings for names in each.environments} == {"dev"}
    assert report.exit_code == 2


def test_a_var_file_is_looked_for_beside_a_file_that_is_given() -> None:
    with pytest.raises(UsageError) as error:
        scan(("environments/dev.tfvars",), Inputs(var_files=("prod.tfvars",)))
    assert "there is environments/prod.tfvars" in str(error.value)
