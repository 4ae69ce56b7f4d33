"""The way of a value goes on through the switch that decides: a finding names the line that makes it what it is."""

from __future__ import annotations

import pytest

from imdsguard.model.value import Absent

CODE = """variable "imdsv2" {
  default = true
}
variable "env" {
  default = "dev"
}
variable "options" {
  default = {}
}
variable "tokens" {
  default = null
}
variable "hidden" {
  default   = false
  sensitive = true
}
locals {
  strict = { http_tokens = "required" }
  lax    = { http_tokens = "optional" }
  prod   = var.env == "prod"
}
"""
VALUES = 'imdsv2 = false\ntokens = "optional"\n'

SWITCH = "var.imdsv2 = false (prod.tfvars:1)"
ENV = 'var.env = "dev" (main.tf:5)'
PROD = "local.prod = false (main.tf:20)"
LAX = "local.lax (main.tf:19)"
OPTIONS = "var.options (main.tf:8)"
TOKENS = "var.tokens (prod.tfvars:2)"

WAYS = {
    'var.imdsv2 ? "required" : "optional"': [SWITCH],
    '!var.imdsv2 ? "optional" : "required"': [SWITCH],
    'local.prod ? "required" : "optional"': [PROD, ENV],
    'contains(["prod", "stage"], var.env) ? "required" : "optional"': [ENV],
    'var.imdsv2 && local.prod ? "required" : "optional"': [SWITCH, PROD, ENV],
    'var.imdsv2 || local.prod ? "required" : "optional"': [SWITCH, PROD, ENV],
    'var.env == "dev" || local.prod ? "optional" : "required"': [ENV],
    'local.prod ? "required" : var.imdsv2 ? "required" : "optional"': [PROD, ENV, SWITCH],
    "(local.prod ? local.strict : local.lax).http_tokens": [LAX, PROD, ENV],
    "merge(local.strict, local.prod ? {} : local.lax).http_tokens": [LAX, PROD, ENV],
    "merge(local.strict, local.lax)[\"http_tokens\"]": [LAX],
    'lookup(var.options, "http_tokens", "optional")': [OPTIONS],
    'lookup(local.lax, "http_tokens", "required")': [LAX],
    'try(var.options.http_tokens, "optional")': [OPTIONS],
    'try(var.options["a"].http_tokens, var.options.b, "optional")': [OPTIONS],
    'can(var.options.http_tokens) ? "required" : "optional"': [OPTIONS],
    'coalesce(var.tokens, "required")': [TOKENS],
    'coalesce(lookup(var.options, "x", null), "optional")': [OPTIONS],
    '{ for k, v in local.lax : k => v }["http_tokens"]': [LAX],
    '[for v in [local.lax] : v.http_tokens][0]': [LAX],
    '"${var.imdsv2 ? "required" : "optional"}"': [SWITCH],
    'var.hidden ? "required" : "optional"': ["var.hidden (main.tf:14)"],
}  # fmt: skip


@pytest.mark.parametrize(("expression", "way"), WAYS.items())
def test_the_way_goes_on_through_the_switch(stack, instance, expression, way):
    stack.files({"main.tf": CODE, "web.tf": instance(expression), "prod.tfvars": VALUES})
    value = stack.tokens("aws_instance.web", var_files=("prod.tfvars",))
    assert value.value == "optional"
    assert [str(step) for step in value.trace] == way


@pytest.mark.parametrize(
    "expression",
    [
        'var.imdsv2 ? "optional" : "optional"',  # decides nothing
        'true ? "optional" : "required"',
        'try("optional", var.options.x)',
        'coalesce("optional", var.tokens)',
        'lookup({ a = "optional" }, "a", var.tokens)',
    ],
)
def test_what_decides_nothing_is_no_switch(stack, instance, expression):
    stack.files({"main.tf": CODE, "web.tf": instance(expression), "prod.tfvars": VALUES})
    value = stack.tokens("aws_instance.web", var_files=("prod.tfvars",))
    assert (value.value, value.trace) == ("optional", ())


def test_the_way_goes_on_through_modules_and_each(stack):
    module = (
        'variable "hardened" {\n  default = true\n}\n'
        'resource "aws_instance" "web" {\n  metadata_options {\n'
        '    http_tokens = var.hardened ? "required" : "optional"\n  }\n}\n'
    )
    stack.files(
        {
            "main.tf": 'variable "services" {\n  type = map(object({ strict = optional(bool, false) }))\n}\n'
            'module "web" {\n  source   = "./web"\n  for_each = var.services\n  hardened = each.value.strict\n}\n',
            "web/main.tf": module,
            "prod.tfvars": "services = {\n  a = { strict = true }\n  b = { strict = false }\n}\n",
        }
    )
    value = stack.tokens('module.web["b"].aws_instance.web', var_files=("prod.tfvars",))
    assert [str(step) for step in value.trace] == [
        "var.hardened = false (main.tf:7)",
        "each.value.strict = false (main.tf:6)",
        "var.services (prod.tfvars:3)",
    ]


def test_what_is_switched_off_has_its_way_too(stack, instance):
    stack.files({"main.tf": CODE, "web.tf": instance('var.imdsv2 ? "required" : null'), "prod.tfvars": VALUES})
    value = stack.tokens("aws_instance.web", var_files=("prod.tfvars",))
    assert isinstance(value, Absent)
    assert [str(step) for step in value.trace] == [SWITCH]


def test_a_long_way_keeps_its_end(stack, instance):
    names = "".join(f"  l{n} = local.l{n + 1}\n" for n in range(20))
    stack.files({"main.tf": f"locals {{\n{names}  l20 = false\n}}\n" + instance('local.l0 ? "required" : "optional"')})
    trace = [str(step) for step in stack.tokens("aws_instance.web").trace]
    assert len(trace) == 12
    assert trace[0] == "local.l0 = false (main.tf:2)"
