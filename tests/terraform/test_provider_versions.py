"""The newest version that a resource's provider can have: by the lock file, else by the constraints of its modules."""

from __future__ import annotations

import json

import pytest

TEMPLATE = 'resource "aws_launch_template" "t" {}\n'


def required(version, source='source = "hashicorp/aws"', name="aws"):
    return f'terraform {{\n  required_providers {{\n    {name} = {{ {source}, version = "{version}" }}\n  }}\n}}\n'


def lock(version, source="registry.terraform.io/hashicorp/aws"):
    return f'provider "{source}" {{\n  version = "{version}"\n  hashes = ["h1:x"]\n}}\n'


def bound(stack, address="aws_launch_template.t"):
    """The newest version and what is written, or None."""
    found = stack.resources()[address].newest_provider()
    return (".".join(map(str, found.newest)), found.written, str(found.place)) if found is not None else None


CONSTRAINTS = {
    "one version": ("= 4.22.0", "4.22.0"),
    "a version alone": ("4.22.0", "4.22.0"),
    "patches": ("~> 4.22.0", "4.23.0"),
    "minors": ("~> 4.22", "5.0.0"),
    "a range": (">= 3.0, < 4.0", "4.0.0"),
    "up to": ("<= 4.5.0", "4.5.0"),
    "no end": (">= 4.22.0", None),
    "no constraint": ("four", None),
}


@pytest.mark.parametrize(("written", "newest"), CONSTRAINTS.values(), ids=list(CONSTRAINTS))
def test_a_constraint_gives_the_newest_version_or_the_first_that_it_keeps_out(stack, written, newest):
    stack.files({"main.tf": required(written) + TEMPLATE})
    assert (bound(stack) or (None,))[:2] == ((newest, written) if newest else (None,))


def test_the_old_form_is_a_version_alone_and_json_is_read_alike(stack):
    stack.files({"main.tf": 'terraform {\n  required_providers {\n    aws = "~> 2.5.0"\n  }\n}\n' + TEMPLATE})
    assert bound(stack)[:2] == ("2.6.0", "~> 2.5.0")
    settings = {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "< 4.0"}}}
    document = {"terraform": settings, "resource": {"aws_launch_template": {"j": {}}}}
    stack.files({"main.tf": "", "a.tf.json": json.dumps(document)})
    assert bound(stack, "aws_launch_template.j")[:2] == ("4.0.0", "< 4.0")


def test_the_lock_file_counts_before_any_constraint(stack):
    stack.files({"main.tf": required("~> 4.0") + TEMPLATE, ".terraform.lock.hcl": lock("4.22.0")})
    assert bound(stack) == ("4.22.0", "4.22.0", ".terraform.lock.hcl:2:13")


@pytest.mark.parametrize("source", ["registry.opentofu.org/hashicorp/aws", "registry.terraform.io/hashicorp/AWS"])
def test_it_is_read_by_the_provider_s_source(stack, source):
    stack.files({"main.tf": TEMPLATE, ".terraform.lock.hcl": lock("4.1.0", source)})
    assert bound(stack)[0] == "4.1.0"


def test_another_provider_s_version_says_nothing(stack):
    other = lock("3.0.0", "registry.terraform.io/acme/aws") + lock("1.0.0", "registry.terraform.io/hashicorp/awscc")
    stack.files({"main.tf": TEMPLATE, ".terraform.lock.hcl": other})
    assert bound(stack) is None


def test_a_local_name_leads_to_the_source(stack):
    main = required("= 4.2.0", name="amazon") + 'resource "aws_launch_template" "t" {\n  provider = amazon\n}\n'
    stack.files({"main.tf": main})
    assert bound(stack)[0] == "4.2.0"


def test_a_module_has_the_constraints_of_those_that_call_it_and_the_root_s_lock_file(stack):
    main = required("~> 4.0") + 'module "m" {\n  source = "./m"\n}\n'
    stack.files({"main.tf": main, "m/main.tf": required("< 4.30.0") + TEMPLATE})
    assert bound(stack, "module.m.aws_launch_template.t")[0] == "4.30.0"
    stack.files({".terraform.lock.hcl": lock("4.29.0"), "m/.terraform.lock.hcl": lock("3.0.0")})
    assert bound(stack, "module.m.aws_launch_template.t")[0] == "4.29.0"


def test_nothing_says_so(stack):
    stack.files({"main.tf": TEMPLATE})
    assert bound(stack) is None
