"""Region defaults of which it is not known whether they apply, beside what the policy assumes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imdsguard.aws.estate import build
from imdsguard.aws.precedence.effective import trace_of
from imdsguard.model.assumption import AssumedDefault
from imdsguard.model.environment import Stack
from imdsguard.model.place import Place
from imdsguard.model.value import Known, Step
from tests.aws.memory import PLACE, estate, ref, resource, unknown

ASSUMED = [AssumedDefault("required", Place("team.yaml", 4, 19), None)]


def state(*tokens, assumed=()):
    """The state of an instance beside defaults with these tokens, each of which may not exist."""
    defaults = [
        replace(
            resource(f"aws_ec2_instance_metadata_defaults.d{number}", http_tokens=each),
            instances=unknown(f"var.on{number} has no value"),
        )
        for number, each in enumerate(tokens)
    ]
    (web,) = build([(Stack("."), [*defaults, resource("aws_instance.web")])], assumed=assumed).launches
    return web.state.value


@pytest.mark.parametrize(
    ("tokens", "without", "assumed"),
    [
        ([], "optional", "required"),
        (["required"], "unknown", "required"),
        (["optional"], "unknown", "unknown"),
        (["required", "required"], "unknown", "required"),
        # All of them must agree with what is assumed, not any one.
        (["required", "optional"], "unknown", "unknown"),
        (["optional", "required"], "unknown", "unknown"),
        (["required", None], "unknown", "unknown"),
        ([None, "required"], "unknown", "unknown"),
    ],
)
def test_what_may_apply_counts_where_all_of_it_agrees_with_the_assumption(tokens, without, assumed):
    assert state(*tokens) == without
    assert state(*tokens, assumed=ASSUMED) == assumed


@pytest.mark.parametrize(("support", "tokens"), [("v2.0", "required"), (None, None)])
def test_an_image_in_the_code_says_what_it_says(support, tokens):
    (image,) = estate(resource("aws_ami.golden", imds_support=support)).images
    assert image.tokens.value == tokens


@pytest.mark.parametrize(("instances", "expected"), [(None, "optional"), (unknown("var.n has no value"), "required")])
def test_a_key_leads_to_what_has_no_keys_only_where_these_are_not_known(instances, expected):
    image = resource("aws_ami.golden", imds_support="v2.0", instances=instances)
    web = resource("aws_instance.web", ami=ref("aws_ami.golden[0].id"))
    assert estate(image, web).launches[0].state.value == expected


def test_a_trace_leaves_out_what_says_no_more_than_the_line_above_it():
    elsewhere = Place("other.tf", 9)
    said = Known("required", PLACE, (Step("", PLACE), Step("", None), Step("", elsewhere), Step("var.x", PLACE)))
    assert trace_of("label", said) == (
        Step("label", PLACE),
        Step("", None),
        Step("", elsewhere),
        Step("var.x", PLACE),
    )
