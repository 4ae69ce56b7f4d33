"""The remedy names the place that decides, in the syntax of its file, and only what is proved to do it."""

from __future__ import annotations

from pathlib import Path

import pytest

from imdsguard import Inputs, scan
from imdsguard.model.finding import Verdict

TOKENS = ("instance-tokens-optional", "launch-template-tokens-optional")

HEAD = """variable "imdsv2" {
  type    = bool
  default = false
}
variable "strict" {
  default = false
}
variable "env" {
  default = "dev"
}
variable "mode" {
  default = "v1"
}
variable "options" {
  default = { hops = 2 }
}
variable "nothing" {
  type    = map(string)
  default = {}
}
variable "tokens" {
  default = null
}
"""
SELF = 'http_tokens = "required"'
BLOCK = 'metadata_options {\n  http_endpoint = "enabled"\n  http_tokens   = "required"\n}'

SWITCHES = {
    '"optional"': SELF,
    'var.imdsv2 ? "required" : "optional"': "imdsv2 = true in main.tf:3",
    '!var.imdsv2 ? "optional" : "required"': "imdsv2 = true in main.tf:3",
    'var.imdsv2 ? "optional" : "optional"': SELF,  # the switch does not help
    'var.imdsv2 || var.strict ? "required" : "optional"': "imdsv2 = true in main.tf:3",
    'var.imdsv2 && var.strict ? "required" : "optional"': SELF,  # neither alone does
    'var.mode == "v2" ? "required" : "optional"': 'mode = "v2" in main.tf:12',
    'var.mode == "v2" && var.mode != "v2" ? "required" : "optional"': SELF,  # the proof refuses it
    'contains(["v2", "both"], var.mode) ? "required" : "optional"': 'mode = "v2" in main.tf:12',
    'var.env == "prod" ? "required" : "optional"': SELF,  # nobody mends anything by another environment
    'lookup(var.nothing, "tokens", "optional")': 'nothing = { tokens = "required" } in main.tf:19',
    'lookup(var.options, "tokens", "optional")': 'tokens = "required" in options (main.tf:15)',
    'try(var.options.tokens, "optional")': 'tokens = "required" in options (main.tf:15)',
    'coalesce(var.tokens, "optional")': 'tokens = "required" in main.tf:22',
    'var.tokens == null ? "optional" : var.tokens': 'tokens = "required" in main.tf:22',
    '{ for k, v in { a = var.imdsv2 } : k => v ? "required" : "optional" }["a"]': "imdsv2 = true in main.tf:3",
    '(var.imdsv2 ? { t = "required" } : { t = "optional" }).t': "imdsv2 = true in main.tf:3",
    'merge({ t = var.imdsv2 ? "required" : "optional" }, { u = 1 }).t': "imdsv2 = true in main.tf:3",
    'var.imdsv2 ? "required" : null': "imdsv2 = true in main.tf:3",
}


def instance(tokens: str) -> str:
    return f'resource "aws_instance" "web" {{\n  metadata_options {{\n    http_tokens = {tokens}\n  }}\n}}\n'


