"""Folders that Terragrunt runs: what its units say literally counts, and nobody relies on the rest."""

from __future__ import annotations

import pytest

from imdsguard.model.reason import ReasonKind
from imdsguard.model.unseen import UnseenKind
from imdsguard.model.value import Known, Unknown

SOURCE = "terraform {{\n  source = {}\n}}\n"
APP = '"../../modules/app"'
ROOT = "modules/app/main.tf"
UNIT = "live/prod/terragrunt.hcl"
VARIABLE = 'variable "tokens" {\n  default = "required"\n}\n'
INPUTS = 'inputs = {\n  tokens = "required"\n}\n'
GENERATE = (
    'generate "v" {\n  path     = "v.tf"\n  contents = <<EOF\nvariable "tokens" {\n  default = "optional"\n}\nEOF\n}\n'
)


@pytest.fixture
def app(stack, instance):
    """A module that reads `var.tokens`, which nobody declares."""
    return stack.files({ROOT: instance("var.tokens")})


def tokens(stack, **inputs):
    reading = stack.read(**inputs)
    assert [str(problem) for problem in reading.problems] == []
    found = [each for root in reading.roots for each in root.resources if each.address == "aws_instance.web"]
    return found[0].body.blocks("metadata_options").items[0].attribute("http_tokens")


def untaken(stack):
    reading = stack.read()
    return [
        (each.root, each.subject, [place.file for place in each.places])
        for each in (*reading.unseen, *(one for root in reading.roots for one in root.unseen))
        if each.kind is UnseenKind.TERRAGRUNT
    ]


def test_without_a_unit_terraform_refuses_what_is_not_declared(app):
    assert "Terraform refuses this" in str(app.read().problems[0])


def test_literal_inputs_count(app):
    app.files({UNIT: SOURCE.format(APP) + INPUTS})
    value = tokens(app)
    assert isinstance(value, Known)
    assert value.value == "required"
    assert untaken(app) == []


def test_an_input_leads_to_its_line(stack, instance):
    stack.files({ROOT: VARIABLE + instance("var.tokens"), UNIT: SOURCE.format(APP) + INPUTS})
    assert [str(step) for step in tokens(stack).trace] == [f"var.tokens ({UNIT}:5)"]


def test_files_that_are_generated_are_read(app):
    app.files({UNIT: SOURCE.format(APP) + GENERATE})
    assert tokens(app).value == "optional"
    assert untaken(app) == []


def test_a_generated_file_takes_the_place_of_one_that_is_there(stack, instance):
    stack.files({ROOT: instance("var.tokens"), "modules/app/v.tf": VARIABLE, UNIT: SOURCE.format(APP) + GENERATE})
    assert tokens(stack).value == "optional"


INCLUDE = "include {}{{\n  path = {}\n}}\n"


@pytest.mark.parametrize(
    ("include", "parent"),
    [
        (INCLUDE.format("", "find_in_parent_folders()"), "live/terragrunt.hcl"),
        (INCLUDE.format('"root" ', 'find_in_parent_folders("root.hcl")'), "live/root.hcl"),
        (INCLUDE.format('"root" ', '"../root.hcl"'), "live/root.hcl"),
        (INCLUDE.format('"root" ', '"${get_repo_root()}/live/root.hcl"'), "live/root.hcl"),
        (INCLUDE.format('"root" ', '"${get_terragrunt_dir()}/../root.hcl"'), "live/root.hcl"),
    ],
)
def test_what_is_included_counts_below_the_unit(app, include, parent):
    app.files({parent: INPUTS, UNIT: SOURCE.format(APP) + include})
    assert tokens(app).value == "required"
    app.files({UNIT: SOURCE.format(APP) + include + INPUTS.replace("required", "optional")})
    assert tokens(app).value == "optional"


@pytest.mark.parametrize(
    "source",
    [
        APP,
        '"../..//modules/app"',
        '"${get_repo_root()}/modules/app"',
        '"${dirname(find_in_parent_folders("top"))}/modules/app"',
        '"${get_env("RELEASED") == "yes" ? "git::https://example.com/app.git//app" : "../../modules//app"}"',
    ],
)
def test_the_source_is_a_path_as_people_write_it(app, source):
    app.files({UNIT: SOURCE.format(source) + INPUTS, "top": ""})
    assert tokens(app).value == "required"


@pytest.mark.parametrize(
    "inputs",
    [
        "inputs = { tokens = local.tokens }",
        'inputs = merge(local.common, { tokens = "required" })',
        'inputs = { tokens = get_env("TOKENS") }',
        'include "root" {\n  path = local.root\n}',
        'include "root" {\n  path = find_in_parent_folders("gone.hcl")\n}',
    ],
)
def test_what_is_not_literal_is_a_variable_without_a_value_even_over_a_default(stack, instance, inputs):
    stack.files({ROOT: VARIABLE + instance("var.tokens"), UNIT: SOURCE.format(APP) + inputs + "\n"})
    value = tokens(stack)
    assert isinstance(value, Unknown)
    assert value.reason.kind is ReasonKind.NO_VALUE
    assert untaken(stack) == [("modules/app", "", [UNIT])]


def test_a_default_counts_where_all_that_is_given_is_literal_and_something_else(stack, instance):
    unit = SOURCE.format(APP) + "inputs = { hosts = 3 }\n"
    stack.files({ROOT: VARIABLE + instance("var.tokens"), UNIT: unit})
    assert tokens(stack).value == "required"


def test_units_that_differ_leave_it_open_and_those_that_agree_do_not(app):
    prod = SOURCE.format(APP) + INPUTS
    app.files({UNIT: prod, "live/dev/terragrunt.hcl": prod.replace("required", "optional")})
    assert isinstance(tokens(app), Unknown)
    assert untaken(app) == [("modules/app", "", ["live/dev/terragrunt.hcl", UNIT])]
    app.files({"live/dev/terragrunt.hcl": prod})
    assert tokens(app).value == "required"


def test_what_a_person_gives_beats_the_unit(app):
    app.files({UNIT: SOURCE.format(APP) + INPUTS, "modules/app/v.tf": 'variable "tokens" {}\n'})
    assert tokens(app, variables=("tokens=optional",)).value == "optional"


def test_a_unit_with_its_own_code_is_one_too(stack, instance):
    stack.files({"live/main.tf": instance("var.tokens"), "live/terragrunt.hcl": INPUTS})
    assert tokens(stack).value == "required"


@pytest.mark.parametrize(
    "source", ["git::https://example.com/app.git?ref=v1", "tfr:///acme/app/aws?version=1.0.0", "../gone"]
)
def test_units_whose_code_is_not_in_the_repository_are_told(app, source):
    app.files({ROOT: "", UNIT: SOURCE.format(f'"{source}"')})
    assert untaken(app) == [("", source, [UNIT])]


def test_a_folder_of_units_says_what_to_run(app):
    app.files({UNIT: SOURCE.format(APP)})
    (problem,) = app.read("live").problems
    assert "Terragrunt units" in problem.message
    assert "terragrunt show -json" in problem.remedy


def test_what_is_no_terragrunt_file_or_lies_outside_is_left_alone(app, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "root.hcl").write_text(INPUTS)
    include = f'include {{\n  path = "{outside}/root.hcl"\n}}\n'
    app.files({UNIT: SOURCE.format(APP) + include, "boiler/terragrunt.hcl": "{{ .Template }}"})
    assert isinstance(tokens(app), Unknown)
