"""The order of precedence, row by row of the truth table ("Configure the Instance Metadata Service options")."""

from __future__ import annotations

from itertools import product

import pytest

from imdsguard.model.option import HOP_LIMIT, HTTP_ENDPOINT, HTTP_TOKENS
from imdsguard.model.place import Place
from imdsguard.model.resource import Blocks
from imdsguard.model.value import Known, Step
from imdsguard.report.reasons import sentence
from tests.aws.memory import estate, launch, ref, resource, unknown, verdict

UNSET = None


def root_index(account, image):
    found = []
    if account is not UNSET:
        found.append(resource("aws_ec2_instance_metadata_defaults.all", http_tokens=account))
    if image is not UNSET:
        found.append(resource("aws_ami.golden", imds_support=image))
    return found


def instance(tokens, image):
    block = [{"http_tokens": tokens}] if tokens is not UNSET else []
    return resource("aws_instance.web", metadata_options=block, ami=ref("aws_ami.golden.id") if image else "ami-1")


ACCOUNTS = (UNSET, "no-preference", "optional", "required")
IMAGES = (UNSET, "v2.0")

TABLE = [
    *[("required", account, image, "required", "launch") for account, image in product(ACCOUNTS, IMAGES)],
    *[("optional", account, image, "optional", "launch") for account, image in product(ACCOUNTS, IMAGES)],
    *[(UNSET, "required", image, "required", "region_default") for image in IMAGES],
    *[(UNSET, "optional", image, "optional", "region_default") for image in IMAGES],
    *[(UNSET, account, "v2.0", "required", "ami") for account in (UNSET, "no-preference")],
    *[(UNSET, account, UNSET, "optional", "service_default") for account in (UNSET, "no-preference")],
]


@pytest.mark.parametrize(("tokens", "account", "image", "state", "source"), TABLE)
def test_truth_table_of_an_instance(tokens, account, image, state, source):
    assert verdict(*root_index(account, image), instance(tokens, image)) == (state, source)


@pytest.mark.parametrize(("tokens", "account", "image", "state", "source"), TABLE)
def test_truth_table_of_a_template_and_of_what_launches_from_it(tokens, account, image, state, source):
    template = resource(
        "aws_launch_template.web",
        metadata_options=[{"http_tokens": tokens}] if tokens is not UNSET else [],
        image_id=ref("aws_ami.golden.id") if image else "ami-1",
    )
    source = source.replace("launch", "launch_template")
    around = root_index(account, image)
    by_id = [{"id": ref("aws_launch_template.web.id")}]
    assert verdict(*around, template) == (state, source)
    assert verdict(*around, template, resource("aws_instance.web", launch_template=by_id)) == (state, source)
    assert verdict(*around, template, resource("aws_autoscaling_group.web", launch_template=by_id)) == (state, source)


HOPS = [
    (3, 5, "v2.0", 3, "launch"),
    (UNSET, 5, "v2.0", 5, "region_default"),
    (UNSET, 1, "v2.0", 1, "region_default"),
    (UNSET, -1, "v2.0", 2, "ami"),
    (UNSET, UNSET, "v2.0", 2, "ami"),
    (UNSET, -1, UNSET, 1, "service_default"),
]


@pytest.mark.parametrize(("own", "account", "image", "hops", "source"), HOPS)
def test_the_hop_limit_is_resolved_on_its_own(own, account, image, hops, source):
    defaults = resource("aws_ec2_instance_metadata_defaults.all", http_put_response_hop_limit=account)
    ami = resource("aws_ami.golden", imds_support=image)
    block = [{"http_put_response_hop_limit": own}] if own else []
    option = launch(
        defaults, ami, resource("aws_instance.web", metadata_options=block, ami=ref("aws_ami.golden.id"))
    ).options[HOP_LIMIT]
    assert (option.effective, option.source.value) == (hops, source)


def test_hops_of_the_account_and_tokens_of_the_image_mix():
    found = launch(
        resource("aws_ec2_instance_metadata_defaults.all", http_put_response_hop_limit=1),
        resource("aws_ami.golden", imds_support="v2.0"),
        resource("aws_instance.web", ami=ref("aws_ami.golden.id")),
    )
    assert (found.tokens.value, found.options[HOP_LIMIT].value) == ("required", 1)


@pytest.mark.parametrize("nothing", [None, ""])
def test_null_and_the_empty_string_are_not_sent(nothing):
    assert verdict(resource("aws_instance.web", metadata_options=[{"http_tokens": nothing}])) == (
        "optional",
        "service_default",
    )


