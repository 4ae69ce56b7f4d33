"""Which instances there are: members of groups, instances by id and by AWS's own tags, and what EC2 says of each."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any

from imdsguard.model.record import record
from imdsguard.readiness.trouble import Trouble, attempt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from imdsguard.model.readiness import MemberNames
    from imdsguard.readiness.clients import Clients

GROUP_TAG = "aws:autoscaling:groupName"
"""What Auto Scaling tags the instances of a group with. (EC2 Auto Scaling User Guide, "Tag Auto Scaling groups and
instances")"""
_GROUPS = 50
"""Names in one call. (Auto Scaling API, DescribeAutoScalingGroups)"""
_VALUES = 200
"""Values of a filter in one call. (EC2 API, "List and filter using the CLI and API")"""
_ENDED = frozenset({"shutting-down", "terminated"})
_MOST_PAGES = 2_000


@record(frozen=True, slots=True)
class RunningInstance:
    """What EC2 says of an instance that is there; times in seconds since 1970.

    `launched` is its last start, `made` the first one: when its primary network interface was attached. (EC2 API,
    Instance: "LaunchTime"). `tags` are those that were asked by.
    """

    id: str
    running: bool
    launched: int
    made: int
    required: bool
    endpoint: bool
    tags: frozenset[tuple[str, str]] = frozenset()


@record(frozen=True, slots=True)
class Fleet:
    """What is there of all that was asked about in one account and Region.

    `groups` are the members of each group that is there. `trouble` says why instances could not be asked about,
    `untold` why groups could not; their instances are then those that have the group's tag.
    """

    instances: dict[str, RunningInstance] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    trouble: Trouble | None = None
    untold: Trouble | None = None

    def members(self, names: MemberNames) -> tuple[RunningInstance, ...]:
        """Give the instances that are there of what is named so."""
        tags = {*names.tags, *((GROUP_TAG, name) for name in names.groups)}
        ids = [*names.ids, *(each for name in names.groups for each in self.groups.get(name, ()))]
        ids += [each.id for each in self.instances.values() if each.tags & tags]
        return tuple(self.instances[each] for each in dict.fromkeys(ids) if each in self.instances)


def fleet_of(clients: Clients, names: Sequence[MemberNames]) -> Fleet:
    """Ask what is there. Nothing is raised for what AWS has against it."""
    groups = list(dict.fromkeys(name for each in names for name in each.groups))
    tags = list(dict.fromkeys(tag for each in names for tag in each.tags))
    found = attempt("autoscaling:DescribeAutoScalingGroups", lambda: dict(_groups(clients.autoscaling, groups)))
    untold = found if isinstance(found, Trouble) else None
    members: dict[str, tuple[str, ...]] = {} if isinstance(found, Trouble) else found
    if untold is not None:
        tags += [(GROUP_TAG, name) for name in groups]
    ids = [*(one for each in names for one in each.ids), *(one for those in members.values() for one in those)]
    asked = attempt("ec2:DescribeInstances", lambda: _instances(clients.ec2, list(dict.fromkeys(ids)), tags))
    if isinstance(asked, Trouble):
        return Fleet(groups=members, trouble=asked, untold=untold)
    return Fleet(asked, members, untold=untold)


def _groups(client: Any, names: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for some in in_batches(names, _GROUPS):
        for page in _pages(client, "describe_auto_scaling_groups", AutoScalingGroupNames=list(some)):
            for group in page.get("AutoScalingGroups", ()):
                members = (each.get("InstanceId", "") for each in group.get("Instances", ()))
                yield group["AutoScalingGroupName"], tuple(filter(None, members))


def _instances(client: Any, ids: Sequence[str], tags: Sequence[tuple[str, str]]) -> dict[str, RunningInstance]:
    """Ask by filters: unlike an id, a value of a filter that matches nothing is no error."""
    by_key: dict[str, list[str]] = {}
    for key, value in tags:
        by_key.setdefault(key, []).append(value)
    filters = [("instance-id", list(some)) for some in in_batches(ids, _VALUES)]
    filters += [(f"tag:{key}", list(some)) for key, values in by_key.items() for some in in_batches(values, _VALUES)]
    wanted = frozenset(tags)
    found: dict[str, RunningInstance] = {}
    for name, values in filters:
        for page in _pages(client, "describe_instances", Filters=[{"Name": name, "Values": _literal(values)}]):
            for reservation in page.get("Reservations", ()):
                for each in reservation.get("Instances", ()):
                    if each.get("State", {}).get("Name") not in _ENDED:
                        read = _read(each, wanted)
                        found[read.id] = read
    return found


def _literal(values: Iterable[str]) -> list[str]:
    r"""Write values so that `*` and `?` in them mean themselves. (EC2 API, as above: `\` before a wildcard)."""
    return [value.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?") for value in values]


def _read(each: dict[str, Any], wanted: frozenset[tuple[str, str]]) -> RunningInstance:
    options = each.get("MetadataOptions", {})
    launched = int(each["LaunchTime"].timestamp())
    attached = [
        int(interface["Attachment"]["AttachTime"].timestamp())
        for interface in each.get("NetworkInterfaces", ())
        if interface.get("Attachment", {}).get("DeviceIndex") == 0 and interface["Attachment"].get("AttachTime")
    ]
    own = frozenset((tag.get("Key", ""), tag.get("Value", "")) for tag in each.get("Tags", ()))
    return RunningInstance(
        id=each["InstanceId"],
        running=each.get("State", {}).get("Name") in ("running", "pending"),
        launched=launched,
        made=min([launched, *attached]),
        required=options.get("HttpTokens") == "required",
        endpoint=options.get("HttpEndpoint") != "disabled",
        tags=own & wanted,
    )


def _pages(client: Any, operation: str, **question: Any) -> Iterator[dict[str, Any]]:
    """Yield the pages of an answer, as far as there are pages that lead on."""
    token: str | None = None
    for _ in range(_MOST_PAGES):
        page: dict[str, Any] = getattr(client, operation)(**question, **({"NextToken": token} if token else {}))
        yield page
        following = page.get("NextToken")
        if not following or following == token:
            return
        token = following


def in_batches(things: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """Cut into pieces of a size at most."""
    for start in range(0, len(things), size):
        yield things[start : start + size]
