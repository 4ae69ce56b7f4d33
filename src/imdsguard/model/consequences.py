"""What comes of requiring tokens on a launch: what breaks, and whether the instances that run get the change at all."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from imdsguard.model.delivery import Workload
from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.model.reason import Reason
    from imdsguard.model.user_data import MetadataCall


class Refresh(str, Enum):
    """How running instances get a change of where `http_tokens` is decided.

    `IN_PLACE`: they are changed as they run. `REPLACE`: others take their place at the next apply, or for what limits
    their age. `INSTANCE_REFRESH`: the group replaces them, bit by bit. `NONE`: they keep what they have.
    """

    IN_PLACE = "in_place"
    REPLACE = "replace"
    INSTANCE_REFRESH = "instance_refresh"
    NONE = "none"


class Keeps(Enum):
    """Why running instances keep what they have, or why that cannot be told."""

    IGNORED = "ignored"  # ignore_changes covers the options, or where the template is named
    LAUNCH_ONLY = "launch only"  # a Region default or an image decides: that counts at launch
    NUMBER = "number"  # it launches one version of its template and no other
    DEFAULT_STAYS = "default stays"  # the default version does not follow the newest
    UNSEEN = "unseen"  # AWS looks the version up at launch, and Terraform sees nothing change
    RESOLVED_ONCE = "resolved once"  # AWS looks the version up when the launching thing is made
    NO_REFRESH = "no refresh"  # a group without instance_refresh
    ROOT_VOLUME = "root volume"  # a refresh that gives them a new root volume only
    IN_PART = "in part"  # a refresh that ends before all are replaced
    NO_INSTANCES = "no instances"  # a template: what launches from it has the answer
    NEW = "new"  # this plan makes it: there are none that run
    LATER = "later"  # instances start when somebody runs it
    NOT_TOLD = "not told"  # nothing documents it, or the code does not show it


@record(frozen=True, slots=True)
class Consequences:
    """What the code shows of it.

    `calls` are the token-less calls of what it runs at boot, or of what it launches through where it has no user data
    of its own; `unread` says why more of them may be there, `not_seen` are addresses of code that is downloaded there.
    `cut_off`: containers with a network of their own reach no token, since `hops` is one too few; None where it cannot
    be told. `refresh` is None where it cannot be told, `keeps` says why it is None or `NONE`, `reason` more of that.
    """

    calls: tuple[MetadataCall, ...] = ()
    unread: tuple[Reason, ...] = ()
    not_seen: tuple[str, ...] = ()
    workload: Workload = Workload.UNKNOWN
    workload_because: str = ""
    hops: int | None = None
    cut_off: bool | None = None
    refresh: Refresh | None = None
    keeps: Keeps | None = None
    reason: Reason | None = None
