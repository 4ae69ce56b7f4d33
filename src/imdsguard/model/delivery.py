"""Whether what the code says of metadata options arrives: what is never sent, and what stays with an old version."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.model.place import Place
    from imdsguard.model.reason import Reason
    from imdsguard.model.value import Step


class Workload(str, Enum):
    """What runs on the instances, as far as the code shows: software in containers is one network hop further away.

    `UNKNOWN`: of a type of which nobody has said what it runs.
    """

    PLAIN = "plain"
    CONTAINERS = "containers"
    UNKNOWN = "unknown"


class Pin(str, Enum):
    """How a launch names the version of its launch template.

    `LATEST_VERSION` and `DEFAULT_VERSION` are the template's attributes: Terraform sees them change. What starts with
    `$` is resolved by AWS at launch: Terraform sees nothing change. `DEFAULT` also counts where nothing is said.
    """

    LATEST_VERSION = "latest_version"
    DEFAULT_VERSION = "default_version"
    LATEST = "$Latest"
    DEFAULT = "$Default"
    NUMBER = "number"
    UNKNOWN = "unknown"


class Renewal(str, Enum):
    """What becomes of running instances when the version that Terraform sees changes.

    `ROOT_VOLUME`: an instance refresh gives them a new root volume and keeps the rest. `IN_PART`: one ends before all
    are replaced. `RESOLVED_ONCE`: AWS looks up `$Latest` and `$Default` once, when the launching thing is made; only a
    version that Terraform sees change reaches instances, be they running or new.
    """

    REPLACED = "replaced"
    KEPT = "kept"
    ROOT_VOLUME = "root volume"
    IN_PART = "in part"
    RESOLVED_ONCE = "resolved once"
    UNKNOWN = "unknown"


@record(frozen=True, slots=True)
class VersionUse:
    """A launch template in the code, and the version of it that is launched.

    `text` is the number where one is written, `reason` says why the version is not known. `place` is the argument, or
    the block it could stand in. `followed`: a new version of the template replaces running instances in another way,
    however the version is named; None if that cannot be told, for the reason `unsure`.
    """

    template: str
    pin: Pin
    text: str = ""
    reason: Reason | None = None
    place: Place | None = None
    trace: tuple[Step, ...] = ()
    followed: bool | None = False
    unsure: Reason | None = None


@record(frozen=True, slots=True)
class VersionWriter:
    """What writes versions of a launch template outside Terraform, by its address.

    `moves_default`: whether they become the default version; None if that cannot be told.
    """

    address: str
    moves_default: bool | None = None
    place: Place | None = None


@record(frozen=True, slots=True)
class IneffectiveOption:
    """Metadata options in the code that AWS never gets: why, and what to write instead.

    `sure` is False where the newest provider may behave otherwise. Where it cannot be told at all, `because` is the
    reason, which is said after `why`.
    """

    why: str
    remedy: str
    place: Place | None = None
    sure: bool = True
    because: Reason | None = None


@record(frozen=True, slots=True)
class Delivery:
    """How the settings of a launch reach its instances.

    `moves_default`, of a template: whether its default version follows the newest; None if that cannot be told.
    `writers`, of a template: what else writes versions of it. `latest_version`: its attribute that is the newest one.
    `changed`, of a template: the options that this plan changes; None where nothing is planned (source, state).
    `frozen` is the argument under `ignore_changes` that keeps a launch at its template's old version.
    `renewal` is None where it is not documented; where it is `UNKNOWN`, `renewal_reason` says why.
    `workload_because` is what shows that containers run on the instances, or why it is not known.
    """

    workload: Workload = Workload.PLAIN
    workload_because: str = ""
    versions: tuple[VersionUse, ...] = ()
    moves_default: bool | None = None
    changed: tuple[str, ...] | None = None
    renewal: Renewal | None = None
    renewal_reason: Reason | None = None
    frozen: str = ""
    writers: tuple[VersionWriter, ...] = ()
    latest_version: str = "latest_version"
    ineffective: tuple[IneffectiveOption, ...] = ()
