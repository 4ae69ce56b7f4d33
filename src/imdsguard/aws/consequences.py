"""What breaks when tokens become required on a launch, and how its running instances get the change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.types.registry import record_of
from imdsguard.model.consequences import Consequences, Keeps, Refresh
from imdsguard.model.delivery import Pin, Renewal, Workload
from imdsguard.model.launch import Kind, State
from imdsguard.model.option import HOP_LIMIT, Source
from imdsguard.model.resource import Action
from imdsguard.model.user_data import Flaw
from imdsguard.model.value import Absent

if TYPE_CHECKING:
    from typing import TypeAlias

    from imdsguard.model.delivery import VersionUse
    from imdsguard.model.estate import Estate
    from imdsguard.model.launch import Launch
    from imdsguard.model.reason import Reason
    from imdsguard.model.user_data import UserData

    Answer: TypeAlias = tuple[Refresh | None, Keeps | None, Reason | None]

CONTAINER_HOPS = 2
"""What the answer with a token needs to get into a container with a network of its own.

(EC2 User Guide, "Use the Instance Metadata Service to access instance metadata": considerations)"""
KEEPING = {
    Renewal.KEPT: Keeps.NO_REFRESH,
    Renewal.ROOT_VOLUME: Keeps.ROOT_VOLUME,
    Renewal.IN_PART: Keeps.IN_PART,
}
IN_PLACE: Answer = (Refresh.IN_PLACE, None, None)
NOT_TOLD: Answer = (None, Keeps.NOT_TOLD, None)


def consequences_of(launch: Launch, estate: Estate) -> Consequences:
    """Say what comes of requiring tokens on a launch. Reads its user data, which takes time."""
    told = _run_by(launch, estate)
    runs = launch.state is not State.DISABLED  # user data never runs without the endpoint (EC2 User Guide)
    hops = launch.options[HOP_LIMIT].effective if HOP_LIMIT in launch.options else None
    limit = hops if isinstance(hops, int) else None
    # Where the limit is not known, nobody has looked what runs there.
    workload, because = _workload(launch, estate) if limit is not None else (Workload.UNKNOWN, "")
    refresh, keeps, reason = _refresh(launch, estate)
    return Consequences(
        calls=tuple(call for each in told if runs for call in each.calls if call.flaw is not Flaw.FALLBACK),
        unread=tuple(why for each in told if runs for why in _not_told(each)),
        not_seen=tuple(dict.fromkeys(url for each in told for url in each.not_seen)),
        workload=workload,
        workload_because=because,
        hops=limit,
        cut_off=_cut_off(workload, limit),
        refresh=refresh,
        keeps=keeps,
        reason=reason,
    )


def _run_by(launch: Launch, estate: Estate) -> tuple[UserData, ...]:
    """Give what its instances run: by its own user data, else by that of what it launches through; and by others."""
    record = record_of(launch.resource.kind)
    read = record.user_data if record is not None else None
    if read is None or any(not isinstance(value, Absent) for value in read(launch.resource)):
        return (launch.user_data,)
    return (launch.user_data, *(each.user_data for each in estate.templates_of(launch)))


def _not_told(found: UserData) -> tuple[Reason, ...]:
    return (*found.unread, *(each.reason for each in found.untold))


def _workload(launch: Launch, estate: Estate) -> tuple[Workload, str]:
    """Give what runs on its instances, by itself, by what it launches through, or by who launches through it."""
    for each in (launch, *estate.templates_of(launch), *estate.users_of(launch)):
        if each.delivery.workload is Workload.CONTAINERS:
            because = each.delivery.workload_because
            return Workload.CONTAINERS, because if each is launch else f"{each.address}: {because}"
    return launch.delivery.workload, launch.delivery.workload_because


def _cut_off(workload: Workload, hops: int | None) -> bool | None:
    if hops is None or (workload is Workload.UNKNOWN and hops < CONTAINER_HOPS):
        return None
    return workload is Workload.CONTAINERS and hops < CONTAINER_HOPS


def _refresh(launch: Launch, estate: Estate) -> Answer:
    """Say how running instances get a change of what decides, and why they do not."""
    if not launch.starts_instances:
        return None, Keeps.NO_INSTANCES, None
    if launch.starts_later:
        return None, Keeps.LATER, None
    if launch.resource.action is Action.CREATE:
        return None, Keeps.NEW, None
    if launch.resource.action is Action.REPLACE:
        return Refresh.REPLACE, None, None
    source = launch.tokens.source
    if source in (Source.REGION_DEFAULT, Source.AMI):
        return Refresh.NONE, Keeps.LAUNCH_ONLY, None
    record = record_of(launch.resource.kind)
    own = record is None or record.options is None or bool(record.options.path)
    if not launch.via or (own and source is Source.LAUNCH):
        return _by_its_own(launch)
    return _by_templates(launch, estate)


def _by_its_own(launch: Launch) -> Answer:
    """A change of the resource's own options."""
    record = record_of(launch.resource.kind)
    if record is None or record.changed_in_place is None or record.options is None:
        return NOT_TOLD
    ignored = launch.resource.ignored
    if "all" in ignored or (record.options.path[:1] and record.options.path[0] in ignored):
        return Refresh.NONE, Keeps.IGNORED, None
    return IN_PLACE if record.changed_in_place else NOT_TOLD


