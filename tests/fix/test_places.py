"""Where an edit goes: before and after, for each place that can decide."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from imdsguard import Inputs
from tests.fix.fixing import changed, fixes_of, write

TOKENS = ("instance-tokens-optional", "launch-template-tokens-optional")
AMI = '  ami = "ami-0123456789abcdef0"\n'


def instance(*lines: str, name: str = "web") -> str:
    return f'resource "aws_instance" "{name}" {{\n{AMI}' + "".join(line + "\n" for line in lines) + "}\n"


def options(tokens: str, *more: str) -> tuple[str, ...]:
    inner = ('    http_endpoint = "enabled"', f"    http_tokens   = {tokens}", *more)
    return ("", "  metadata_options {", *inner, "  }")


MODULE = 'module "app" {\n  source = "./app"\n%s}\n'

CASES: dict[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    "a literal": (
        {"main.tf": instance(*options('"optional" # for now'))},
        {"main.tf": instance(*options('"required" # for now'))},
    ),
    "no block yet": (
        {"main.tf": instance()},
        {"main.tf": instance(*options('"required"'))},
    ),
    "no block yet, and nothing else": (
        {"main.tf": 'resource "aws_launch_template" "web" {}\n'},
        {"main.tf": 'resource "aws_launch_template" "web" {\n' + "\n".join(options('"required"')[1:]) + "\n}\n"},
    ),
    "one argument on one line": (
        {"main.tf": 'resource "aws_launch_template" "web" { name = "web" }\n'},
        {
            "main.tf": 'resource "aws_launch_template" "web" {\n  name = "web"\n'
            + "\n".join(options('"required"'))
            + "\n}\n"
        },
    ),
    "an argument of the block is missing": (
        {"main.tf": instance("", "  metadata_options {", '    http_endpoint = "enabled"', "  }")},
        {"main.tf": instance(*options('"required"'))},
    ),
    "the block has a longer argument": (
        {"main.tf": instance("", "  metadata_options {", "    http_put_response_hop_limit = 1 # hosts", "  }")},
        {
            "main.tf": instance(
                "",
                "  metadata_options {",
                "    http_put_response_hop_limit = 1 # hosts",
                '    http_endpoint               = "enabled"',
                '    http_tokens                 = "required"',
                "  }",
            )
        },
    ),
    "behind the other blocks, before what stands last": (
        {
            "main.tf": instance(
                "",
                "  root_block_device {",
                "    encrypted = true",
                "  }",
                "",
                "  tags = {",
                '    Name = "web"',
                "  }",
                "",
                "  # never twice",
                "  lifecycle {",
                "    prevent_destroy = true",
                "  }",
            )
        },
        {
            "main.tf": instance(
                "",
                "  root_block_device {",
                "    encrypted = true",
                "  }",
                *options('"required"'),
                "",
                "  tags = {",
                '    Name = "web"',
                "  }",
                "",
                "  # never twice",
                "  lifecycle {",
                "    prevent_destroy = true",
                "  }",
            )
        },
    ),
    "before lifecycle with its comment, where there are no other blocks": (
        {"main.tf": instance("", "  # never twice", "  lifecycle {", "    prevent_destroy = true", "  }")},
        {
            "main.tf": instance(
                *options('"required"'), "", "  # never twice", "  lifecycle {", "    prevent_destroy = true", "  }"
            )
        },
    ),
    "tags that close the arguments": (
        {"main.tf": instance("", "  tags = {", '    Name = "web"', "  }")},
        {"main.tf": instance(*options('"required"'), "", "  tags = {", '    Name = "web"', "  }")},
    ),
    "a local": (
        {"main.tf": 'locals {\n  tokens = "optional"\n}\n\n' + instance(*options("local.tokens"))},
        {"main.tf": 'locals {\n  tokens = "required"\n}\n\n' + instance(*options("local.tokens"))},
    ),
    "the default of a variable": (
        {"main.tf": 'variable "tokens" {\n  default = "optional"\n}\n\n' + instance(*options("var.tokens"))},
        {"main.tf": 'variable "tokens" {\n  default = "required"\n}\n\n' + instance(*options("var.tokens"))},
    ),
    "a null default": (
        {"main.tf": 'variable "tokens" {\n  default = null\n}\n\n' + instance(*options("var.tokens"))},
        {"main.tf": 'variable "tokens" {\n  default = "required"\n}\n\n' + instance(*options("var.tokens"))},
    ),
    "a line of a tfvars file": (
        {
            "main.tf": 'variable "tokens" {\n  default = "required"\n}\n\n' + instance(*options("var.tokens")),
            "terraform.tfvars": '# prod\ntokens = "optional" # until May\n',
        },
        {"terraform.tfvars": '# prod\ntokens = "required" # until May\n'},
    ),
    "a tfvars file in JSON": (
        {
            "main.tf": 'variable "tokens" {\n  default = "required"\n}\n\n' + instance(*options("var.tokens")),
            "a.auto.tfvars.json": '{"tokens": "optional"}\n',
        },
        {"a.auto.tfvars.json": '{"tokens": "required"}\n'},
    ),
    "an override file": (
        {
            "main.tf": instance(*options('"required"')),
            "main_override.tf": 'resource "aws_instance" "web" {\n' + "\n".join(options('"optional"')[1:]) + "\n}\n",
        },
        {"main_override.tf": 'resource "aws_instance" "web" {\n' + "\n".join(options('"required"')[1:]) + "\n}\n"},
    ),
    "the switch of a conditional": (
        {
            "main.tf": 'variable "imdsv2" {\n  type    = bool\n  default = false\n}\n\n'
            + instance(*options('var.imdsv2 ? "required" : "optional"'))
        },
        {
            "main.tf": 'variable "imdsv2" {\n  type    = bool\n  default = true\n}\n\n'
            + instance(*options('var.imdsv2 ? "required" : "optional"'))
        },
    ),
    "the text that a conditional compares with": (
        {
            "main.tf": 'variable "imds" {\n  default = "v1"\n}\n\n'
            + instance(*options('var.imds == "v2" ? "required" : "optional"'))
        },
        {
            "main.tf": 'variable "imds" {\n  default = "v2"\n}\n\n'
            + instance(*options('var.imds == "v2" ? "required" : "optional"'))
        },
    ),
    "a lookup's default": (
        {"main.tf": "locals {\n  modes = {}\n}\n\n" + instance(*options('lookup(local.modes, "web", "optional")'))},
        {"main.tf": "locals {\n  modes = {}\n}\n\n" + instance(*options('lookup(local.modes, "web", "required")'))},
    ),
    "what a lookup finds": (
        {
            "main.tf": 'locals {\n  modes = {\n    db  = "required"\n    web = "optional"\n  }\n}\n\n'
            + instance(*options('lookup(local.modes, "web", "required")'))
        },
        {
            "main.tf": 'locals {\n  modes = {\n    db  = "required"\n    web = "required"\n  }\n}\n\n'
            + instance(*options('lookup(local.modes, "web", "required")'))
        },
    ),
    "the last of a merge that has the key": (
        {
            "main.tf": 'locals {\n  base = { tokens = "required" }\n  web  = { tokens = "optional" }\n}\n\n'
            + instance(*options("merge(local.base, local.web).tokens"))
        },
        {
            "main.tf": 'locals {\n  base = { tokens = "required" }\n  web  = { tokens = "required" }\n}\n\n'
            + instance(*options("merge(local.base, local.web).tokens"))
        },
    ),
    "what a for expression makes its members from": (
        {
            "main.tf": 'locals {\n  hosts = [{ name = "web", tokens = "optional" }]\n'
            "  modes = { for host in local.hosts : host.name => host.tokens }\n}\n\n"
            + instance(*options('local.modes["web"]'))
        },
        {
            "main.tf": 'locals {\n  hosts = [{ name = "web", tokens = "required" }]\n'
            "  modes = { for host in local.hosts : host.name => host.tokens }\n}\n\n"
            + instance(*options('local.modes["web"]'))
        },
    ),
    "what a for expression makes a list from": (
        {
            "main.tf": 'locals {\n  modes = [for mode in ["required", "optional"] : mode]\n}\n\n'
            + instance(*options("local.modes[1]"))
        },
        {
            "main.tf": 'locals {\n  modes = [for mode in ["required", "required"] : mode]\n}\n\n'
            + instance(*options("local.modes[1]"))
        },
    ),
    "an argument of another resource": (
        {
            "main.tf": 'resource "aws_launch_template" "base" {\n  metadata_options {\n    http_tokens = "optional"\n'
            "  }\n}\n\n" + instance(*options("aws_launch_template.base.metadata_options[0].http_tokens"))
        },
        {
            "main.tf": 'resource "aws_launch_template" "base" {\n  metadata_options {\n    http_tokens = "required"\n'
            "  }\n}\n\n" + instance(*options("aws_launch_template.base.metadata_options[0].http_tokens"))
        },
    ),
    "an argument of a resource for each": (
        {
            "main.tf": 'locals {\n  modes = { a = "optional" }\n}\n\n'
            'resource "aws_launch_template" "base" {\n  for_each = local.modes\n\n  metadata_options {\n'
            "    http_tokens = each.value\n  }\n}\n\n"
            + instance(*options('aws_launch_template.base["a"].metadata_options[0].http_tokens'))
        },
        {
            "main.tf": 'locals {\n  modes = { a = "required" }\n}\n\n'
            'resource "aws_launch_template" "base" {\n  for_each = local.modes\n\n  metadata_options {\n'
            "    http_tokens = each.value\n  }\n}\n\n"
            + instance(*options('aws_launch_template.base["a"].metadata_options[0].http_tokens'))
        },
    ),
    "a member of for_each": (
        {
            "main.tf": "locals {\n  hosts = {\n"
            '    a = { tokens = "required" }\n    b = { tokens = "optional", size = 1 }\n  }\n}\n\n'
            + instance("  for_each = local.hosts", *options("each.value.tokens"))
        },
        {
            "main.tf": "locals {\n  hosts = {\n"
            '    a = { tokens = "required" }\n    b = { tokens = "required", size = 1 }\n  }\n}\n\n'
            + instance("  for_each = local.hosts", *options("each.value.tokens"))
        },
    ),
    "a default inside a type": (
        {
            "main.tf": 'variable "metadata" {\n  type = object({\n'
            '    tokens = optional(string, "optional")\n  })\n  default = {}\n}\n\n'
            + instance(*options("var.metadata.tokens"))
        },
        {
            "main.tf": 'variable "metadata" {\n  type = object({\n'
            '    tokens = optional(string, "required")\n  })\n  default = {}\n}\n\n'
            + instance(*options("var.metadata.tokens"))
        },
    ),
    "the argument of a call": (
        {
            "main.tf": MODULE % '  tokens = "optional"\n',
            "app/main.tf": 'variable "tokens" {}\n\n' + instance(*options("var.tokens")),
        },
        {"main.tf": MODULE % '  tokens = "required"\n'},
    ),
    "a member of an argument that is not there yet": (
        {
            "main.tf": MODULE % "\n  metadata = {\n    hop_limit = 1\n  }\n",
            "app/main.tf": 'variable "metadata" {\n  type = object({\n    tokens    = optional(string)\n'
            "    hop_limit = optional(number)\n  })\n}\n\n" + instance(*options("var.metadata.tokens")),
        },
        {"main.tf": MODULE % '\n  metadata = {\n    hop_limit = 1\n    tokens    = "required"\n  }\n'},
    ),
    "an argument of a downloaded module that is not there yet": (
        {
            "main.tf": 'module "app" {\n  source  = "example/app/aws"\n  version = "1.0.0"\n\n  name = "app"\n}\n',
            ".terraform/modules/modules.json": '{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"app",'
            '"Source":"registry.terraform.io/example/app/aws","Version":"1.0.0","Dir":".terraform/modules/app"}]}',
            ".terraform/modules/app/main.tf": 'variable "name" {}\n\nvariable "tokens" {\n  default = "optional"\n}\n\n'
            + instance(*options("var.tokens")),
        },
        {
            "main.tf": 'module "app" {\n  source  = "example/app/aws"\n  version = "1.0.0"\n\n  name   = "app"\n'
            '  tokens = "required"\n}\n'
        },
    ),
    "an object for a downloaded module": (
        {
            "main.tf": 'module "app" {\n  source = "example/app/aws"\n  name   = "app"\n}\n',
            ".terraform/modules/modules.json": '{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"app",'
            '"Source":"registry.terraform.io/example/app/aws","Version":"1.0.0","Dir":".terraform/modules/app"}]}',
            ".terraform/modules/app/main.tf": 'variable "name" {}\n\n'
            'variable "metadata_options" {\n  default = {}\n}\n\n'
            + instance(
                "",
                '  dynamic "metadata_options" {',
                "    for_each = length(var.metadata_options) > 0 ? [var.metadata_options] : []",
                "    content {",
                '      http_endpoint = try(metadata_options.value.http_endpoint, "enabled")',
                '      http_tokens   = try(metadata_options.value.http_tokens, "optional")',
                "    }",
                "  }",
            ),
        },
        {
            "main.tf": 'module "app" {\n  source = "example/app/aws"\n  name   = "app"\n  metadata_options = {\n'
            '    http_endpoint = "enabled"\n    http_tokens   = "required"\n  }\n}\n'
        },
    ),
    "an object whose brace closes on the line of its last item": (
        {
            "main.tf": 'locals {\n  options = {\n    http_endpoint = "enabled" }\n}\n\n'
            + instance(
                "",
                '  dynamic "metadata_options" {',
                "    for_each = [local.options]",
                "    content {",
                "      http_endpoint = metadata_options.value.http_endpoint",
                "      http_tokens   = try(metadata_options.value.http_tokens, null)",
                "    }",
                "  }",
            )
        },
        {
            "main.tf": 'locals {\n  options = {\n    http_endpoint = "enabled"\n'
            '    http_tokens   = "required"\n  }\n}\n\n'
            + instance(
                "",
                '  dynamic "metadata_options" {',
                "    for_each = [local.options]",
                "    content {",
                "      http_endpoint = metadata_options.value.http_endpoint",
                "      http_tokens   = try(metadata_options.value.http_tokens, null)",
                "    }",
                "  }",
            )
        },
    ),
    "the content of a dynamic block": (
        {
            "main.tf": instance(
                "",
                '  dynamic "metadata_options" {',
                "    for_each = [1]",
                "    content {",
                '      http_endpoint = "enabled"',
                "    }",
                "  }",
            )
        },
        {
            "main.tf": instance(
                "",
                '  dynamic "metadata_options" {',
                "    for_each = [1]",
                "    content {",
                '      http_endpoint = "enabled"',
                '      http_tokens   = "required"',
                "    }",
                "  }",
            )
        },
    ),
    "the switch of a dynamic block": (
        {
            "main.tf": 'variable "imdsv2" {\n  default = false\n}\n\n'
            + instance(
                "",
                '  dynamic "metadata_options" {',
                "    for_each = var.imdsv2 ? [1] : []",
                "    content {",
                '      http_endpoint = "enabled"',
                '      http_tokens   = "required"',
                "    }",
                "  }",
            )
        },
        {
            "main.tf": 'variable "imdsv2" {\n  default = true\n}\n\n'
            + instance(
                "",
                '  dynamic "metadata_options" {',
                "    for_each = var.imdsv2 ? [1] : []",
                "    content {",
                '      http_endpoint = "enabled"',
                '      http_tokens   = "required"',
                "    }",
                "  }",
            )
        },
    ),
    "what a dynamic block is made from": (
        {
            "main.tf": 'locals {\n  metadata = [{ tokens = "optional" }]\n}\n\n'
            + instance(
                "",
                '  dynamic "metadata_options" {',
                "    for_each = local.metadata",
                "    iterator = each_of",
                "    content {",
                '      http_endpoint = "enabled"',
                "      http_tokens   = each_of.value.tokens",
                "    }",
                "  }",
            )
        },
        {
            "main.tf": 'locals {\n  metadata = [{ tokens = "required" }]\n}\n\n'
            + instance(
                "",
                '  dynamic "metadata_options" {',
                "    for_each = local.metadata",
                "    iterator = each_of",
                "    content {",
                '      http_endpoint = "enabled"',
                "      http_tokens   = each_of.value.tokens",
                "    }",
                "  }",
            )
        },
    ),
    "the template that a group launches from": (
        {
            "main.tf": 'resource "aws_launch_template" "web" {\n  name = "web"\n}\n\n'
            'resource "aws_autoscaling_group" "web" {\n  min_size = 1\n  max_size = 1\n\n'
            "  launch_template {\n    id      = aws_launch_template.web.id\n"
            "    version = aws_launch_template.web.latest_version\n  }\n}\n"
        },
        {
            "main.tf": 'resource "aws_launch_template" "web" {\n  name = "web"\n'
            + "\n".join(options('"required"'))
            + "\n}\n\n"
            'resource "aws_autoscaling_group" "web" {\n  min_size = 1\n  max_size = 1\n\n'
            "  launch_template {\n    id      = aws_launch_template.web.id\n"
            "    version = aws_launch_template.web.latest_version\n  }\n}\n"
        },
    ),
    "an object of the awscc provider": (
        {
            "main.tf": 'resource "awscc_ec2_launch_template" "web" {\n  launch_template_data = {\n'
            '    metadata_options = {\n      http_endpoint = "enabled"\n    }\n  }\n}\n'
        },
        {
            "main.tf": 'resource "awscc_ec2_launch_template" "web" {\n  launch_template_data = {\n'
            '    metadata_options = {\n      http_endpoint = "enabled"\n'
            '      http_tokens   = "required"\n    }\n  }\n}\n'
        },
    ),
    "JSON, blocks in objects": (
        {
            "main.tf.json": '{\n  "resource": {\n    "aws_instance": {\n      "web": {\n        "ami": "ami-1",\n'
            '        "root_block_device": {\n          "encrypted": true\n        }\n      }\n    }\n  }\n}\n'
        },
        {
            "main.tf.json": '{\n  "resource": {\n    "aws_instance": {\n      "web": {\n        "ami": "ami-1",\n'
            '        "root_block_device": {\n          "encrypted": true\n        },\n'
            '        "metadata_options": {\n          "http_endpoint": "enabled",\n'
            '          "http_tokens": "required"\n        }\n      }\n    }\n  }\n}\n'
        },
    ),
    "JSON, blocks in arrays": (
        {
            "main.tf.json": '{\n\t"resource": [{"aws_instance": [{\n\t\t"web": {\n\t\t\t"ami": "ami-1",\n'
            '\t\t\t"root_block_device": [\n\t\t\t\t{ "encrypted": true }\n\t\t\t]\n\t\t}\n\t}]}]\n}\n'
        },
        {
            "main.tf.json": '{\n\t"resource": [{"aws_instance": [{\n\t\t"web": {\n\t\t\t"ami": "ami-1",\n'
            '\t\t\t"root_block_device": [\n\t\t\t\t{ "encrypted": true }\n\t\t\t],\n'
            '\t\t\t"metadata_options": [\n\t\t\t\t{\n\t\t\t\t\t"http_endpoint": "enabled",\n'
            '\t\t\t\t\t"http_tokens": "required"\n\t\t\t\t}\n\t\t\t]\n\t\t}\n\t}]}]\n}\n'
        },
    ),
    "JSON on one line": (
        {
            "main.tf.json": '{"resource":{"aws_instance":{"web":{"ami":"ami-1",'
            '"metadata_options":{"http_tokens":"optional"}}}}}'
        },
        {
            "main.tf.json": '{"resource":{"aws_instance":{"web":{"ami":"ami-1",'
            '"metadata_options":{"http_tokens":"required"}}}}}'
        },
    ),
    "a text of JSON that is a reference": (
        {
            "main.tf.json": '{"locals": {"tokens": "optional"},\n'
            ' "resource": {"aws_instance": {"web": {"ami": "ami-1",\n'
            '  "metadata_options": {"http_endpoint": "enabled", "http_tokens": "${local.tokens}"}}}}}\n'
        },
        {
            "main.tf.json": '{"locals": {"tokens": "required"},\n'
            ' "resource": {"aws_instance": {"web": {"ami": "ami-1",\n'
            '  "metadata_options": {"http_endpoint": "enabled", "http_tokens": "${local.tokens}"}}}}}\n'
        },
    ),
    "line ends of Windows": (
        {"main.tf": instance().replace("\n", "\r\n")},
        {"main.tf": instance(*options('"required"')).replace("\n", "\r\n")},
    ),
    "a byte order mark and letters beyond ASCII": (
        {"main.tf": "\ufeff# Größe\n" + instance()},
        {"main.tf": "\ufeff# Größe\n" + instance(*options('"required"'))},
    ),
    "tabs": (
        {"main.tf": instance().replace("  ", "\t")},
        {
            "main.tf": instance().replace("  ", "\t")[:-2]
            + '\n\tmetadata_options {\n\t\thttp_endpoint = "enabled"\n\t\thttp_tokens   = "required"\n\t}\n}\n'
        },
    ),
    "a here-document stays": (
        {"main.tf": instance("  user_data = <<-EOT", "    echo {", "      http_tokens = optional", "    EOT")},
        {
            "main.tf": instance(
                "  user_data = <<-EOT",
                "    echo {",
                "      http_tokens = optional",
                "    EOT",
                *options('"required"'),
            )
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_before_and_after(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before, after = CASES[name]
    write(tmp_path, before)
    fixes = fixes_of(*TOKENS)
    assert changed(fixes) == after, [each.reason for each in fixes.unfixed]
    write(tmp_path, dict(fixes.after))
    again = fixes_of(*TOKENS)
    assert (again.offered, again.unfixed) == ((), ()), "nothing is left to be mended"


def test_a_var_file_that_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(
        tmp_path,
        {
            "main.tf": 'variable "tokens" {}\n\n' + instance(*options("var.tokens")),
            "envs/prod.tfvars": 'tokens = "optional"\n',
        },
    )
    fixes = fixes_of(*TOKENS, inputs=Inputs(var_files=("envs/prod.tfvars",)))
    assert changed(fixes) == {"envs/prod.tfvars": 'tokens = "required"\n'}
