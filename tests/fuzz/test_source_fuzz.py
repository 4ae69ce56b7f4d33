"""Terraform source, damaged: each reader gives an answer or says what is wrong, and nothing else happens."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.hcl.evaluate.compile import compile_expression
from imdsguard.hcl.syntax.comments import comments
from imdsguard.hcl.syntax.native import scan
from imdsguard.hcl.syntax.parser import parse_expression
from imdsguard.hcl.syntax.source import SourceText
from imdsguard.hcl.syntax.template import parse_template
from imdsguard.hcl.values.jsonform import expect_form
from imdsguard.model.place import Place
from tests.fuzz.damage import PIECES, damaged, damaged_text, seeds, taking
from tests.fuzz.reading import take
from tests.hcl.evaluate.corpus_scope import ModuleScope


@taking(30)
@given(damaged(seeds("*/*/*/main.tf")))
def test_configurations(tmp_path: Path, data: bytes) -> None:
    take(tmp_path, "main.tf", data, ".")


JSON = b"""{"resource": {"aws_launch_template": {"t": {"name": "t", "dynamic": {"metadata_options": {"for_each": ["a"],
"iterator": "i", "content": {"http_tokens": "${i.value}"}}}}}}, "module": {"m": {"source": "./m"}},
"locals": {"a": "${[for x in [1]: x]}"}}"""


@taking(30)
@given(damaged([JSON]))
def test_configurations_in_json(tmp_path: Path, data: bytes) -> None:
    take(tmp_path, "main.tf.json", data, ".")


@taking(30)
@given(damaged([b'tokens = "required"\nlist = [1, 2]\nmap = { a = "b" }\n', b"tokens = <<E\ntext\nE\n"]))
def test_values_of_variables(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "main.tf").write_text('variable "tokens" {}\nresource "aws_instance" "a" {\n  ami = var.tokens\n}\n')
    take(tmp_path, "terraform.tfvars", data, ".")


@taking(15)
@given(damaged([b'{"tokens": "required", "list": [1, {"a": null}]}']))
def test_values_of_variables_in_json(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "main.tf").write_text('variable "tokens" {}\nresource "aws_instance" "a" {\n  ami = var.tokens\n}\n')
    take(tmp_path, "terraform.tfvars.json", data, ".")


MODULES = b"""{"Modules": [{"Key": "", "Source": "", "Dir": "."},
{"Key": "m", "Source": "x/m/aws", "Version": "1.0", "Dir": ".terraform/modules/m"}]}"""


@taking(15)
@given(damaged([MODULES]))
def test_manifests_of_modules(tmp_path: Path, data: bytes) -> None:
    manifest = tmp_path / ".terraform/modules/modules.json"
    (manifest.parent / "m").mkdir(parents=True, exist_ok=True)
    (manifest.parent / "m/main.tf").write_text('resource "aws_instance" "a" {}\n')
    manifest.write_bytes(data)
    take(tmp_path, "main.tf", b'module "m" {\n  source = "x/m/aws"\n}\n', ".")


LOCK = b"""provider "registry.terraform.io/hashicorp/aws" {
  version     = "5.31.0"
  constraints = ">= 4.0.0, ~> 5.0"
  hashes = ["h1:a", "zh:b"]
}
"""
REQUIRED = b'terraform {\n  required_providers {\n    aws = {\n      version = ">= 4.0, ~> 5.2"\n    }\n  }\n}\n'


@taking(15)
@given(damaged([LOCK]), damaged([REQUIRED]))
def test_locked_and_required_providers(tmp_path: Path, lock: bytes, required: bytes) -> None:
    (tmp_path / ".terraform.lock.hcl").write_bytes(lock)
    take(tmp_path, "main.tf", required + b'\nresource "aws_launch_template" "a" {}\n', ".")


@taking(60)
@given(damaged(seeds("*/*/*/main.tf")))
def test_blocks_are_scanned_and_comments_found(data: bytes) -> None:
    source = SourceText("main.tf", data)
    body, problems = scan(source)
    assert body is not None
    for problem in problems:
        assert problem.message
    for start, end in comments(source.text):
        assert 0 <= start < end <= len(source.text)


EXPRESSIONS = (
    '[for k, v in { a = 1, b = null } : "${k}-${v}" if v != null]',
    '{ for x in ["a", "b"] : upper(x) => [x]... if true ? x == "a" : false }',
    'merge({ a = [1, 2][*] }, try(jsondecode("{\\"b\\": [1]}"), {}))["b"][0]',
    '"%{ if true }a%{ else }${format("%05.2f|%-4s", 1.5, "x")}%{ endif }"',
    "<<-E\n  a ${1 + 2 * 3 % 2}\n    %{ for x in [1] ~}\n b ${x}\n %{ endfor }\n  E\n",
    'cidrsubnet("10.0.0.0/8", 8, 2) == "10.2.0.0/16" && !can(regex("(a)(?P<n>b)?", "ac")) || -1 >= 0',
    'templatestring("${a}", { a = yamldecode("a: [1, *x]\\n") })',
    'formatdate("YYYY-MM-DD\'T\'hh", timeadd("2020-01-01T00:00:00Z", "1h30m"))',
)


def locate(start: int, end: int) -> Place:
    return Place("main.tf", 1, start + 1, 1, end + 1)


@taking(80)
@given(damaged_text(*EXPRESSIONS))
def test_expressions_are_parsed_and_evaluated(text: str) -> None:
    try:
        expect_form(compile_expression(parse_expression(text, locate)).evaluate(ModuleScope(None)))
    except (EvaluationError, LimitReached) as error:
        assert str(error)


@taking(40)
@given(damaged_text("a ${b[0].c} %{ if x ~}\n y %{ else } $${z} %{ endif }", "%{ for a, b in c }${b}%{ endfor ~}\n"))
def test_templates_are_parsed(text: str) -> None:
    try:
        parse_template(text, locate)
    except (EvaluationError, LimitReached) as error:
        assert str(error)


LINES = {
    "main.tf": "a = {}",
    "main.tf.json": '{{"locals": {{"a": {}}}}}',
    "terraform.tfvars": "tokens = {}",
    "terraform.tfvars.json": '{{"tokens": {}}}',
}


@pytest.mark.parametrize("name", LINES)
@taking(4)
@given(st.sampled_from([*PIECES, b"a.", b"a[0]", b'"a"', b"\xc3\xa9"]), st.integers(2_000, 40_000))
def test_a_line_of_any_length_is_read(tmp_path: Path, name: str, piece: bytes, times: int) -> None:
    start, end = LINES[name].format("\n").encode().split(b"\n")
    take(tmp_path, name, start + piece * (times // len(piece)) + end, ".")


@pytest.mark.parametrize("opening", [b"[", b"(", b"{", b'{"a":', b"NOT ", b"a.", b"-", b"!", b'"${'])
@pytest.mark.parametrize("name", ["main.tf", "main.tf.json", "terraform.tfvars", "plan.json"])
def test_nesting_without_end_ends(opening: bytes, name: str, tmp_path: Path) -> None:
    take(tmp_path, name, (b"" if name.endswith("json") else b"a = ") + opening * 20_000, ".")
