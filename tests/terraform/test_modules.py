"""Modules: where their code is, what goes in and out, and overrides."""

from __future__ import annotations

import json

from imdsguard.model.value import Unknown
from imdsguard.report.reasons import sentence

WEB = """
variable "tokens" { default = "optional" }
resource "aws_instance" "web" {
  metadata_options { http_tokens = var.tokens }
}
output "id" { value = aws_instance.web.id }
output "tokens" { value = var.tokens }
"""


def options(resource):
    return resource.body.blocks("metadata_options").items[0].attribute("http_tokens")


def test_values_go_in_and_out_with_their_trace(stack):
    stack.files(
        {
            "main.tf": """
module "a" {
  source   = "./web"
  for_each = { x = "required" }
  tokens   = each.value
}
module "b" {
  source = "./web"
  tokens = module.a["x"].tokens
}
""",
            "web/main.tf": WEB,
        }
    )
    found = stack.resources()
    assert list(found) == ['module.a["x"].aws_instance.web', "module.b.aws_instance.web"]
    value = options(found["module.b.aws_instance.web"])
    assert value.value == "required"
    assert [str(step) for step in value.trace] == [
        "var.tokens (main.tf:9)", 'module.a["x"].tokens (web/main.tf:7)', "var.tokens (main.tf:5)",
        "each.value (main.tf:4)",
    ]  # fmt: skip
    assert found["module.b.aws_instance.web"].module == "module.b"


def test_an_id_from_a_module_is_that_resources(stack):
    stack.files(
        {
            "main.tf": 'module "a" { source = "./web" }\nresource "aws_instance" "w" { ami = module.a.id }',
            "web/main.tf": WEB,
        }
    )
    assert str(stack.resources()["aws_instance.w"].body.attribute("ami").reference) == "module.a.aws_instance.web.id"


def test_a_module_that_is_not_there_is_one_problem_and_its_outputs_unknown(stack):
    stack.files(
        {
            "main.tf": 'module "vpc" {\n  source = "example/vpc/aws"\n}\n'
            'resource "aws_instance" "w" {\n  ami = module.vpc.x\n  subnet_id = module.vpc.y[0]\n}'
        }
    )
    reading = stack.read()
    assert [str(p) for p in reading.problems] == [
        "main.tf:1:1: example/vpc/aws is not downloaded: its launches were not checked: run terraform init"
    ]
    value = reading.roots[0].resources[0].body.attribute("subnet_id")
    assert isinstance(value, Unknown)
    assert "module.vpc is not there" in sentence(value.reason)


def test_downloaded_modules_are_found_below_the_roots_folder_only(stack):
    modules = [
        {"Key": "", "Source": "", "Dir": "."},
        {"Key": "good", "Source": "registry/good", "Dir": ".terraform/modules/good"},
        {"Key": "good.inner", "Source": "registry/inner", "Dir": ".terraform/modules/good.inner"},
        {"Key": "bad", "Source": "registry/bad", "Dir": "../elsewhere"},
    ]
    stack.files(
        {
            "root/main.tf": 'module "good" { source = "registry/good/x" }\nmodule "bad" { source = "registry/bad/x" }',
            "root/.terraform/modules/modules.json": json.dumps({"Modules": modules}),
            "root/.terraform/modules/good/main.tf": 'module "inner" { source = "registry/inner/x" }',
            "root/.terraform/modules/good.inner/main.tf": WEB,
            "elsewhere/main.tf": WEB,
        }
    )
    reading = stack.read("root")
    assert [r.address for r in reading.roots[0].resources] == ["module.good.module.inner.aws_instance.web"]
    assert [p.message for p in reading.problems] == ["registry/bad/x is not downloaded: its launches were not checked"]


def test_modules_that_multiply_end(stack):
    levels = {
        f"m{i}/main.tf": "\n".join(f'module "{name}" {{ source = "../m{i + 1}" }}' for name in "ab") for i in range(20)
    }
    stack.files({**levels, "m20/main.tf": WEB})
    reading = stack.read("m0")
    assert any("more than" in p.message or "deep" in p.message for p in reading.problems)


