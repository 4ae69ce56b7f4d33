"""What a plan turns tokens to required of while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.delivery import Renewal
from imdsguard.model.launch import Kind, State
from imdsguard.model.resource import Action

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.model.estate import Estate
    from imdsguard.model.launch import Launch

GROUPS = (Kind.GROUP, Kind.NODE_GROUP)


def changed_while_running(estate: Estate) -> Iterator[tuple[Launch, Launch]]:
    """Yield what a plan changes of what runs, as it is deployed and as it will be.

    That are instances that go on running, and groups that replace theirs by instances with the new settings.
    """
    before = estate.before
    for old in before.launches if before is not None else ():
        now = estate.launch_at(old.resource.stack, old.address)
        if now is None or now.resource.action is not Action.UPDATE:
            continue
        if now.kind is Kind.INSTANCE or (now.kind in GROUPS and now.delivery.renewal is Renewal.REPLACED):
            yield old, now


def is_switch(old: Launch, now: Launch) -> bool:
    """Whether tokens are optional, or may be, as it is deployed, and required, or may be, after the plan."""
    return old.state in (State.OPTIONAL, State.UNKNOWN) and now.state in (State.REQUIRED, State.UNKNOWN)
