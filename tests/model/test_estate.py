"""What an estate answers about stacks that share an account."""

from __future__ import annotations

import pytest

from imdsguard.model.environment import Stack
from imdsguard.model.estate import Estate
from imdsguard.model.shared_account import SharedAccount

WEB, DATA, OTHER, ALONE = (Stack(name) for name in ("web", "data", "other", "alone"))
ONE, TWO = SharedAccount(account="one"), SharedAccount(account="two")
ESTATE = Estate(joined={WEB: ONE, DATA: ONE, OTHER: TWO}, unread={DATA: frozenset({"alarm"})})


@pytest.mark.parametrize(
    ("stack", "what", "wholly"),
    [
        (DATA, "alarm", False),
        (DATA, "region_default", True),
        (WEB, "alarm", False),  # its account is the other one's, where an alarm may be
        (WEB, "region_default", True),
        (OTHER, "alarm", True),
        (ALONE, "alarm", True),
    ],
)
def test_what_is_not_read_may_be_in_the_same_account(stack: Stack, what: str, wholly: bool) -> None:
    assert ESTATE.wholly_read(stack, what) is wholly


def test_a_stack_without_an_account_is_alone_with_what_it_does_not_show() -> None:
    estate = Estate(unread={ALONE: frozenset({"alarm"})})
    assert not estate.wholly_read(ALONE, "alarm")
    assert estate.wholly_read(WEB, "alarm")