def test_overrides_are_merged_argument_by_argument(stack):
    stack.files(
        {
            "main.tf": """
resource "aws_instance" "web" {
  count = 2
  ami   = "base"
  key_name = "kept"
  metadata_options { http_tokens = "optional" }
  ebs_block_device { device_name = "kept" }
  lifecycle { ignore_changes = [ami] }
}
""",
            "override.tf": """
resource "aws_instance" "web" {
  for_each = toset(["o"])
  ami = "first"
  metadata_options { http_endpoint = "enabled" }
  lifecycle { create_before_destroy = true }
}
""",
            "z_override.tf.json": '{"resource": {"aws_instance": {"web": {"ami": "second"}}}}',
        }
    )
    (web,) = stack.resources().values()
    assert web.address == 'aws_instance.web["o"]'
    assert web.body.attribute("ami").value == "second"
    assert web.body.attribute("key_name").value == "kept"
    (block,) = web.body.blocks("metadata_options").items
    assert block.attribute("http_endpoint").value == "enabled"
    assert not hasattr(block.attribute("http_tokens"), "value")
    assert len(web.body.blocks("ebs_block_device").items) == 1
    assert web.ignored == ("ami",)


def test_duplicates_and_misspelt_blocks_are_problems(stack):
    stack.files(
        {
            "a.tf": 'resource "aws_instance" "w" {}\nlocals { a = 1 }\nresorce "aws_instance" "x" {}\n'
            'resource "aws_instance" {}',
            "b.tf": 'resource "aws_instance" "w" {}\nlocals { a = 2 }',
            "override.tf": "locals { b = 1 }",
        }
    )
    assert sorted(p.message for p in stack.read().problems) == [
        "a resource block has two labels (its type and its name)",
        "an override file has local b, which no other file declares",
        'blocks of type "resorce" are not expected here',
        "local a is declared twice",
        "resource aws_instance.w is declared twice",
    ]


def test_json_syntax_byte_order_mark_and_windows_lines(stack):
    stack.files({
        "a.tf": "\ufeff" + WEB.replace("\n", "\r\n"),
        "b.tf.json": json.dumps({"resource": {"aws_instance": {"j": {
            "metadata_options": [{"http_tokens": "${var.tokens}"}], "lifecycle": {"ignore_changes": "all"},
        }}}}),
    })  # fmt: skip
    found = stack.resources()
    assert options(found["aws_instance.web"]).value == options(found["aws_instance.j"]).value == "optional"
    assert options(found["aws_instance.web"]).place.line == 4
    assert found["aws_instance.j"].ignored == ("all",)


def test_functions_read_files_of_the_repository_only(stack, tmp_path_factory):
    secret = tmp_path_factory.mktemp("outside") / "secret.txt"
    secret.write_text("required")
    (stack.folder / "app").mkdir()
    (stack.folder / "app/link.txt").symlink_to(secret)
    (stack.folder / "shared.txt").write_text("required")
    stack.files(
        {
            "app/main.tf": f"""
resource "aws_instance" "web" {{
  ami       = file("${{path.module}}/../shared.txt")
  key_name  = file("link.txt")
  user_data = file("{secret}")
  subnet_id = try(file("link.txt"), "caught")
}}
"""
        }
    )
    body = stack.resources()["aws_instance.web"].body
    assert body.attribute("ami").value == "required"
    for name in ("key_name", "user_data"):
        assert "outside of the repository" in sentence(body.attribute(name).reason)
    assert "outside of the repository" in sentence(body.attribute("subnet_id").reason)


def test_broken_files_leave_the_rest_checked(stack):
    stack.files(
        {
            "a.tf": 'resource "aws_instance" "a" {\n  ami = = 1\n  metadata_options { http_tokens = "required" }\n}\n',
            "b.tf": 'resource "aws_instance" "b" {\n',
            "c.tf": 'resource "aws_instance" "c" {}\n',
        }
    )
    reading = stack.read()
    assert {r.address for r in reading.roots[0].resources} >= {"aws_instance.a", "aws_instance.c"}
    assert sorted({p.place.file for p in reading.problems}) == ["a.tf", "b.tf"]
