"""count, for_each, dynamic blocks, and what references to resources give."""

from __future__ import annotations

import pytest

from imdsguard.model.value import Absent, Known, Reference, Unknown
from imdsguard.report.reasons import sentence


def test_each_instance_has_its_own_address_and_values(stack):
    stack.files(
        {
            "main.tf": """
resource "aws_instance" "web" {
  for_each = { a = "required", "b\\"c" = "optional" }
  metadata_options { http_tokens = each.value }
}
resource "aws_instance" "n" {
  count = 2
  metadata_options { http_put_response_hop_limit = count.index + 1 }
}
resource "aws_instance" "none" { count = 0 }
"""
        }
    )
    found = stack.resources()
    assert list(found) == [
        'aws_instance.web["a"]', 'aws_instance.web["b\\"c"]', "aws_instance.n[0]", "aws_instance.n[1]",
    ]  # fmt: skip
    tokens = found['aws_instance.web["a"]'].body.blocks("metadata_options").items[0].attribute("http_tokens")
    assert str(tokens.trace[0]) == "each.value (main.tf:3)"
    hops = found["aws_instance.n[1]"].body.blocks("metadata_options").items[0].attribute("http_put_response_hop_limit")
    assert hops.value == 2


@pytest.mark.parametrize("argument", ["count = var.n", "for_each = var.n", "count = data.aws_ami.a.id == null ? 1 : 2"])
def test_instances_that_cannot_be_computed_are_one_resource_that_says_so(stack, argument):
    stack.files(
        {
            "main.tf": f"""
variable "n" {{}}
data "aws_ami" "a" {{}}
resource "aws_instance" "web" {{
  {argument}
  metadata_options {{ http_tokens = "required" }}
}}
"""
        }
    )
    web = stack.resources()["aws_instance.web"]
    assert web.instances is not None
    assert sentence(web.instances.reason)
    assert web.body.blocks("metadata_options").items[0].attribute("http_tokens").value == "required"


@pytest.mark.parametrize(
    ("argument", "reason"),
    [("count = -1", "negative"), ("count = 1.5", "whole"), ("count = null", "null"),
     ('for_each = ["a"]', "map, or a set"),
     ("for_each = toset([1])", "set of strings"), ("count = 1e12", "instances"),
     ("count = aws_instance.web[0].id", "itself")],
)  # fmt: skip
def test_wrong_counts_are_unknown_and_do_not_disturb_others(stack, argument, reason):
    stack.files(
        {"main.tf": f'resource "aws_instance" "web" {{\n{argument}\n}}\nresource "aws_instance" "ok" {{\ncount = 1\n}}'}
    )
    reading = stack.read()
    found = {resource.address: resource for resource in reading.roots[0].resources}
    assert "aws_instance.ok[0]" in found
    assert reason in sentence(found["aws_instance.web"].instances.reason)
    (problem,) = reading.problems
    assert reason in problem.message
    assert problem.place.file == "main.tf"


def test_dynamic_blocks_are_expanded_in_their_place(stack):
    stack.files(
        {
            "main.tf": """
variable "more" {}
resource "aws_instance" "web" {
  dynamic "metadata_options" {
    for_each = ["required"]
    iterator = it
    content { http_tokens = it.value }
  }
  ebs_block_device { device_name = "first" }
  dynamic "ebs_block_device" {
    for_each = { x = { tags = ["t"] } }
    content {
      device_name = ebs_block_device.key
      dynamic "tag" {
        for_each = ebs_block_device.value.tags
        content { name = "${ebs_block_device.key}-${tag.value}" }
      }
    }
  }
  dynamic "ebs_block_device" {
    for_each = var.more
    content { device_name = "unknown" }
  }
}
"""
        }
    )
    body = stack.resources()["aws_instance.web"].body
    assert body.blocks("metadata_options").items[0].attribute("http_tokens").value == "required"
    devices = body.blocks("ebs_block_device")
    assert [item.attribute("device_name").value for item in devices.items] == ["first", "x"]
    assert devices.items[1].blocks("tag").items[0].attribute("name").value == "x-t"
    assert sentence(devices.unknown.reason) == "var.more is a variable without a value"


