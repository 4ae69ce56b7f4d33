"""Whether running instances still call the metadata service without a token: what CloudWatch has said of them.

AWS calls an instance ready when the metric MetadataNoToken records zero use of IMDSv1 for it. (EC2 User Guide, "Modify
instance metadata options for existing instances")
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imdsguard.model.problem import Problem

TOKENLESS = "MetadataNoToken"
"""Calls that succeeded without a token: counted while tokens are optional."""
REJECTED = "MetadataNoTokenRejected"
"""Calls that were refused for want of a token: counted once tokens are required."""


class Readiness(str, Enum):
    """The verdict on an instance, or on all instances of a launch.

    `READY`: no call without a token in a window that the data cover and that it has lived through. `NOT_READY`: there
    were some. `ENFORCED`: it requires tokens already, or its metadata endpoint is off. `UNKNOWN`: see `Doubt`.
    """

    READY = "ready"
    NOT_READY = "not_ready"
    ENFORCED = "enforced"
    UNKNOWN = "unknown"


class Doubt(str, Enum):
    """Why nothing can be said. Beside each: what `detail` is, where it is something."""

    NO_DATA = "no_data"  # nothing was recorded in the window
    GAPS = "gaps"  # how many hours of how many have no data
    TOO_YOUNG = "too_young"  # when it was launched
    STOPPED = "stopped"  # when it was started again; empty: it is stopped
    NO_MEMBER = "no_member"
    GONE = "gone"  # what is not there
    NOT_IDENTIFIED = "not_identified"  # what does not name instances
    NO_REGION = "no_region"
    NO_ROLE = "no_role"  # the provider whose role is missing
    OTHER_ACCOUNT = "other_account"  # the accounts: where it is, whose credentials these are
    NO_CREDENTIALS = "no_credentials"  # AWS's or the SDK's own words, here and below
    EXPIRED = "expired"
    BAD_CREDENTIALS = "bad_credentials"
    DENIED = "denied"
    THROTTLED = "throttled"
    NO_NETWORK = "no_network"
    CLOCK = "clock"
    REGION_OFF = "region_off"
    PARTIAL = "partial"
    REFUSED = "refused"


@record(frozen=True, slots=True)
class Window:
    """The time that was asked about: seconds since 1970, whole hours, the end exclusive."""

    start: int
    end: int

    @property
    def hours(self) -> int:
        """How many hours it has."""
        return (self.end - self.start) // 3600


@record(frozen=True, slots=True)
class InstanceAnswer:
    """What is known of one instance.

    `calls` are the sums by metric, None where nothing is recorded. `last` and `launched` are seconds since 1970: the
    hour in which the last call was, and when it was started. `detail` says more of `doubt`.
    """

    id: str
    verdict: Readiness
    calls: Mapping[str, int | None] = field(default_factory=dict)
    last: int | None = None
    launched: int | None = None
    doubt: Doubt | None = None
    detail: str = ""


@record(frozen=True, slots=True)
class MemberNames:
    """By what AWS is asked for the instances of a launch: their ids, their groups, tags that AWS gives them."""

    ids: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.ids or self.groups or self.tags)


@record(frozen=True, slots=True)
class LaunchAnswer:
    """What is known of the instances of one launch.

    `account` is the number of the account that was asked, None where none was. `root` and `environment` are those of
    the launch, `kind` is its kind in words.
    """

    address: str
    verdict: Readiness
    root: str = "."
    environment: str = ""
    kind: str = ""
    provider: str = ""
    account: str | None = None
    region: str | None = None
    names: MemberNames = field(default_factory=MemberNames)
    instances: tuple[InstanceAnswer, ...] = ()
    doubt: Doubt | None = None
    detail: str = ""

    def calls(self, metric: str) -> int:
        """How many calls were recorded of all its instances."""
        return sum(each.calls.get(metric) or 0 for each in self.instances)

    @property
    def last(self) -> int | None:
        """When the last call was, in seconds since 1970."""
        return max((each.last for each in self.instances if each.last is not None), default=None)

    @property
    def newest(self) -> int | None:
        """When the newest instance was started: what only runs at boot has not been seen since."""
        return max((each.launched for each in self.instances if each.launched is not None), default=None)


class LeftOut(str, Enum):
    """Why a launch is not asked about."""

    NOT_DEPLOYED = "not_deployed"  # nothing is deployed by that address
    NOT_IN_CODE = "not_in_code"  # it is deployed, and not in the code that was given
    TEMPLATE = "template"  # its users are asked about, or nothing is launched through it
    SERVICE = "service"  # a service runs its instances in an account of its own, or only when somebody starts a job
    DELETED = "deleted"  # the plan deletes it


@record(frozen=True, slots=True)
class NotAsked:
    """A launch that is not asked about. It decides nothing."""

    address: str
    root: str
    why: LeftOut


@record(frozen=True, slots=True)
class ReadinessAnswers:
    """All that was asked, and what could not be asked. `metrics` is how many metrics were asked for."""

    window: Window
    launches: tuple[LaunchAnswer, ...] = ()
    not_asked: tuple[NotAsked, ...] = ()
    problems: tuple[Problem, ...] = ()
    metrics: int = 0


def worst(answers: tuple[InstanceAnswer, ...]) -> Readiness:
    """Give the verdict on several instances: calls that were seen count most, then what is not known."""
    found = {each.verdict for each in answers}
    for verdict in (Readiness.NOT_READY, Readiness.UNKNOWN, Readiness.READY):
        if verdict in found:
            return verdict
    return Readiness.ENFORCED if found else Readiness.UNKNOWN
