"""Options of a launch template that an old provider does not send without `http_endpoint = "enabled"`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imdsguard.model.resource import ProviderBound
from tests.aws.memory import PLACE, launch, resource, unknown

OLD = ProviderBound("hashicorp/aws", (4, 22, 0), "4.22.0", PLACE)
REQUIRED = {"http_tokens": "required"}
ENABLED = {"http_endpoint": "enabled", **REQUIRED}
VERSIONS = {
    "one of the old ones": (OLD, REQUIRED, "optional", ["http_tokens"]),
    "the last that is known to": (replace(OLD, newest=(4, 58, 0)), REQUIRED, "optional", ["http_tokens"]),
    "one of which nothing is known": (replace(OLD, newest=(4, 59, 0)), REQUIRED, "required", []),
    "a new one": (replace(OLD, newest=(5, 0, 0)), REQUIRED, "required", []),
    "any": (None, REQUIRED, "required", []),
    "another provider": (replace(OLD, source="acme/aws"), REQUIRED, "required", []),
    "with the endpoint": (OLD, ENABLED, "required", []),
    "the endpoint is not known": (OLD, {**REQUIRED, "http_endpoint": unknown()}, "unknown", ["http_tokens"]),
    "the endpoint is off": (OLD, {**REQUIRED, "http_endpoint": "disabled"}, "disabled", []),
    "only the endpoint": (OLD, {"http_endpoint": "enabled"}, "optional", []),
    "optional in writing": (OLD, {"http_tokens": "optional"}, "optional", ["http_tokens"]),
}


@pytest.mark.parametrize(("bound", "options", "state", "dropped"), VERSIONS.values(), ids=list(VERSIONS))
def test_what_an_old_provider_drops_is_not_set(bound, options, state, dropped):
    template = resource("aws_launch_template.t", metadata_options=[options])
    found = launch(replace(template, newest_provider=lambda: bound))
    assert found.state.value == state
    assert [name for each in found.delivery.ineffective for name in ("http_tokens",) if name in each.why] == dropped


def test_the_other_options_are_dropped_with_it():
    options = {**REQUIRED, "http_put_response_hop_limit": 2}
    template = resource("aws_launch_template.t", metadata_options=[options])
    found = launch(replace(template, newest_provider=lambda: OLD))
    assert found.options["http_put_response_hop_limit"].value != "2"
    (said,) = found.delivery.ineffective
    assert said.why.startswith("http_tokens and http_put_response_hop_limit of this launch template never reach AWS")
    assert said.why.endswith("and main.tf:1 says 4.22.0")
