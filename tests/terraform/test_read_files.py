"""A script, a template or a table of values that is given as a path leads to the root modules that read it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from imdsguard.terraform.source.read_files import DATA_ENDINGS

WEB = 'resource "aws_instance" "web" {{\n  user_data = {}\n}}\n'


def roots(stack, *paths: str, **inputs: object) -> list[str]:
    """The root modules that are read for these paths, without a problem."""
    found = stack.read(*paths, **inputs)
    assert [str(problem) for problem in found.problems] == []
    return [root.name for root in found.roots]


@pytest.mark.parametrize(
    "expression",
    [
        'file("boot.sh")',
        'file("./boot.sh")',
        'file("${path.module}/boot.sh")',
        'file("${path.root}/boot.sh")',
        'templatefile("${path.module}/boot.sh", {})',
        'filebase64("${path.module}/${var.name}.sh")',
        'file("${path.module}/boot.${var.ending}")',
        'file("${var.folder}/boot.sh")',
        'file(join("/", [path.module, "boot.sh"]))',
        'file(one(fileset(path.module, "*.sh")))',
        'file("${local.here}boot.sh")',
    ],
)
def test_a_root_is_read_for_a_file_that_it_may_read(stack, expression: str) -> None:
    stack.files({"a/main.tf": WEB.format(expression), "a/boot.sh": "x", "b/main.tf": WEB.format('file("other.sh")')})
    assert stack.read("a/boot.sh").roots[0].name == "a"
    assert [root.name for root in stack.read("a/boot.sh").roots] == ["a"]


@pytest.mark.parametrize(
    "expression",
    ['file("other.sh")', 'file("${path.module}/x/boot.sh")', 'file("../boot.sh")', '"boot.shx"', '"${var.x}"', '"*"'],
)
def test_a_root_that_names_something_else_is_left_alone(stack, expression: str) -> None:
    stack.files({"a/main.tf": WEB.format(expression), "a/boot.sh": "x"})
    assert roots(stack, "a/boot.sh") == []


def test_a_file_beside_a_module_leads_to_the_stacks_that_call_it(stack) -> None:
    stack.files(
        {
            "modules/web/main.tf": WEB.format('templatefile("${path.module}/templates/boot.sh.tftpl", {})'),
            "modules/web/templates/boot.sh.tftpl": "x",
            "stacks/a/main.tf": 'module "web" {\n  source = "../../modules/web"\n}\n',
            "stacks/b/main.tf": WEB.format('file("${path.root}/../../modules/web/templates/boot.sh.tftpl")'),
            "stacks/c/main.tf": WEB.format('""'),
        }
    )
    assert roots(stack, "modules/web/templates/boot.sh.tftpl") == ["stacks/a", "stacks/b"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("data/imds.yaml", 'locals {\n  imds = yamldecode(file("${path.module}/data/imds.yaml"))\n}\n'),
        ("data/imds.json", 'locals {\n  imds = jsondecode(file("data/imds.json"))\n}\n'),
        ("x/y.sh", 'resource "null_resource" "x" {\n  provisioner "file" {\n    source = "x/y.sh"\n  }\n}\n'),
        ("teams/a.yml", 'locals {\n  teams = fileset(path.module, "teams/*.yml")\n}\n'),
        ("teams/x/a.yml", 'locals {\n  teams = fileset("${path.module}/teams", "**/*.yml")\n}\n'),
    ],
)  # fmt: skip
def test_tables_of_values_and_scripts_of_provisioners_are_read_files(stack, name: str, code: str) -> None:
    stack.files({"main.tf": code + WEB.format('""'), name: "{}"})
    assert roots(stack, name) == ["."]


def test_a_path_in_a_tfvars_file_is_a_path_of_its_root(stack) -> None:
    code = 'variable "boot" {\n  type = string\n}\n' + WEB.format("file(var.boot)")
    stack.files({"a/main.tf": code, "a/prod.tfvars": 'boot = "scripts/boot.sh"\n', "a/scripts/boot.sh": "x"})
    assert [root.name for root in stack.read("a/scripts/boot.sh").roots] == ["a"]


def test_what_nothing_reads_is_passed_over_and_told_or_not_if_a_hook_gives_it(stack) -> None:
    stack.files({"main.tf": WEB.format('""'), "x.sh": "x", "x.json": "{}", "README": "x"})
    found = stack.read("x.sh")
    assert (found.roots, found.problems) == ((), ())
    assert found.notes == ("x.sh: no root module reads this file, so it was passed over",)
    message = "this is neither a Terraform file nor a plan or state in JSON"
    assert [problem.message for problem in stack.read("x.json", "README").problems] == [message, message]
    quiet = stack.read("x.sh", "x.json", "README", from_hook=True)
    assert (quiet.roots, quiet.problems, quiet.notes) == ((), (), ())


def test_a_plan_in_a_commit_is_no_code(stack) -> None:
    stack.files({"main.tf": WEB.format('""'), "plan.json": '{"format_version": "1.2", "planned_values": {}}'})
    assert roots(stack, "plan.json", from_hook=True) == []


def test_a_text_full_of_holes_takes_no_time(stack) -> None:
    text = "${a}" * 200 + ".sh"
    stack.files({"main.tf": WEB.format(f'"{text}"'), "a" * 200: "", "b" * 200 + ".shx.txt": "x"})
    assert roots(stack, "b" * 200 + ".shx.txt") == []


def test_the_hook_takes_in_what_code_may_read(repository: Path) -> None:
    hooks = yaml.safe_load((repository / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    taken = re.compile(next(hook["files"] for hook in hooks if hook["id"] == "imdsguard"))
    names = [f"a/x{ending}" for ending in (*DATA_ENDINGS, ".tf", ".tofu", ".tfvars", ".tf.json", ".json")]
    assert [name for name in (*names, ".imdsguard.yaml") if not taken.search(name)] == []
    assert [name for name in ("README.md", "logo.png", "main.go", "a/tf") if taken.search(name)] == []