def _by_templates(launch: Launch, estate: Estate) -> Answer:
    """A change of the templates that it launches through: as bad as the worst of them."""
    delivery = launch.delivery
    if delivery.frozen:
        return Refresh.NONE, Keeps.IGNORED, None
    templates = {each.address: each for each in estate.templates_of(launch)}
    answers = [_by_version(launch, use, templates.get(use.template)) for use in delivery.versions]
    if not answers and any(each.kind is Kind.CONFIGURATION for each in templates.values()):
        answers = [_renewed(launch)]  # a launch configuration is replaced, and the group names another one then
    worst = [each for each in answers if each[0] is Refresh.NONE] or [each for each in answers if each[0] is None]
    return (worst or answers or [NOT_TOLD])[0]


def _by_version(launch: Launch, use: VersionUse, template: Launch | None) -> Answer:
    if use.pin is Pin.UNKNOWN or template is None:
        return None, Keeps.NOT_TOLD, use.reason
    if use.pin is Pin.NUMBER:
        return Refresh.NONE, Keeps.NUMBER, None
    moves = template.delivery.moves_default
    if use.pin in (Pin.DEFAULT, Pin.DEFAULT_VERSION) and not moves:
        return (Refresh.NONE, Keeps.DEFAULT_STAYS, None) if moves is False else NOT_TOLD
    found = _renewed(launch) if use.pin in (Pin.LATEST_VERSION, Pin.DEFAULT_VERSION) else _unseen(launch)
    if found[0] is Refresh.NONE and use.followed:
        return Refresh.REPLACE, None, None
    return (None, Keeps.NOT_TOLD, use.unsure) if found[0] is Refresh.NONE and use.unsure is not None else found


def _renewed(launch: Launch) -> Answer:
    """Terraform sees that what is launched changes."""
    renewal = launch.delivery.renewal
    if renewal is not None and renewal in KEEPING:
        return Refresh.NONE, KEEPING[renewal], None
    if renewal in (Renewal.REPLACED, Renewal.RESOLVED_ONCE):
        return (Refresh.INSTANCE_REFRESH if launch.kind is Kind.GROUP else Refresh.REPLACE), None, None
    return None, Keeps.NOT_TOLD, launch.delivery.renewal_reason


def _unseen(launch: Launch) -> Answer:
    """AWS looks the version up: Terraform sees no change of it."""
    if launch.delivery.renewal is Renewal.RESOLVED_ONCE:
        return Refresh.NONE, Keeps.RESOLVED_ONCE, None
    return (Refresh.NONE, Keeps.UNSEEN, None) if launch.kind in (Kind.GROUP, Kind.INSTANCE) else NOT_TOLD
