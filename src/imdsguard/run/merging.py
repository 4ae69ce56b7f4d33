"""What is the same in several environments, told once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.record import replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imdsguard.model.environment import Stack
    from imdsguard.model.finding import Finding


def merged(findings: Iterable[Finding], stacks: Iterable[Stack]) -> tuple[Finding, ...]:
    """Make findings that differ in nothing but their environment one, at the place of the first.

    `stacks` are all that were judged, in the order in which environments are then named.
    """
    order: dict[str, dict[str, int]] = {}
    for stack in stacks:
        numbers = order.setdefault(stack.root, {})
        numbers.setdefault(stack.environment, len(numbers))
    found: dict[Finding, list[str]] = {}
    first: dict[Finding, Finding] = {}
    for each in findings:
        alike = replace(each, environments=())
        first.setdefault(alike, each)
        found.setdefault(alike, []).extend(each.environments)
    return tuple(
        replace(first[alike], environments=_in_order(names, order.get(alike.root, {})))
        for alike, names in found.items()
    )


def _in_order(names: Iterable[str], order: dict[str, int]) -> tuple[str, ...]:
    return tuple(sorted(dict.fromkeys(names), key=lambda name: order.get(name, len(order))))