def write(files: dict[str, str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")


def found(**inputs: object) -> dict[str, tuple[str, str, list[str]]]:
    """What the rules about tokens fail: by address the place, the remedy, and the related places."""
    report = scan(["."], Inputs(**inputs))  # type: ignore[arg-type]
    return {
        each.address: (
            f"{each.place.file}:{each.place.line}" if each.place else "",
            each.remedy,
            [str(related.place) for related in each.related],
        )
        for each in report.findings
        if each.rule in TOKENS and each.verdict is Verdict.FAIL
    }


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("expression", "remedy"), SWITCHES.items())
def test_the_switch_that_does_it_is_named(expression, remedy):
    write({"main.tf": HEAD + instance(expression)})
    assert found()["aws_instance.web"][1] == remedy


def test_the_line_of_the_var_file_is_named():
    write({"main.tf": HEAD + instance('var.imdsv2 ? "required" : "optional"'), "prod.tfvars": "\nimdsv2 = false\n"})
    assert found(var_files=("prod.tfvars",))["aws_instance.web"][1] == "imdsv2 = true in prod.tfvars:2"


def test_what_a_person_gave_on_the_command_line_is_no_place():
    write({"main.tf": HEAD + instance('var.imdsv2 ? "required" : "optional"')})
    assert found(variables=("imdsv2=false",))["aws_instance.web"][1] == SELF


def test_a_block_that_a_switch_leaves_out():
    dynamic = (
        'resource "aws_instance" "web" {\n  dynamic "metadata_options" {\n    for_each = var.imdsv2 ? [1] : []\n'
        '    content {\n      http_tokens = "required"\n    }\n  }\n}\n'
    )
    write({"main.tf": HEAD + dynamic})
    assert found()["aws_instance.web"][1] == "imdsv2 = true in main.tf:3"


def test_the_way_leads_through_modules_of_the_repository():
    write(
        {
            "main.tf": HEAD + 'module "web" {\n  source   = "./web"\n  hardened = var.imdsv2\n}\n',
            "web/main.tf": 'variable "hardened" {}\n' + instance('var.hardened ? "required" : "optional"'),
        }
    )
    assert found()["module.web.aws_instance.web"] == ("web/main.tf:4", "imdsv2 = true in main.tf:3", ["main.tf:24:1"])


MANIFEST = (
    '{"Modules":[{"Key":"","Source":"","Dir":"."},'
    '{"Key":"web","Source":"registry.terraform.io/acme/web/aws","Version":"1.0.0","Dir":".terraform/modules/web"},'
    '{"Key":"web.inner","Source":"./inner","Dir":".terraform/modules/web/inner"}]}'
)
CALL = 'provider "aws" {{\n  region = "eu-west-1"\n}}\n\nmodule "web" {{\n  source  = "acme/web/aws"\n{0}}}\n'
DOWNLOADED = {
    "an object that the call does not give": (
        'variable "metadata_options" {\n  type    = map(string)\n'
        '  default = { http_endpoint = "enabled", http_tokens = "optional" }\n}\n'
        + instance('try(var.metadata_options.http_tokens, "optional")'),
        "",
        'metadata_options = { http_endpoint = "enabled", http_tokens = "required" } in module "web" (main.tf:5)',
    ),
    "a switch that the call does not give": (
        'variable "imdsv2" {\n  default = false\n}\n' + instance('var.imdsv2 ? "required" : "optional"'),
        "",
        'imdsv2 = true in module "web" (main.tf:5)',
    ),
    "a switch that the call gives": (
        'variable "imdsv2" {\n  default = true\n}\n' + instance('var.imdsv2 ? "required" : "optional"'),
        "  imdsv2  = false\n",
        "imdsv2 = true in main.tf:7",
    ),
    "inside objects": (
        (
            'variable "defaults" {\n  type    = any\n  default = {}\n}\n'
            'resource "aws_instance" "web" {\n  dynamic "metadata_options" {\n'
            '    for_each = [merge(lookup(var.defaults, "metadata_options", {}), { x = 1 })]\n'
            '    content {\n      http_tokens = try(metadata_options.value.http_tokens, "optional")\n    }\n  }\n}\n'
        ),
        "",
        'defaults = { metadata_options = { http_tokens = "required" } } in module "web" (main.tf:5)',
    ),
    "an argument of a module that it calls itself": (
        (
            'variable "tokens" {\n  default = "optional"\n}\n'
            'module "inner" {\n  source = "./inner"\n  tokens = var.tokens\n}\n'
        ),
        "",
        'tokens = "required" in module "web" (main.tf:5)',
    ),
    "nothing that the call could say": (
        instance('"optional"'),
        "",
        'a version of module "web" (main.tf:5) with http_tokens = "required", or one that takes it as an argument',
    ),
}


@pytest.mark.parametrize("name", DOWNLOADED)
def test_what_is_downloaded_is_shown_and_mended_at_its_call(name):
    code, arguments, remedy = DOWNLOADED[name]
    write(
        {
            "main.tf": CALL.format(arguments),
            ".terraform/modules/modules.json": MANIFEST,
            ".terraform/modules/web/main.tf": code,
            ".terraform/modules/web/inner/main.tf": 'variable "tokens" {}\n' + instance("var.tokens"),
        }
    )
    ((place, said, related),) = found().values()
    assert (place, said) == ("main.tf:5", remedy)
    assert related[0].startswith(".terraform/modules/web/")


def test_json_is_mended_in_json():
    write(
        {
            "main.tf.json": '{"variable": {"v2": {"default": false}}, "resource": {"aws_instance": {\n'
            ' "none": {"ami": "a"},\n'
            ' "own": {"metadata_options": {"http_tokens": "optional"}},\n'
            ' "switch": {"metadata_options": {"http_tokens": "${var.v2 ? \\"required\\" : \\"optional\\"}"}},\n'
            ' "cdk": {"//": {"metadata": {"path": "web/web"}}, "ami": "a"}\n}}}\n'
        }
    )
    block = '"metadata_options": {"http_endpoint": "enabled", "http_tokens": "required"}'
    assert {address: remedy for address, (_, remedy, _) in found().items()} == {
        "aws_instance.none": block,
        "aws_instance.own": '"http_tokens": "required"',
        "aws_instance.switch": '"v2": true in main.tf.json:1',
        "aws_instance.cdk": f"{block}\nin the construct web/web, which this is generated from",
    }


def test_the_block_is_asked_for_where_nothing_is_set():
    write({"main.tf": 'resource "aws_instance" "web" {}\n'})
    assert found()["aws_instance.web"][1] == BLOCK


def test_a_setting_that_is_switched_off_says_by_what():
    write({"main.tf": HEAD + instance('var.imdsv2 ? "required" : null')})
    (finding,) = (each for each in scan(["."], Inputs()).findings if each.rule == TOKENS[0])
    assert finding.trace == ("service default", "var.imdsv2 = false (main.tf:3)")
