"""The workspace: who says which one it is, and what is known all the same where nobody does."""

from __future__ import annotations

import pytest

from imdsguard.model.reason import ReasonKind
from imdsguard.model.value import Known, Unknown, name_of

MAIN = 'locals { env = trimprefix(terraform.workspace, "shop-") }\n'
TOKENS = 'local.env == "prod" ? "required" : "optional"'


def test_a_workspace_that_nobody_has_named_is_unknown(stack, instance):
    value = stack.write(**{"main.tf": MAIN + instance(TOKENS)}).tokens("aws_instance.web")
    assert isinstance(value, Unknown)
    assert value.reason.kind is ReasonKind.NO_WORKSPACE


@pytest.mark.parametrize(("workspace", "tokens"), [("shop-prod", "required"), ("default", "optional")])
def test_one_that_is_given_makes_it_exact_and_default_is_one_of_them(stack, instance, workspace, tokens):
    value = stack.write(**{"main.tf": MAIN + instance(TOKENS)}).tokens("aws_instance.web", workspace=workspace)
    assert isinstance(value, Known)
    assert value.value == tokens


def test_what_terraform_has_noted_in_the_root_module_counts_below_what_is_given(stack, instance):
    stack.files({"main.tf": MAIN + instance(TOKENS), ".terraform/environment": "shop-prod\n"})
    assert stack.tokens("aws_instance.web").value == "required"
    assert stack.tokens("aws_instance.web", workspace="shop-dev").value == "optional"


def test_a_note_outside_of_the_repository_is_not_read(stack, instance, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "environment").write_text("shop-prod")
    stack.files({"main.tf": MAIN + instance(TOKENS)})
    (stack.folder / ".terraform").symlink_to(outside, target_is_directory=True)
    assert isinstance(stack.tokens("aws_instance.web"), Unknown)


REFUSED_IN_DEFAULT = """\
locals {
  accounts = { prod = { tokens = "required", hosts = 2 }, dev = { tokens = "optional", hosts = 1 } }
}

resource "aws_instance" "web" {
  count = local.accounts[local.env].hosts
  metadata_options {
    http_tokens = local.accounts[local.env].tokens
  }
}
"""


def test_what_terraform_refuses_in_some_workspace_is_no_problem_as_long_as_it_is_not_known_which(stack):
    stack.write(**{"main.tf": MAIN + REFUSED_IN_DEFAULT})
    assert list(stack.resources()) == ["aws_instance.web"]
    assert list(stack.resources(workspace="shop-prod")) == ["aws_instance.web[0]", "aws_instance.web[1]"]
    problems = [str(problem) for problem in stack.read(workspace="default").problems]
    assert len(problems) == 1
    assert "Invalid index" in problems[0]


@pytest.mark.parametrize(
    ("many", "certain"),
    [
        ('count = local.env == "prod" ? 1 : 0', False),
        ('count = local.env == "prod" ? 2 : 1', True),
        ("for_each = toset([terraform.workspace])", True),
        ("for_each = { for name in [local.env] : name => name if name != terraform.workspace }", False),
        ('lifecycle { enabled = local.env == "prod" }', False),
    ],
)
def test_a_block_may_exist_or_exists_for_certain(stack, many, certain):
    stack.write(**{"main.tf": MAIN + 'resource "aws_instance" "web" {\n  ' + many + "\n}\n"})
    (resource,) = stack.resources().values()
    assert resource.instances.reason.kind is ReasonKind.NO_WORKSPACE
    assert resource.certain is certain


def test_what_is_in_a_module_that_may_exist_may_exist(stack):
    call = 'module "m" {{\n  source = "./m"\n  count  = {}\n}}\n'
    inner = 'resource "aws_instance" "web" {}\n'
    stack.files({"main.tf": MAIN + call.format('local.env == "prod" ? 1 : 0'), "m/main.tf": inner})
    assert [each.certain for each in stack.resources().values()] == [False]
    stack.files({"main.tf": MAIN + call.format('local.env == "prod" ? 2 : 1')})
    assert [each.certain for each in stack.resources().values()] == [True]


SAME = [
    ('"web-${terraform.workspace}"', '"web-${terraform.workspace}"'),
    ('"web-${local.env}"', '"web-${trimprefix(terraform.workspace, "shop-")}"'),
    ('"a-${local.env}-b"', '"${"a-${local.env}"}-b"'),
    ('format("%s-%s", "web", local.env)', 'format("%s-%s", "web", local.env)'),
    ('{ prod = "a", dev = "b" }[local.env]', '{ dev = "b", prod = "a" }[local.env]'),
    ("upper(terraform.workspace)", "upper(terraform.workspace)"),
    ('local.env == "prod" ? "a" : "b"', 'local.env == "prod" ? "a" : "b"'),
    ('"${length(local.env)}"', '"${length(trimprefix(terraform.workspace, "shop-"))}"'),
]
OTHER = [
    ('"web-${terraform.workspace}"', '"web-${local.env}"'),
    ('"web-${terraform.workspace}"', '"web_${terraform.workspace}"'),
    ('trimprefix(terraform.workspace, "a")', 'trimprefix(terraform.workspace, "b")'),
    ("upper(terraform.workspace)", "lower(terraform.workspace)"),
    ('{ prod = "a" }[local.env]', '{ prod = "b" }[local.env]'),
    ('"${tonumber(local.env)}"', "local.env"),
    ('"web-${terraform.workspace}"', '"web-${data.aws_ami.x.id}"'),
    ("data.aws_ami.x.id", "data.aws_ami.x.id"),
]


@pytest.mark.parametrize(("one", "other"), [pytest.param(*pair, id=pair[0]) for pair in SAME])
def test_texts_that_are_made_of_the_same_workspace_in_the_same_way_are_equal(stack, one, other):
    first, second = named(stack, one, other)
    assert first is not None
    assert first == second


@pytest.mark.parametrize(("one", "other"), [pytest.param(*pair, id=f"{pair[0]} {pair[1]}") for pair in OTHER])
def test_other_texts_may_differ(stack, one, other):
    first, second = named(stack, one, other)
    assert first is None or first != second


def named(stack, one, other):
    names = f'resource "aws_launch_template" "a" {{\n  name = {one}\n}}\n'
    names += f'resource "aws_launch_template" "b" {{\n  name = {other}\n}}\n'
    stack.write(**{"main.tf": MAIN + 'data "aws_ami" "x" {}\n' + names})
    return [name_of(each.body.attribute("name")) for each in stack.resources().values() if not each.data]


def test_the_language_compares_them_too(stack, instance):
    """Whatever the workspace is, both sides are the same."""
    tokens = '"web-${terraform.workspace}" == "web-${terraform.workspace}" ? "required" : "optional"'
    assert stack.write(**{"main.tf": instance(tokens)}).tokens("aws_instance.web").value == "required"
    once = 'length(toset(["a-${terraform.workspace}", "a-${terraform.workspace}"])) == 1 ? "required" : "optional"'
    assert stack.write(**{"main.tf": instance(once)}).tokens("aws_instance.web").value == "required"
