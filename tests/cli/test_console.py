"""`imdsguard console` as a person meets it: whole outputs, errors, pipes, options."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Command

MAIN = """\
variable "environment" {
  default = "dev"
}
variable "tokens" {}
variable "key" {
  default   = "hunter2"
  sensitive = true
}
locals {
  options = {
    http_tokens = var.environment == "prod" ? "required" : "optional"
    hops        = [1, 2]
  }
}
resource "aws_launch_template" "web" {
  name = "web-${terraform.workspace}"
}
"""

SHOWN = """\
{
  "hops" = [
    1,
    2,
  ]
  "http_tokens" = "optional"
}
(known after apply)
  # because var.tokens is a variable without a value
(known after apply)
  # because aws_launch_template.web.id is known only after apply
(sensitive value)
toset([
  "a",
  "b",
])
tostring(null)
"""


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "main.tf").write_text(MAIN)
    return tmp_path


def asked(imdsguard: Command, stack: Path, *arguments: str) -> tuple[int, str, str]:
    done = imdsguard("console", *arguments, cwd=stack)
    return done.returncode, done.stdout, done.stderr


def test_values_are_shown_as_terraform_shows_them(imdsguard: Command, stack: Path) -> None:
    texts = [
        "local.options",
        "var.tokens",
        "aws_launch_template.web.id",
        '"x-${var.key}"',
        'toset(["b", "a"])',
        "tostring(null)",
    ]
    arguments = [part for text in texts for part in ("-e", text)]
    assert asked(imdsguard, stack, *arguments) == (0, SHOWN, "")


def test_an_error_goes_to_stderr_and_the_rest_is_answered(imdsguard: Command, stack: Path) -> None:
    code, out, err = asked(imdsguard, stack, "-e", "1 + 1", "-e", "var.none", "-e", "1 +", "-e", "[1][5]", "-e", "3")
    assert (code, out) == (2, "2\n3\n")
    first, second, third = err.splitlines()
    assert first == 'error: no variable "none" is declared in this module at column 1'
    assert second == "error: expected an expression, found the end of the expression at column 4"
    assert third.startswith("error: Invalid index")


def test_expressions_come_from_a_pipe_one_a_line(imdsguard: Command, stack: Path) -> None:
    done = imdsguard("console", cwd=stack, stdin="1 + 1\n\nupper(var.environment)\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, '2\n"DEV"\n', "")


def test_variables_and_workspace_are_those_of_terraform_plan(imdsguard: Command, stack: Path) -> None:
    (stack / "prod.tfvars").write_text('environment = "prod"\n')
    code, out, _ = asked(
        imdsguard, stack, "--var", "tokens=required", "--var-file", "prod.tfvars", "--workspace", "blue",
        "-e", "var.tokens", "-e", "local.options.http_tokens", "-e", "aws_launch_template.web.name",
    )  # fmt: skip
    assert (code, out) == (0, '"required"\n"required"\n"web-blue"\n')


def test_a_var_file_that_is_not_there_stops_it_and_is_looked_for_in_the_folder(imdsguard: Command, stack: Path) -> None:
    (stack / "prod.tfvars").write_text('environment = "prod"\n')
    done = imdsguard("console", stack.name, "--var-file", "prod.tfvars", "-e", "1", cwd=stack.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"there is {stack.name}/prod.tfvars: paths count from the working directory" in done.stderr
    (stack / "prod.tfvars").write_text("environment = ")
    broken = imdsguard("console", "--var-file", "prod.tfvars", "-e", "1", cwd=stack)
    assert (broken.returncode, broken.stdout) == (2, "")
    assert "--var-file prod.tfvars cannot be read" in broken.stderr


def test_json_has_one_object_a_line(imdsguard: Command, stack: Path) -> None:
    code, out, _ = asked(imdsguard, stack, "--format", "json", "-e", "1", "-e", "var.tokens", "-e", "var.none")
    number, unknown, error = [json.loads(line) for line in out.splitlines()]
    assert code == 2
    assert number == {"type": "number", "value": 1}
    assert unknown == {"type": "dynamic", "unknown": True, "why": "var.tokens is a variable without a value"}
    assert (error["stage"], error["line"], error["column"]) == ("static", 1, 1)


def test_a_dump_has_outputs_and_resources(imdsguard: Command, stack: Path) -> None:
    code, out, err = asked(imdsguard, stack, "--dump")
    assert (code, err) == (2, "")
    assert json.loads(out)["error"] == "main.tf:4:1: no value is given for var.tokens"
    code, out, _ = asked(imdsguard, stack, "--dump", "--var", "tokens=x")
    assert code == 0
    assert set(json.loads(out)) == {"outputs", "resources"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nowhere",), 'There is no folder "nowhere"'),
        (("--dump", "-e", "1"), "--dump computes everything"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(
    imdsguard: Command, stack: Path, arguments: tuple[str, ...], told: str
) -> None:
    code, out, err = asked(imdsguard, stack, *arguments)
    assert (code, out) == (2, "")
    assert told in err


@pytest.mark.parametrize(
    "arguments",
    [("scan",), ("scan", "--format", "json"), ("inspect",), ("inspect", "--format", "json"),
     ("explain", "aws_instance.web"), ("console", "-e", "var.secret"), ("console", "-e", "[var.secret]"),
     ("console", "-e", "lookup({ a = 1 }, var.secret)"), ("console", "-e", 'tonumber("${var.secret}")')],
)  # fmt: skip
def test_a_sensitive_value_is_never_shown(imdsguard: Command, stack: Path, arguments: tuple[str, ...]) -> None:
    (stack / "main.tf").write_text(
        'variable "secret" {\n  default   = "s3cr3t"\n  sensitive = true\n}\n'
        'resource "aws_instance" "web" {\n  metadata_options {\n    http_tokens = var.secret\n  }\n}\n'
        'resource "aws_instance" "error" {\n  ami = lookup({ a = 1 }, var.secret)\n'
        '  metadata_options {\n    http_tokens = tonumber("${var.secret}")\n  }\n}\n'
    )
    done = imdsguard(*arguments, cwd=stack)
    assert done.returncode in (0, 1, 2)
    assert done.stdout + done.stderr
    assert "s3cr3t" not in done.stdout + done.stderr


def test_names_that_nothing_declares_are_told_and_refused_on_the_command_line(imdsguard: Command, stack: Path) -> None:
    (stack / "prod.tfvars").write_text('environmnt = "prod"\n')
    (stack / "terraform.tfvars").write_text("zone = 1\n")
    code, out, err = asked(imdsguard, stack, "--var-file", "prod.tfvars", "-e", "var.environment")
    said = "its root module does not declare this variable"
    assert (code, out) == (0, '"dev"\n')
    assert err.splitlines() == [
        f'terraform.tfvars:1:8: "zone": {said}',
        f'prod.tfvars:1:14: "environmnt": {said}; did you mean "environment"?',
    ]
    code, out, err = asked(imdsguard, stack, "--var", "tokns=required", "-e", "1")
    assert (code, out) == (2, "1\n")
    assert f'--var tokns: {said} (did you mean "tokens"?)' in err
