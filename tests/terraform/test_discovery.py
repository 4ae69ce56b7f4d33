"""Which folders are root modules."""

from __future__ import annotations

import pytest

from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.read import RUN_TERRAGRUNT, read

WANTED = frozenset({"aws_instance"})
INSTANCE = 'resource "aws_instance" "web" {}\n'
CALL = 'module "m" {{ source = "{}" }}\n'


def names(reading):
    return [root.name for root in reading.roots]


def test_a_folder_that_a_root_calls_is_no_root_of_its_own(stack):
    stack.files({"prod/main.tf": CALL.format("../modules/web"), "modules/web/main.tf": INSTANCE})
    reading = stack.read()
    assert names(reading) == ["prod"]
    assert [r.address for r in reading.roots[0].resources] == ["module.m.aws_instance.web"]


FLAVOUR = 'variable "flavour" { default = "web" }\n'
COMPUTED = 'module "m" { source = "../modules/${var.flavour}" }\n'


@pytest.mark.parametrize(
    ("inputs", "expected", "called"),
    [
        ({}, ["modules/api", "prod"], ["module.m.aws_instance.web"]),
        ({"variables": ("flavour=api",)}, ["modules/web", "prod"], ["module.m.aws_instance.web"]),
        ({"variables": ("flavour=gone",)}, ["modules/api", "modules/web", "prod"], []),
    ],
)
def test_a_folder_that_is_called_by_a_computed_source_is_no_root_either(stack, inputs, expected, called):
    """OpenTofu computes sources of variables and locals: what is called depends on what is given."""
    stack.files(
        {
            "prod/main.tofu": FLAVOUR + COMPUTED,
            "modules/web/main.tofu": INSTANCE,
            "modules/api/main.tofu": INSTANCE,
        }
    )
    reading = stack.read(**inputs)
    assert names(reading) == expected
    assert [r.address for root in reading.roots if root.name == "prod" for r in root.resources] == called


def test_a_file_stands_for_the_root_that_computes_where_it_is(stack):
    stack.files({"prod/main.tofu": FLAVOUR + COMPUTED, "modules/web/main.tofu": INSTANCE})
    reading = stack.read("modules/web/main.tofu")
    assert names(reading) == ["prod"]
    assert reading.roots[0].files == ("modules/web/main.tofu", "prod/main.tofu")


def test_what_a_module_would_call_by_its_own_defaults_does_not_count(stack):
    """`modules/web` is given another flavour by its caller: what its default names is called by nobody."""
    given = 'module "m" {\n  source = "../modules/${var.flavour}"\n  inner  = "b"\n}\n'
    inner = 'variable "inner" { default = "a" }\nmodule "i" { source = "./${var.inner}" }\n'
    stack.files(
        {
            "prod/main.tofu": FLAVOUR + given,
            "modules/web/main.tofu": inner,
            "modules/web/a/main.tofu": INSTANCE,
            "modules/web/b/main.tofu": INSTANCE,
        }
    )
    assert names(stack.read()) == ["modules/web/a", "prod"]


def test_a_called_folder_given_by_itself_is_a_root(stack):
    stack.files({"prod/main.tf": CALL.format("../modules/web"), "modules/web/main.tf": INSTANCE})
    assert names(stack.read("modules/web")) == ["modules/web"]


def test_a_file_stands_for_the_roots_that_use_its_folder(stack):
    stack.files(
        {
            "prod/main.tf": CALL.format("../modules/web"),
            "dev/main.tf": CALL.format("../modules/web"),
            "other/main.tf": INSTANCE,
            "modules/web/main.tf": CALL.format("./inner"),
            "modules/web/inner/main.tf": INSTANCE,
        }
    )
    assert names(stack.read("modules/web/inner/main.tf")) == ["dev", "prod"]
    assert names(stack.read("prod/main.tf", "other/main.tf")) == ["other", "prod"]


def test_folders_that_only_call_each_other_are_still_looked_at(stack):
    stack.files({"a/main.tf": CALL.format("../b") + INSTANCE, "b/main.tf": CALL.format("../a")})
    reading = stack.read()
    assert names(reading) == ["a"]
    assert "calls itself" in str(reading.problems[0])
    assert [r.address for r in reading.roots[0].resources] == ["aws_instance.web"]


def test_what_programs_fill_is_left_alone(stack):
    stack.files(
        {
            "main.tf": INSTANCE,
            ".terraform/modules/x/main.tf": INSTANCE,
            ".terraform/modules/x/examples/main.tf": INSTANCE,
            "live/.terragrunt-cache/a/b/main.tf": INSTANCE,
            ".venv/lib/main.tf": INSTANCE,
            ".git/main.tf": INSTANCE,
            "node_modules/x/main.tf": INSTANCE,
        }
    )
    assert names(stack.read()) == ["."]


def test_a_hidden_folder_is_a_folder(stack):
    stack.files({"main.tf": INSTANCE, ".lab/main.tf": INSTANCE, "docs/.workshop/terraform/main.tf": INSTANCE})
    assert names(stack.read()) == [".", ".lab", "docs/.workshop/terraform"]