@pytest.mark.parametrize("refused", ["Required", "REQUIRED", "true", True, 1, "no-preference", "required "])
def test_a_value_that_aws_refuses_is_never_required(refused):
    found = launch(resource("aws_instance.web", metadata_options=[{"http_tokens": refused}]))
    assert found.state.value == "unknown"
    assert "which AWS refuses" in sentence(found.reason)


@pytest.mark.parametrize("refused", [65, -1, 1.5, "many", True, "1_0"])
def test_a_hop_limit_that_aws_refuses_is_unknown(refused):
    found = launch(resource("aws_instance.web", metadata_options=[{"http_put_response_hop_limit": refused}]))
    assert found.options[HOP_LIMIT].source.value == "unknown"


def test_terraform_makes_a_number_of_a_string():
    found = launch(resource("aws_instance.web", metadata_options=[{"http_put_response_hop_limit": "2"}]))
    assert found.options[HOP_LIMIT].value == 2


ENDPOINTS = [
    ({"http_endpoint": "disabled"}, {}, "disabled"),
    ({"http_endpoint": "disabled", "http_tokens": "optional"}, {}, "disabled"),
    ({"http_endpoint": "disabled", "http_tokens": unknown()}, {}, "disabled"),
    ({"http_endpoint": unknown(), "http_tokens": "required"}, {}, "required"),
    ({"http_endpoint": unknown(), "http_tokens": "optional"}, {}, "unknown"),
    # The provider sends "enabled" for a block without http_endpoint, so the account's default does not count.
    ({"http_tokens": "optional"}, {"http_endpoint": "disabled"}, "optional"),
    ({}, {"http_endpoint": "disabled"}, "optional"),
    (None, {"http_endpoint": "disabled"}, "disabled"),
]


@pytest.mark.parametrize(("block", "account", "state"), ENDPOINTS)
def test_the_endpoint_of_an_instance(block, account, state):
    defaults = resource("aws_ec2_instance_metadata_defaults.all", **account)
    found = launch(defaults, resource("aws_instance.web", metadata_options=[block] if block is not None else []))
    assert found.state.value == state


def test_a_template_leaves_the_endpoint_to_the_account():
    found = launch(
        resource("aws_ec2_instance_metadata_defaults.all", http_endpoint="disabled"),
        resource("aws_launch_template.web", metadata_options=[{"http_tokens": "optional"}]),
    )
    assert (found.state.value, found.options[HTTP_ENDPOINT].source.value) == ("disabled", "region_default")


def test_blocks_that_cannot_be_computed_leave_every_option_unknown():
    found = launch(resource("aws_instance.web", metadata_options=Blocks((), unknown("var.options has no value"))))
    assert (found.state.value, sentence(found.reason)) == ("unknown", "var.options has no value")


def test_two_blocks_are_an_error_and_no_verdict():
    found = launch(resource("aws_instance.web", metadata_options=[{"http_tokens": "required"}, {}]))
    assert found.state.value == "unknown"


def test_a_trace_leads_from_the_argument_to_where_the_value_is_written():
    written = Known("required", Place("lt.tf", 12), (Step("var.tokens", Place("prod.tfvars", 3)),))
    template = resource("aws_launch_template.web", metadata_options=[{"http_tokens": written}])
    option = launch(
        template, resource("aws_instance.web", launch_template=[{"id": ref("aws_launch_template.web.id")}])
    ).tokens
    assert [str(step) for step in option.trace] == ["aws_launch_template.web (lt.tf:12)", "var.tokens (prod.tfvars:3)"]


def test_a_literal_is_not_named_twice():
    literal = Known("required", Place("lt.tf", 12, 19), (Step("", Place("lt.tf", 12, 33)),))
    option = launch(resource("aws_instance.web", metadata_options=[{"http_tokens": literal}])).tokens
    assert [str(step) for step in option.trace] == ["aws_instance.web (lt.tf:12)"]


def test_what_nobody_sets_has_no_value_and_says_who_decides():
    option = launch(resource("aws_instance.web")).options[HTTP_TOKENS]
    assert (option.value, option.effective, [str(step) for step in option.trace]) == (
        None,
        "optional",
        ["service default"],
    )


def test_defaults_are_shown_as_written():
    (found,) = estate(
        resource("aws_ec2_instance_metadata_defaults.all", http_tokens="required", http_endpoint="no-preference")
    ).region_defaults
    values = {name: option.value for name, option in found.options.items()}
    assert values == {
        "http_tokens": "required",
        "http_endpoint": "no-preference",
        "http_put_response_hop_limit": -1,
        "instance_metadata_tags": "no-preference",
    }