def test_an_unset_attribute_of_another_resource_is_exactly_that_attribute(stack):
    stack.files(
        {
            "main.tf": """
resource "aws_launch_template" "t" {
  count = 1
  name  = "web"
  metadata_options { http_tokens = "required" }
}
resource "aws_instance" "web" {
  ami       = one(aws_launch_template.t[*].id)
  user_data = aws_launch_template.t[0].name
  key_name  = "k-${aws_launch_template.t[0].arn}"
  subnet_id = aws_launch_template.t[0].id == null ? "null" : "set"
  metadata_options { http_tokens = aws_launch_template.t[0].metadata_options[0].http_tokens }
}
"""
        }
    )
    body = stack.resources()["aws_instance.web"].body
    assert body.attribute("ami").reference == Reference("aws_launch_template.t[0]", ("id",))
    name = body.attribute("user_data")
    assert (name.value, str(name.trace[0])) == ("web", "aws_launch_template.t[0].name (main.tf:4)")
    assert body.attribute("key_name").reference is None
    assert body.attribute("key_name").references == (Reference("aws_launch_template.t[0]", ("arn",)),)
    assert body.attribute("subnet_id").value == "set"
    assert body.blocks("metadata_options").items[0].attribute("http_tokens").value == "required"


def test_a_data_source_is_unknown_and_says_who_reads_it(stack):
    stack.files(
        {
            "main.tf": """
data "aws_ami" "a" { owners = ["self"] }
resource "aws_instance" "web" { ami = data.aws_ami.a.id }
"""
        }
    )
    found = stack.resources()
    ami = found["aws_instance.web"].body.attribute("ami")
    assert ami.reference == Reference("data.aws_ami.a", ("id",))
    assert sentence(ami.reason) == "data.aws_ami.a is read by Terraform at plan or apply time"
    assert found["data.aws_ami.a"].data
    assert isinstance(found["data.aws_ami.a"].body.attribute("owners"), Known)


def test_objects_are_read_like_blocks_and_null_is_absent(stack):
    stack.files(
        {
            "main.tf": """
resource "aws_instance" "web" {
  metadata_options = { http_tokens = "required", http_endpoint = null }
  list_of          = [{ a = 1 }, { a = 2 }]
}
"""
        }
    )
    body = stack.resources()["aws_instance.web"].body
    (options,) = body.blocks("metadata_options").items
    assert options.attribute("http_tokens").value == "required"
    assert isinstance(options.attribute("http_endpoint"), Absent)
    assert isinstance(options.attribute("other"), Absent)
    assert [item.attribute("a").value for item in body.blocks("list_of").items] == [1, 2]
    assert body.blocks("none").items == ()


def test_lifecycle_and_depends_on(stack):
    stack.files(
        {
            "main.tf": """
resource "aws_instance" "web" {
  depends_on = [aws_launch_template.t, module.x]
  lifecycle { ignore_changes = [ami, tags["x"], metadata_options[0].http_tokens] }
}
resource "aws_instance" "all" {
  lifecycle { ignore_changes = all }
}
resource "aws_launch_template" "t" {}
"""
        }
    )
    found = stack.resources()
    assert found["aws_instance.web"].ignored == ("ami", "tags", "metadata_options")
    assert found["aws_instance.all"].ignored == ("all",)
    assert found["aws_instance.web"].depends_on == (Reference("aws_launch_template.t"), Reference("module.x"))


def test_a_circle_is_unknown_and_names_its_members(stack, instance):
    stack.files({"main.tf": "locals {\n  a = local.b\n  b = local.a\n}\n" + instance("local.a")})
    reading = stack.read()
    value = reading.roots[0].resources[0].body.blocks("metadata_options").items[0].attribute("http_tokens")
    assert isinstance(value, Unknown)
    assert "local.a -> local.b -> local.a" in sentence(value.reason)
    assert [str(problem) for problem in reading.problems] == [
        "main.tf:2:7: these refer to each other in a circle: local.a -> local.b -> local.a: break the circle"
    ]


def test_long_chains_of_locals_end(stack, instance):
    chain = "\n".join(f"  l{i} = local.l{i + 1}" for i in range(3000))
    stack.files({"main.tf": f"locals {{\n{chain}\n  l3000 = 1\n}}\n" + instance("local.l0")})
    assert stack.tokens("aws_instance.web").value == 1


def test_values_that_nest_very_deep_do_no_harm(stack, instance):
    deep = "[" * 400 + "1" + "]" * 400
    chain = "\n".join(f"  l{i} = [local.l{i + 1}]" for i in range(2000))
    stack.files({"main.tf": f"locals {{\n{chain}\n  l2000 = {deep}\n}}\n" + instance("local.l0")})
    reading = stack.read()
    value = reading.roots[0].resources[0].body.blocks("metadata_options").items[0].attribute("http_tokens")
    assert all("deeper than we follow" in problem.message for problem in reading.problems)
    while isinstance(value, Known) and isinstance(value.value, tuple):
        (value,) = value.value
    assert isinstance(value, Unknown) or value.value == 1


