"""Values of variables: where they come from, and which source wins."""

from __future__ import annotations

import pytest

from imdsguard.model.value import Absent, Known, Unknown
from imdsguard.report.reasons import sentence

ORDER = {
    "environment": {"TF_VAR_tokens": "environment"},
    "terraform.tfvars": 'tokens = "terraform.tfvars"',
    "terraform.tfvars.json": '{"tokens": "terraform.tfvars.json"}',
    "a.auto.tfvars": 'tokens = "a.auto.tfvars"',
    "b.auto.tfvars.json": '{"tokens": "b.auto.tfvars.json"}',
}


def test_each_source_wins_over_the_ones_before(stack, instance):
    stack.files({"main.tf": 'variable "tokens" { default = "default" }\n' + instance("var.tokens")})
    assert stack.tokens("aws_instance.web").value == "default"
    environment = ORDER["environment"]
    assert stack.tokens("aws_instance.web", environment=environment).value == "environment"
    for name in list(ORDER)[1:]:
        stack.files({name: ORDER[name]})
        assert stack.tokens("aws_instance.web", environment=environment).value == name
    stack.files({"x.tfvars": 'tokens = "file"'})
    assert stack.tokens("aws_instance.web", var_files=("x.tfvars",)).value == "file"
    both = {"var_files": ("x.tfvars",), "variables": ("tokens=option",)}
    assert stack.tokens("aws_instance.web", **both).value == "option"
    assert stack.tokens("aws_instance.web", **both, order=("var", "var-file")).value == "file"


def test_a_value_leads_back_to_the_line_that_gives_it(stack, instance):
    stack.files(
        {
            "main.tf": 'variable "tokens" {}\nlocals { t = var.tokens }\n' + instance("local.t"),
            "prod.tfvars": '# production\n\ntokens = "required"\n',
        }
    )
    value = stack.tokens("aws_instance.web", var_files=("prod.tfvars",))
    assert [str(step) for step in value.trace] == ["local.t (main.tf:2)", "var.tokens (prod.tfvars:3)"]
    assert (value.place.file, value.place.line) == ("main.tf", 5)


def test_a_part_of_a_variable_leads_to_its_own_line(stack, instance):
    stack.files(
        {
            "main.tf": 'variable "o" {\n  default = {\n    hops = 1\n    tokens = "required"\n  }\n}\n'
            + instance("var.o.tokens")
        }
    )
    value = stack.tokens("aws_instance.web")
    assert [str(step) for step in value.trace] == ["var.o.tokens (main.tf:4)"]


def test_a_variable_without_a_value_is_unknown(stack, instance):
    stack.files({"main.tf": 'variable "tokens" { type = string }\n' + instance("var.tokens")})
    value = stack.tokens("aws_instance.web")
    assert isinstance(value, Unknown)
    assert sentence(value.reason) == "var.tokens is a variable without a value"


def test_texts_are_expressions_for_variables_of_complex_types_only(stack, instance):
    stack.files(
        {
            "main.tf": 'variable "o" { type = object({ t = string }) }\nvariable "s" { type = string }\n'
            + instance('"${var.o.t} ${var.s}"')
        }
    )
    value = stack.tokens("aws_instance.web", environment={"TF_VAR_o": '{t = "a"}'}, variables=("s={b}",))
    assert value.value == "a {b}"


def test_undeclared_values_are_ignored_and_null_is_absent(stack, instance):
    stack.files({"main.tf": 'variable "t" { default = null }\n' + instance("var.t"), "terraform.tfvars": "other = 1"})
    assert isinstance(stack.tokens("aws_instance.web"), Absent)


def test_a_sensitive_value_stays_so(stack, instance):
    stack.files({"main.tf": 'variable "t" {\n  default = "required"\n  sensitive = true\n}\n' + instance('"${var.t}"')})
    value = stack.tokens("aws_instance.web")
    assert isinstance(value, Known)
    assert value.sensitive


def test_a_missing_variables_file_is_one_problem(stack, instance):
    stack.files({"a/main.tf": instance('"required"'), "b/main.tf": instance('"required"')})
    reading = stack.read(var_files=("none.tfvars",))
    assert [str(p) for p in reading.problems] == [
        "none.tfvars: cannot read this variables file: No such file or directory"
    ]
    assert len(reading.roots) == 2


