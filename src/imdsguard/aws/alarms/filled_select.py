"""A Metrics Insights query that names instances of the code: `WHERE InstanceId = '${aws_instance.web.id}'`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.alarms.dimensions import BY_ID, identity_of
from imdsguard.aws.alarms.insights import Comparison, JoinedConditions, Query, QueryError, is_select, parse
from imdsguard.model.record import replace

if TYPE_CHECKING:
    from imdsguard.aws.alarms.insights import Condition
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.environment import Stack
    from imdsguard.model.value import Reference, Unknown

GAP = "\ufffc"
"""Stands in a sketch for what is not known."""


def filled_select(expression: Unknown, root: RootIndex) -> tuple[str, Query | None]:
    """Read a query of which nothing is unknown but ids of instances; `("", None)` for any other."""
    pieces = (expression.sketch or "").split(GAP)
    if expression.sketch is None or not is_select(pieces[0]) or len(pieces) != len(expression.holes) + 1:
        return "", None
    text = pieces[0]
    instances: dict[str, tuple[Stack, str]] = {}
    for number, (reference, piece) in enumerate(zip(expression.holes, pieces[1:], strict=True)):
        instance = _instance(reference, root) if reference is not None else None
        if instance is None:
            return "", None
        word = f"{GAP}{number}"
        instances[word] = instance
        text += word + piece
    try:
        query = parse(text)
    except QueryError:
        return "", None
    filled = replace(query, where=_filled(query.where, instances)) if query.where is not None else query
    return ("", None) if GAP in repr(filled) else (text, filled)


def _instance(reference: Reference, root: RootIndex) -> tuple[Stack, str] | None:
    """Return the stack and the address of the instance whose id this is."""
    found = root.find(reference)
    identity = identity_of(found) if found is not None else None
    if found is None or identity is None or reference.attribute not in identity.instance_ids:
        return None
    return found.stack, reference.address


def _filled(condition: Condition, instances: dict[str, tuple[Stack, str]]) -> Condition:
    if isinstance(condition, JoinedConditions):
        return JoinedConditions(condition.every, tuple(_filled(part, instances) for part in condition.parts))
    if isinstance(condition, Comparison) and condition.key == BY_ID and condition.value in instances:
        instance = instances[condition.value]
        return replace(condition, value=f"{instance[1]}.id", instance=instance)
    return condition