def test_a_thousand_instances_evaluate_what_they_share_once(stack, monkeypatch):
    from imdsguard.hcl.evaluate.compile import Compiled

    evaluated = []
    original = Compiled.evaluate
    monkeypatch.setattr(Compiled, "evaluate", lambda self, scope: (evaluated.append(self), original(self, scope))[1])
    stack.files(
        {
            "main.tf": """
locals { tokens = join("", ["requ", "ired"]) }
resource "aws_instance" "web" {
  count = 1000
  metadata_options { http_tokens = "${local.tokens}" }
}
"""
        }
    )
    found = stack.resources()
    values = {r.body.blocks("metadata_options").items[0].attribute("http_tokens").value for r in found.values()}
    assert values == {"required"}
    assert len(evaluated) < 10


OFF = "lifecycle {\n enabled = false\n}\n"


def test_what_opentofu_is_told_to_leave_out_is_not_there(stack):
    stack.files(
        {
            "main.tofu": f"""
variable "on" {{ default = true }}
resource "aws_instance" "off" {{
  {OFF}
}}
resource "aws_instance" "on" {{
  lifecycle {{
    enabled = var.on
  }}
}}
data "aws_ami" "off" {{
  {OFF}
}}
module "off" {{
  source = "./m"
  {OFF}
}}
module "on" {{
  source = "./m"
  lifecycle {{
    enabled = var.on
  }}
}}
""",
            "m/main.tf": 'resource "aws_instance" "inside" {}',
        }
    )
    assert list(stack.resources()) == ["aws_instance.on", "module.on.aws_instance.inside"]
    assert list(stack.resources(variables=("on=false",))) == []


def test_an_override_switches_a_resource_off(stack):
    stack.files(
        {"main.tf": 'resource "aws_instance" "web" {}', "a_override.tf": f'resource "aws_instance" "web" {{\n{OFF}}}'}
    )
    assert list(stack.resources()) == []


def test_what_is_switched_off_is_null_where_it_is_referred_to(stack, instance):
    stack.files(
        {
            "main.tf": f'data "aws_ami" "off" {{\n{OFF}}}\nmodule "off" {{\nsource = "./m"\n{OFF}}}\n'
            + instance('data.aws_ami.off == null && module.off == null ? "required" : "optional"'),
            "m/main.tf": 'output "o" { value = 1 }',
        }
    )
    assert stack.tokens("aws_instance.web").value == "required"


def test_a_switch_that_cannot_be_computed_makes_existence_unknown(stack):
    switch = 'lifecycle {\n enabled = data.aws_ami.a.id == ""\n}\n'
    stack.files({"main.tf": f'data "aws_ami" "a" {{}}\nresource "aws_instance" "web" {{\n{switch}}}'})
    found = stack.resources()["aws_instance.web"].instances
    assert isinstance(found, Unknown)
    assert "data.aws_ami.a" in sentence(found.reason)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("enabled = null", "enabled must not be null"),
        ("enabled = 3", "bool"),
        ("enabled = sensitive(true)", "enabled must not be a sensitive value"),
        ("enabled = true\n}\ncount = 1\nlifecycle {", "exclude"),
    ],
)
def test_a_switch_that_opentofu_refuses_is_a_problem(stack, written, said):
    stack.files({"main.tf": f'resource "aws_instance" "web" {{\nlifecycle {{\n{written}\n}}\n}}'})
    (problem,) = stack.read().problems
    assert said in str(problem)


def test_a_sensitive_count_counts_and_a_sensitive_for_each_is_refused(stack):
    stack.files(
        {
            "main.tf": 'resource "aws_instance" "web" { count = sensitive(2) }\n'
            'module "m" {\n  source = "./m"\n  count = sensitive(1)\n}',
            "m/main.tf": 'resource "aws_instance" "inside" {}',
        }
    )
    assert list(stack.resources()) == ["aws_instance.web[0]", "aws_instance.web[1]", "module.m[0].aws_instance.inside"]
    stack.files({"main.tf": 'resource "aws_instance" "web" { for_each = sensitive(toset(["a"])) }'})
    (problem,) = stack.read().problems
    assert "for_each must not be a sensitive value" in str(problem)