def test_a_value_that_does_not_fit_its_type_is_unknown_with_the_reason(stack, instance):
    stack.files({"main.tf": 'variable "t" {\n  type = bool\n  default = "maybe"\n}\n' + instance("var.t")})
    value = stack.tokens("aws_instance.web")
    assert isinstance(value, Unknown)
    assert "bool" in sentence(value.reason)


DECLARED = 'variable "tokens" { default = "required" }\nvariable "hops" {\n  type    = number\n  default = 1\n}\n'


def problems(stack, **inputs):
    return [(str(each.place), each.message, each.remedy) for each in stack.read(**inputs).problems]


def test_an_option_for_a_variable_that_nothing_declares_is_a_problem(stack, instance):
    stack.files({"main.tf": DECLARED + instance("var.tokens"), "other/main.tf": 'variable "only_here" {}'})
    said = "no root module that was read declares this variable"
    assert problems(stack, variables=("tokns=optional",)) == [("--var tokns", said, 'did you mean "tokens"?')]
    assert problems(stack, variables=("zone=a", "tokens=optional")) == [("--var zone", said, "Terraform refuses this")]
    assert problems(stack, variables=("only_here=1", "hops=2")) == []


def test_a_name_in_a_named_file_that_nothing_declares_is_told(stack, instance):
    """Terraform warns of it, and goes on."""
    shared = 'tokens = "optional"\ntokns = "optional"\nzone = "a"\nonly_here = 1\n'
    files = {"main.tf": DECLARED + instance("var.tokens"), "other/main.tf": 'variable "only_here" {}'}
    stack.files({**files, "prod.tfvars": shared})
    reading = stack.read(var_files=("prod.tfvars",))
    assert reading.problems == ()
    said = "no root module that was read declares this variable"
    assert reading.notes == (
        f'prod.tfvars:2:9: "tokns": {said}; did you mean "tokens"?',
        f'prod.tfvars:3:8: "zone": {said}',
    )
    assert stack.read().notes == ()


def test_a_name_in_a_file_that_terraform_reads_by_itself_is_told_by_its_root_module(stack, instance):
    for folder in ("a", "b"):
        stack.files(
            {f"{folder}/main.tf": DECLARED + instance("var.tokens"), f"{folder}/all.auto.tfvars": "tokns = 1\n"}
        )
    stack.files({"b/vars.tf": 'variable "tokns" {}\n', "a/terraform.tfvars": 'hops = "2"\n'})
    reading = stack.read(environment={"TF_VAR_never": "1"})
    assert reading.problems == ()
    said = "its root module does not declare this variable"
    assert reading.notes == (f'a/all.auto.tfvars:1:9: "tokns": {said}; did you mean "tokens"?',)


@pytest.mark.parametrize(
    ("inputs", "place"),
    [
        ({"variables": ("hops=two",)}, "--var hops"),
        ({"var_files": ("x.tfvars",)}, "x.tfvars:2:8"),
        ({"environment": {"TF_VAR_hops": "two"}}, "environment variable TF_VAR_hops"),
    ],
)
def test_a_given_value_that_does_not_fit_its_type_is_a_problem(stack, instance, inputs, place):
    stack.files({"main.tf": DECLARED + instance("var.tokens"), "x.tfvars": 'tokens = "a"\nhops = "two"\n'})
    ((where, message, remedy),) = problems(stack, **inputs)
    assert where == place
    assert "var.hops" in message
    assert "number" in message
    assert remedy == "Terraform refuses this"


def test_a_given_value_that_converts_is_none(stack, instance):
    stack.files({"main.tf": DECLARED + instance("var.tokens"), "terraform.tfvars": 'hops = "2"\nundeclared = 1\n'})
    assert problems(stack) == []


@pytest.mark.parametrize(
    "name", ["source", "version", "providers", "count", "for_each", "depends_on", "lifecycle", "locals"]
)
def test_a_variable_may_not_have_the_name_of_an_argument_of_module_blocks(stack, instance, name):
    stack.files({"main.tf": f'variable "{name}" {{ default = 1 }}\n' + instance('"required"')})
    ((where, message, _),) = problems(stack)
    assert where == "main.tf:1:1"
    assert f'"{name}" is reserved' in message
