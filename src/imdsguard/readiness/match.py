"""Which answer is about which launch: by the instances and groups it has, in the same account and Region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.readiness import Readiness, worst

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imdsguard.model.environment import Stack
    from imdsguard.model.launch import Launch
    from imdsguard.model.readiness import InstanceAnswer, LaunchAnswer
    from imdsguard.readiness.targets import ReadinessTarget

    Answers = dict[tuple[Stack, str], LaunchAnswer]


def answers_to(targets: Iterable[ReadinessTarget], answers: Sequence[LaunchAnswer]) -> Answers:
    """Give the answers about launches whose instances are known, by stack and address.

    One of another account or Region is about something else, whatever its name. Instances are found wherever they were
    asked about: also as those of a group, or of a template.
    """
    instances: dict[tuple[str, str], list[tuple[LaunchAnswer, InstanceAnswer]]] = {}
    groups: dict[tuple[str, str, str], LaunchAnswer] = {}
    for answer in answers:
        region = answer.region or ""
        for one in answer.instances:
            instances.setdefault((region, one.id), []).append((answer, one))
        for name in answer.names.groups:
            groups.setdefault((answer.account or "", region, name), answer)
    found: Answers = {}
    for target in targets:
        resource = target.launch.resource
        told = _of_instances(target, instances) or _of_groups(target, groups)
        if told is not None:
            found[(resource.stack, target.launch.address)] = told
    return found


def _of_instances(
    target: ReadinessTarget, known: dict[tuple[str, str], list[tuple[LaunchAnswer, InstanceAnswer]]]
) -> LaunchAnswer | None:
    """Put together what is known of a launch's own instances; None where nothing is of one of them."""
    from imdsguard.model.record import replace

    told: list[InstanceAnswer] = []
    about: LaunchAnswer | None = None
    for name in target.names.ids:
        those = [each for each in known.get((target.region, name), ()) if _same_account(target, each[0])]
        if not those:
            return None
        about, one = those[0]
        told.append(one)
    if about is None:
        return None
    first = next((one for one in told if one.verdict is Readiness.UNKNOWN), None)
    return replace(
        about,
        address=target.launch.address,
        verdict=worst(tuple(told)),
        instances=tuple(told),
        doubt=first.doubt if first is not None else None,
        detail=first.detail if first is not None else "",
    )


def _of_groups(target: ReadinessTarget, known: dict[tuple[str, str, str], LaunchAnswer]) -> LaunchAnswer | None:
    """Find the answer about a launch's group: names of groups count within an account, which must be known."""
    if not target.number or len(target.names.groups) != 1:
        return None
    return known.get((target.number, target.region, target.names.groups[0]))


def _same_account(target: ReadinessTarget, answer: LaunchAnswer) -> bool:
    return not target.number or not answer.account or target.number == answer.account


def answers_by_address(launches: Iterable[Launch], answers: Sequence[LaunchAnswer]) -> Answers:
    """Give the answers about launches of source code, which names no instances: by root module and address.

    One of another root (a state has its file's name) counts where no other answer has the address, and the launch's
    Region, where both are known.
    """
    by_address: dict[str, list[LaunchAnswer]] = {}
    for answer in answers:
        by_address.setdefault(answer.address, []).append(answer)
    found: Answers = {}
    for launch in launches:
        region = launch.scope.region_name
        those = [
            each
            for each in by_address.get(launch.address, ())
            if not region or not each.region or region == each.region
        ]
        own = [each for each in those if each.root == launch.resource.root]
        if len(own or those) == 1:
            found[(launch.resource.stack, launch.address)] = (own or those)[0]
    return found
