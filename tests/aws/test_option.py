"""What is sent to AWS for an argument, and what is nothing."""

from __future__ import annotations

import pytest

from imdsguard.aws.precedence.option import read_option
from imdsguard.model.option import HOP_LIMIT, HTTP_ENDPOINT, HTTP_TOKENS
from imdsguard.model.value import Absent, Known, Unknown
from imdsguard.report.reasons import sentence


@pytest.mark.parametrize(("name", "value"), [(HTTP_TOKENS, ""), (HOP_LIMIT, ""), (HOP_LIMIT, 0)])
def test_what_a_state_has_where_nothing_was_set_is_nothing(name: str, value: str | int) -> None:
    assert isinstance(read_option(name, Known(value)), Absent)


@pytest.mark.parametrize(("text", "hops"), [("2", 2), ("64", 64), ("064", 64), ("0002", 2)])
def test_a_hop_limit_may_be_text_as_terraform_converts_it(text: str, hops: int) -> None:
    assert read_option(HOP_LIMIT, Known(text)) == Known(hops)


@pytest.mark.parametrize("value", [False, -1, 65, "0", "-1", "65", "164", "--2", "2.0", "٢", "many"])
def test_a_hop_limit_that_aws_refuses_is_unknown(value: object) -> None:
    assert isinstance(read_option(HOP_LIMIT, Known(value)), Unknown)


def test_only_an_account_takes_back_its_hop_limit() -> None:
    assert read_option(HOP_LIMIT, Known(-1), account=True) == Known(-1)
    assert read_option(HOP_LIMIT, Known("-1"), account=True) == Known(-1)
    assert isinstance(read_option(HOP_LIMIT, Known(0), account=True), Unknown)


@pytest.mark.parametrize(
    ("name", "value", "account", "told"),
    [
        (HTTP_TOKENS, "Required", False,
         'http_tokens is "Required", which AWS refuses: it must be "optional" or "required"'),
        (HTTP_TOKENS, True, True,
         'http_tokens is true, which AWS refuses: it must be "optional" or "required" or "no-preference"'),
        (HTTP_ENDPOINT, "on", False, 'http_endpoint is "on", which AWS refuses: it must be "disabled" or "enabled"'),
        (HOP_LIMIT, 65, False, f"{HOP_LIMIT} is 65, which AWS refuses: it must be a whole number from 1 to 64"),
        (HOP_LIMIT, 65, True, f"{HOP_LIMIT} is 65, which AWS refuses: it must be a whole number from 1 to 64, or -1"),
        (HOP_LIMIT, 1.5, False, f"{HOP_LIMIT} is 1.5, which AWS refuses: it must be a whole number from 1 to 64"),
        (HOP_LIMIT, (Known(1),), False,
         f"{HOP_LIMIT} is not a single value, which AWS refuses: it must be a whole number from 1 to 64"),
        (HTTP_ENDPOINT, "x" * 40, False,
         f'http_endpoint is "{"x" * 40}", which AWS refuses: it must be "disabled" or "enabled"'),
        (HTTP_ENDPOINT, "x" * 41, False,
         f'http_endpoint is "{"x" * 40}...", which AWS refuses: it must be "disabled" or "enabled"'),
    ],
)  # fmt: skip
def test_what_is_refused_is_told_with_what_would_be_accepted(
    name: str, value: object, account: bool, told: str
) -> None:
    found = read_option(name, Known(value), account=account)
    assert isinstance(found, Unknown)
    assert sentence(found.reason) == told


def test_a_sensitive_value_is_not_shown() -> None:
    found = read_option(HTTP_TOKENS, Known("secret", sensitive=True))
    assert isinstance(found, Unknown)
    assert sentence(found.reason).startswith("http_tokens is a sensitive value, which AWS refuses")
