"""Actions that do something and tell nobody: by their ARN, or by what in the code they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.types import alarm_actions
from imdsguard.model.value import Unknown, text_of

if TYPE_CHECKING:
    from imdsguard.model.value import Value


def tells_nobody(action: Value) -> bool:
    """Whether an action surely notifies no one."""
    if isinstance(action, Unknown):
        return action.reference is not None and alarm_actions.is_policy(action.reference.address)
    return alarm_actions.tells_nobody(text_of(action) or "")


def shown_action(action: Value) -> str:
    """Name such an action."""
    if isinstance(action, Unknown):
        return str(action.reference)
    return text_of(action) or ""
