"""Region defaults of which it is not known whether they apply, beside what the policy assumes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imdsguard.aws.estate import build
from imdsguard.aws.precedence.effective import trace_of
from imdsguard.aws.precedence.settings import doubtful
from imdsguard.model.assumption import AssumedDefault
from imdsguard.model.environment import Stack
from imdsguard.model.layer import Layer
from imdsguard.model.option import Source
from imdsguard.model.place import Place
from imdsguard.model.reason import refused
from imdsguard.model.value import Known, Step
from imdsguard.report.reasons import sentence
from tests.aws.memory import NOWHERE, PLACE, estate, ref, resource, unknown

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


def test_what_is_assumed_of_several_regions_is_not_known_where_the_region_is_not():
    both = [AssumedDefault(tokens, PLACE, region) for tokens, region in (
        ("required", "us-east-1"), ("optional", "eu-west-1"), ("no-preference", "eu-central-1"))]  # fmt: skip
    web = resource("aws_instance.web", provider=NOWHERE)
    (launch,) = build([(Stack("."), [web])], assumed=both).launches
    regions = "eu-central-1 or eu-west-1 or us-east-1"
    assert sentence(launch.reason) == (
        f"whether this is launched in {regions}, for which the policy assumes a default, is not known"
    )


def test_in_doubt_an_unknown_answer_keeps_its_own_reason():
    given = {"http_tokens": unknown("var.x has no value"), "http_endpoint": Known("disabled"),
             "http_put_response_hop_limit": Known(1)}  # fmt: skip
    answers = doubtful(Layer(Source.LAUNCH_TEMPLATE, "a.b", given), refused("which one it is")).answers
    assert answers["http_tokens"] == given["http_tokens"]
    assert sentence(answers["http_endpoint"].reason) == "which one it is"
    assert answers["http_put_response_hop_limit"] == Known(1), "what holds without it, too"


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
