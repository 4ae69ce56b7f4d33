"""`imdsguard policy test`: a policy's own tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.test_policy_command import OPEN, run, write
from tests.report.test_junit_report import parse


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")


CASES = """\
policy: team.yaml
only: ["ours", "exemption-*"]
cases:
  - name: production
    terraform: |
      resource "aws_instance" "web" {
        tags = { Environment = var.env }
      }
      variable "env" { type = string }
    variables: {env: prod}
    expected:
      - {rule: ours, address: aws_instance.web, severity: error, message: "*http_tokens*"}
  - name: elsewhere
    files:
      main.tf: 'module "m" { source = "./modules/m" }'
      modules/m/main.tf: |
        resource "aws_instance" "web" { tags = { Environment = "dev" } }
    expected: []
"""
TESTED = """\
version: 1
requirements:
  - {id: ours, where: {tags.Environment: prod}, require: {http_tokens: required}}
exemptions:
  - {rule: ours, path: "legacy/**", reason: "old", expires: 2027-01-31}
"""


def test_tests_in_a_file_pass(capsys: pytest.CaptureFixture[str]) -> None:
    write("policies/team.yaml", TESTED)
    write("policies/team.test.yaml", CASES)
    assert run(capsys, "policy", "test", "policies") == (
        0,
        "ok    policies/team.test.yaml: production\nok    policies/team.test.yaml: elsewhere\n2 tests: 2 ok\n",
        "",
    )
    assert run(capsys, "policy", "test", "policies/team.test.yaml", "-q") == (0, "", "")
    write("policies/policy.yaml", TESTED)
    write("policies/team.test.yaml", CASES.replace("policy: team.yaml\n", ""))
    assert run(capsys, "policy", "test", "policies/team.test.yaml", "-q") == (0, "", "")


def test_tests_in_folders_say_what_is_not_as_expected(capsys: pytest.CaptureFixture[str]) -> None:
    tagged = 'resource "aws_instance" "web" {\n  tags = { Environment = "prod" }\n}\n'
    write("t/policy.yaml", TESTED)
    write("t/as-it-should-be/legacy/main.tf", tagged)
    write(
        "t/as-it-should-be/expected.yaml",
        "today: 2027-01-31\nonly: [ours]\nexpected:\n"
        "  - {rule: ours, address: aws_instance.web, suppressed: exemption}\n",
    )
    write("t/ended/legacy/main.tf", tagged)
    write(
        "t/ended/expected.yaml",
        "today: 2027-02-01\nonly: [ours]\nexpected:\n  - {rule: ours, address: aws_instance.web, suppressed: yes}\n",
    )
    write("t/other/main.tf", tagged + tagged.replace("web", "second"))
    write(
        "t/other/expected.yaml",
        "only: [ours]\nexpected:\n  - {rule: ours, address: aws_instance.web, severity: note, message: '*alarm*'}\n"
        "  - {rule: ours, address: aws_instance.gone}\n",
    )
    code, out, err = run(capsys, "policy", "test", "t")
    assert (code, err) == (1, "")
    assert out == (
        "ok    t/as-it-should-be\n"
        "FAIL  t/ended\n"
        "      different   ours aws_instance.web fail: it is not suppressed\n"
        "FAIL  t/other\n"
        "      different   ours aws_instance.web fail note: the severity is error, not note; the message is: "
        'http_tokens must be required: nothing sets http_tokens, and the service\'s own default is "optional", '
        "unless its image requires them\n"
        "      missing     ours aws_instance.gone fail\n"
        "      unexpected  ours aws_instance.second fail error (main.tf:4:1: http_tokens must be required: "
        'nothing sets http_tokens, and the service\'s own default is "optional", unless its image '
        "requires them)\n"
        "3 tests: 1 ok, 2 failed\n"
    )


def test_a_pass_can_be_expected_and_every_rule_is_compared_unless_the_test_says_which(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write("t/policy.yaml", "version: 1\nextends: cis-aws-foundations\n")
    write("t/a/main.tf", 'resource "aws_instance" "web" {\n  metadata_options { http_tokens = "required" }\n}\n')
    write("t/a/expected.yaml", "- {rule: instance-tokens-optional, address: aws_instance.web, verdict: pass}\n")
    assert run(capsys, "policy", "test", "t", "-q")[0] == 0
    write("t/a/main.tf", OPEN)
    code, out, _ = run(capsys, "policy", "test", "t", "-q")
    assert code == 1
    assert "different   instance-tokens-optional aws_instance.web pass: the verdict is fail, not pass" in out


def test_a_plan_can_be_tested(capsys: pytest.CaptureFixture[str], repository: Path) -> None:
    plan = next((repository / "tests/fixtures/instance-tokens-optional/found").glob("*/plan.json"))
    write("t/policy.yaml", "version: 1\nextends: cis-aws-foundations\n")
    write("t/a/plan.json", plan.read_text())
    write("t/a/expected.yaml", "[]\n")
    code, out, _ = run(capsys, "policy", "test", "t", "-q")
    assert code == 1
    assert "unexpected  instance-tokens-optional" in out


@pytest.mark.parametrize(
    ("file", "text", "complaint"),
    [
        ("a/expected.yaml", "expected: [{rule: x}]", "t/a/expected.yaml:1:12: an expected finding needs `address`"),
        ("a/expected.yaml", "expected: [{rule: x, address: y, verdict: bad}]",
         't/a/expected.yaml:1:43: verdict must be pass, fail or unknown, not "bad"'),
        ("a/expected.yaml", "today: soon",
         "t/a/expected.yaml:1:1: a test needs `expected`: a list, which may be empty"),
        ("x.test.yaml", "cases: []", "t/x.test.yaml:1:8: a file of tests needs `cases`: a list of tests"),
        ("x.test.yaml", "cases: [{name: n, expected: []}]",
         "t/x.test.yaml:1:9: a test needs either `terraform` (a text) or `files` (a mapping)"),
        ("x.test.yaml", "cases: [{name: n, files: {../a.tf: x}, expected: []}]",
         't/x.test.yaml:1:27: a file of a test lies below it, which "../a.tf" does not'),
        ("x.test.yaml", "policy: gone.yaml\ncases: [{name: n, terraform: x, expected: []}]",
         "the policy t/gone.yaml cannot be read: No such file or directory"),
        ("x.test.yaml", "only: [instance-tokens-optionl]\ncases: [{name: n, terraform: '#', expected: []}]",
         ('t/x.test.yaml:2:9: only: there is no rule "instance-tokens-optionl"; '
          'did you mean "instance-tokens-optional"?')),
        ("a/expected.yaml", "expected: []",
         "t/a: there are no Terraform files in or below this folder: name one that has some"),
    ],
)  # fmt: skip
def test_a_test_that_cannot_be_run_is_an_error(
    file: str, text: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(f"t/{file}", text + "\n")
    code, out, _ = run(capsys, "policy", "test", "t")
    assert code == 2
    assert f"      {complaint}\n" in out.replace("      .: there", "      t/a: there")


def test_a_pipe_is_no_file_of_tests(capsys: pytest.CaptureFixture[str]) -> None:
    Path("t").mkdir()
    os.mkfifo("t/x.test.yaml")
    code, out, _ = run(capsys, "policy", "test", "t")
    assert (code, out.splitlines()[1]) == (2, "      t/x.test.yaml is not a file")


def test_without_tests_there_is_nothing_to_trust(capsys: pytest.CaptureFixture[str]) -> None:
    write("t/main.tf", OPEN)
    code, _, err = run(capsys, "policy", "test", "t")
    assert (code, err) == (2, "imdsguard: there are no tests below t: no expected.yaml, no *.test.yaml\n")


def test_junit(capsys: pytest.CaptureFixture[str]) -> None:
    write("t/team.yaml", TESTED)
    write(
        "t/a.test.yaml",
        CASES.replace("name: production", 'name: "<a> & \\u202e"').replace("severity: error", "severity: note"),
    )
    write("t/b.test.yaml", CASES.replace("ours", "yours"))
    code, out, _ = run(capsys, "policy", "test", "t", "--format", "junit")
    (suite,) = parse(out)
    counts = [suite.attrib[name] for name in ("name", "tests", "failures", "errors", "skipped")]
    assert (code, counts) == (2, ["imdsguard policy", "4", "1", "2", "0"])
    shown = [(case.attrib["name"], case[0].tag if len(case) else "") for case in suite]
    assert shown == [
        ("t/a.test.yaml: <a> & \\u202e", "failure"),
        ("t/a.test.yaml: elsewhere", ""),
        ("t/b.test.yaml: production", "error"),
        ("t/b.test.yaml: elsewhere", "error"),
    ]
    assert "the severity is error, not note" in (suite[0][0].text or "")
    assert suite[0][0].attrib["message"] == (suite[0][0].text or "").splitlines()[0]


def test_code_beside_tests_is_read_in_its_own_folder_only(capsys: pytest.CaptureFixture[str]) -> None:
    """A test gives the same answer wherever it is run, whatever environment there is."""
    write("t/a/main.tf", 'variable "x" { default = "optional" }\nresource "aws_instance" "web" {\n'
          '  metadata_options { http_tokens = var.x }\n}\n')  # fmt: skip
    write("t/a/expected.yaml", "only: [instance-tokens-optional]\nvariables: {x: required}\nexpected: []\n")
    assert run(capsys, "policy", "test", "t", "-q") == (0, "", "")


def test_the_tests_of_the_example_pass(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, repository: Path
) -> None:
    monkeypatch.chdir(repository)
    assert run(capsys, "policy", "check", "examples/policies/company.yaml")[0] == 0
    code, out, _ = run(capsys, "policy", "test", "examples/policies")
    assert (code, out.splitlines()[-1]) == (0, "5 tests: 5 ok"), out