def test_editors_leftovers_are_no_configuration(stack):
    stack.files({"main.tf": INSTANCE, ".#main.tf": "broken {", "main.tf~": "broken {", "#main.tf#": "broken {"})
    assert stack.read().problems == ()


def test_links_that_lead_back_end_and_links_out_are_not_followed(stack, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "main.tf").write_text(INSTANCE)
    stack.files({"a/main.tf": INSTANCE})
    (stack.folder / "a/again").symlink_to(stack.folder, target_is_directory=True)
    (stack.folder / "a/out").symlink_to(outside, target_is_directory=True)
    assert names(stack.read()) == ["a"]


def test_a_linked_file_outside_of_the_repository_is_a_problem(stack, tmp_path_factory):
    secret = tmp_path_factory.mktemp("outside") / "main.tf"
    secret.write_text(INSTANCE)
    stack.files({"a.tf": INSTANCE.replace("web", "a")})
    (stack.folder / "b.tf").symlink_to(secret)
    reading = stack.read()
    assert [r.address for r in reading.roots[0].resources] == ["aws_instance.a"]
    assert [str(p) for p in reading.problems] == [
        "b.tf: this file lies outside of the repository, where nothing is read"
    ]


def test_excluded_paths_are_left_out(stack):
    stack.files({"main.tf": INSTANCE, "examples/a/main.tf": INSTANCE, "modules/test/main.tf": INSTANCE})
    assert names(stack.read(exclude=("examples", "**/test"))) == ["."]
    assert names(stack.read(exclude=("modules/*",))) == [".", "examples/a"]


@pytest.mark.timeout(20)
def test_no_glob_of_exclude_takes_long(stack):
    deep = "/".join(["a"] * 40)
    stack.files({f"{deep}/main.tf": INSTANCE})
    assert names(stack.read(exclude=("**/" * 8 + "b", "*/**/" * 8 + "b"))) == [deep]


def test_missing_paths_and_empty_folders_are_problems(stack):
    stack.files({"empty/readme.md": "", "notes": "hello"})
    assert [str(p) for p in stack.read("nowhere", "empty", "notes").problems] == [
        "nowhere: there is no such file or folder: paths count from the folder that the command is started in",
        "empty: there are no Terraform files in or below this folder: name one that has some",
        "notes: this is neither a Terraform file nor a plan or state in JSON: make one with `terraform show -json`",
    ]


def test_what_a_path_may_have_meant_and_what_an_empty_file_or_a_unit_is(stack):
    stack.files({"stacks/web/main.tf": INSTANCE, "live/terragrunt.hcl": "", "plan.json": ""})
    assert [str(p) for p in stack.read("stacks/wep", "live/terragrunt.hcl", "plan.json").problems] == [
        'stacks/wep: there is no such file or folder: did you mean "stacks/web"?',
        f"live/terragrunt.hcl: this is a Terragrunt unit, and no Terraform code: {RUN_TERRAGRUNT}",
        "plan.json: this file is empty: make one with `terraform show -json`",
    ]


def test_tofu_files_stand_over_their_terraform_twins(stack):
    stack.files({"main.tf": INSTANCE, "main.tofu": INSTANCE.replace("web", "tofu"), "more.tofu.json": "{}"})
    assert list(stack.resources()) == ["aws_instance.tofu"]


def test_what_cannot_matter_is_not_parsed(stack, monkeypatch):
    from imdsguard.terraform.source.source_cache import SourceCache

    parsed = []
    original = SourceCache._parse
    monkeypatch.setattr(
        SourceCache, "_parse", lambda self, label, data: (parsed.append(label), original(self, label, data))[1]
    )
    stack.files(
        {"app/main.tf": INSTANCE, "app/variables.tf": 'variable "a" {}', "net/main.tf": 'resource "aws_vpc" "v" {}'}
    )
    assert names(stack.read()) == ["app", "net"]
    assert sorted(parsed) == ["app/main.tf", "app/variables.tf"]


def test_a_broken_file_is_reported_even_if_it_names_nothing_of_interest(stack):
    stack.files({"net/main.tf": 'resource "aws_vpc" "v" {\n'})
    assert "net/main.tf:1" in str(stack.read().problems[0])


def test_a_type_written_with_escapes_is_found(stack):
    stack.files({"main.tf.json": '{"resource": {"aws\\u005finstance": {"web": {"ami": "a"}}}}'})
    assert list(stack.resources()) == ["aws_instance.web"]


def test_without_git_modules_beside_the_stack_are_read_within_the_working_directory(stack):
    (stack.folder / ".git").rmdir()
    stack.files({"stacks/prod/main.tf": CALL.format("../../modules/web"), "modules/web/main.tf": INSTANCE})
    reading = stack.read("stacks/prod")
    assert [r.address for r in reading.roots[0].resources] == ["module.m.aws_instance.web"]
    assert reading.problems == ()


def test_without_git_nothing_above_the_working_directory_is_read(stack):
    (stack.folder / ".git").rmdir()
    stack.files({"work/main.tf": CALL.format("../modules/web"), "modules/web/main.tf": INSTANCE})
    reading = read((".",), Inputs(working_directory=str(stack.folder / "work")), WANTED)
    assert ["lies outside of the repository" in str(problem) for problem in reading.problems] == [True]
