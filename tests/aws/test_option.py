"""What is sent to AWS for an argument, and what is nothing."""

from __future__ import annotations

import pytest

from imdsguard.aws.precedence.option import read_option
from imdsguard.model.option import HOP_LIMIT, HTTP_TOKENS
from imdsguard.model.value import Absent, Known, Unknown


@pytest.mark.parametrize(("name", "value"), [(HTTP_TOKENS, ""), (HOP_LIMIT, ""), (HOP_LIMIT, 0)])
def test_what_a_state_has_where_nothing_was_set_is_nothing(name: str, value: str | int) -> None:
    assert isinstance(read_option(name, Known(value)), Absent)


@pytest.mark.parametrize("value", [False, -1, 65, "0", "many"])
def test_a_hop_limit_that_aws_refuses_is_unknown(value: object) -> None:
    assert isinstance(read_option(HOP_LIMIT, Known(value)), Unknown)


def test_only_an_account_takes_back_its_hop_limit() -> None:
    assert read_option(HOP_LIMIT, Known(-1), account=True) == Known(-1)
    assert isinstance(read_option(HOP_LIMIT, Known(0), account=True), Unknown)
