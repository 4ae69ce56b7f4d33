"""Which running instances a launch has: what its state, or a plan's prior state, names them by."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.model.account import AccountKind
from imdsguard.model.problem import Problem
from imdsguard.model.readiness import LeftOut, MemberNames, NotAsked
from imdsguard.model.record import record
from imdsguard.model.resource import Action
from imdsguard.model.value import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.model.launch import Launch
    from imdsguard.run.reading import Reading

NEEDS_STATE = "source code names no instances"
GIVE_STATE = "give the state: `terraform show -json > state.json`, then --state state.json"
_INSTANCE = re.compile(r"i-[0-9a-f]{8,17}")
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}")
_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(\d{12}):")
_LONGEST_NAME = 255
"""Letters of a group's name, and of a tag's value. (Auto Scaling API, CreateAutoScalingGroup; EC2 User Guide, "Tag
restrictions")"""
_TOLD_BY_THEM = frozenset({AccountKind.ROLE, AccountKind.PROFILE, AccountKind.FOR_EACH})
"""Accounts that the credentials at hand need not lead to."""


@record(frozen=True, slots=True)
class ReadinessTarget:
    """A launch that is asked about. `launch` is as the code, the plan or the state has it: what evidence is taken from.

    `number` is that of the account, "" where nothing tells it. `region` is "" where nothing names it; `outside`: then
    the environment may, as for Terraform. `elsewhere`: its provider takes other credentials than those at hand.
    """

    launch: Launch
    names: MemberNames
    number: str
    provider: str
    region: str
    outside: bool = False
    elsewhere: bool = False


@record(frozen=True, slots=True)
class Targets:
    """What is asked about, what is not, and what is wrong with what was given."""

    targets: tuple[ReadinessTarget, ...]
    not_asked: tuple[NotAsked, ...] = ()
    problems: tuple[Problem, ...] = ()


def targets_of(reading: Reading, states: Reading | None = None) -> Targets:
    """Find the running instances of what was read; those of source code in `states`, by its addresses."""
    found: list[ReadinessTarget] = []
    left: list[NotAsked] = []
    problems: list[Problem] = []
    history = reading.estate.history
    source = [root for root in reading.roots if root.name not in history.states and root.name not in history.plans]
    if source and states is None:
        from imdsguard.model.place import Place

        problems = [Problem(NEEDS_STATE, Place(root.name), GIVE_STATE) for root in source if root.resources]
    known = _by_address(states) if states is not None else None
    named = {each.address for each in reading.estate.launches}
    problems += [_several(name, those) for name, those in (known or {}).items() if len(those) > 1 and name in named]
    for now, deployed, why in _pairs(reading, known):
        if why is None and deployed is not None:
            why = _left_out(deployed, reading)
        if why is not None or deployed is None:
            left.append(NotAsked(now.address, now.resource.root, why or LeftOut.NOT_DEPLOYED))
        else:
            found.append(_target(now, deployed))
    return Targets(tuple(found), tuple(left), tuple(problems))


def switching(reading: Reading) -> tuple[ReadinessTarget, ...]:
    """Give what a plan turns tokens to required of: instances that go on running, and groups that replace theirs."""
    from imdsguard.model.switch import changed_while_running, is_switch

    return tuple(_target(now, old) for old, now in changed_while_running(reading.estate) if is_switch(old, now))


def _several(address: str, those: list[Launch]) -> Problem:
    from imdsguard.model.place import Place

    message = f"{address} is in {len(those)} states: which one is of this code cannot be told"
    return Problem(message, Place(those[0].resource.root), "give the code and the state of one root module at a time")


def _pairs(
    reading: Reading, deployed: dict[str, list[Launch]] | None
) -> Iterator[tuple[Launch, Launch | None, LeftOut | None]]:
    """Yield each launch, as it is to be, with what is deployed of it."""
    estate = reading.estate
    before = {(each.resource.stack, each.address): each for each in estate.before.launches} if estate.before else {}
    left = dict(deployed or {})
    for now in estate.launches:
        root = now.resource.root
        if root in estate.history.states:
            yield now, now, None
        elif root in estate.history.plans:
            yield now, before.pop((now.resource.stack, now.address), None), None
        elif deployed is not None and len(deployed.get(now.address, ())) < 2:
            those = left.pop(now.address, None) or deployed.get(now.address)
            yield now, those[0] if those else None, None
    for old in before.values():
        if old.resource.root in estate.history.plans:
            yield old, old, LeftOut.DELETED if old.resource.action is Action.DELETE else None
    for those in left.values():
        if len(those) == 1:
            yield those[0], those[0], LeftOut.NOT_IN_CODE


def _by_address(states: Reading) -> dict[str, list[Launch]]:
    found: dict[str, list[Launch]] = {}
    for each in states.estate.launches:
        found.setdefault(each.address, []).append(each)
    return found


def _left_out(launch: Launch, reading: Reading) -> LeftOut | None:
    """Say why what is deployed is not asked about; None: it is."""
    from imdsguard.aws.members import is_found_by_others, is_known

    if launch.starts_later or not (launch.follows_account or is_known(launch)):
        return LeftOut.SERVICE
    if is_found_by_others(launch) or (not launch.starts_instances and _is_used(launch, reading)):
        return LeftOut.TEMPLATE
    return None


def _is_used(template: Launch, reading: Reading) -> bool:
    """Whether something that is deployed launches through a template: that is asked about, then."""
    estate = reading.estate
    if template.resource.root in estate.history.plans and estate.before is not None:
        estate = estate.before
    return bool(estate.users_of(template))


def _target(launch: Launch, deployed: Launch) -> ReadinessTarget:
    from imdsguard.aws.members import members_of

    resource = deployed.resource
    named = members_of(deployed)
    names = MemberNames(
        tuple(each for each in named.ids if _INSTANCE.fullmatch(each)),
        tuple(each for each in named.groups if _is_name(each)),
        tuple((key, value) for key, value in named.tags if _is_name(value)),
    )
    arn = _ARN.match(text_of(resource.body.attribute("arn")) or "")
    account = deployed.scope.account
    number = arn[1] if arn else str(account.parts[0]) if account.kind is AccountKind.ID else ""
    region = deployed.scope.region_name or ""
    return ReadinessTarget(
        launch,
        names,
        number if re.fullmatch(r"\d{12}", number) else "",
        deployed.scope.provider,
        region if _REGION.fullmatch(region) else "",
        outside=not region,
        elsewhere=account.kind in _TOLD_BY_THEM,
    )


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_NAME and text.isprintable()
