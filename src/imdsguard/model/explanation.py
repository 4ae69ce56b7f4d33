"""Why a launch is what it is: what every layer says, also those that lose."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from imdsguard.model.consequences import Consequences
from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.model.launch import Launch
    from imdsguard.model.option import Source
    from imdsguard.model.readiness import LaunchAnswer
    from imdsguard.model.reason import Reason
    from imdsguard.model.value import Known, Unknown


@record(frozen=True, slots=True)
class Answer:
    """What a layer says about an option; `loses_to` names the layer that decides, None where that is this one."""

    option: str
    value: Known | Unknown
    loses_to: str | None = None


@record(frozen=True, slots=True)
class LayerAnswers:
    """A layer that was asked. `label` is where the code has it, `title` says in words what it is."""

    source: Source
    label: str
    title: str
    answers: tuple[Answer, ...] = ()


@record(frozen=True, slots=True)
class PathAnswers:
    """A path by which instances start: what its layers say, strongest first.

    `via` is the address of what it launches through, empty as `LaunchPath.via` may be; `unset` are the options that are
    left to the service's own default.
    """

    via: str
    layers: tuple[LayerAnswers, ...]
    unset: tuple[str, ...]


@record(frozen=True, slots=True)
class Explanation:
    """A launch and the paths by which it starts instances, the one that decides its state first.

    `changes` are sentences on what would change the answer, `unwatched` are alarms on refused calls by their address,
    each with why it does not watch the launch. `readiness` is what CloudWatch said of its instances, where somebody
    asked. `consequences` are those of requiring tokens.
    """

    launch: Launch
    paths: tuple[PathAnswers, ...]
    changes: tuple[str, ...]
    unwatched: tuple[tuple[str, Reason], ...] = ()
    consequences: Consequences = field(default_factory=Consequences)
    readiness: LaunchAnswer | None = None
