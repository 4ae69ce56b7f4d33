"""Every layer's answer for one launch: also of those that lose, which an estate does not keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.alarms.token_metric import REJECTED
from imdsguard.aws.alarms.why_not import why_not
from imdsguard.aws.precedence.changes import changes
from imdsguard.aws.precedence.effective import deciding, effective, name_of, state_of
from imdsguard.model.explanation import Answer, Explanation, LayerAnswers, PathAnswers
from imdsguard.model.option import OPTIONS, Source
from imdsguard.model.value import Absent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.model.estate import Estate
    from imdsguard.model.launch import Launch
    from imdsguard.model.layer import LaunchPath, Layer
    from imdsguard.model.reason import Reason


def explain(launch: Launch, estate: Estate) -> Explanation:
    """Tell what every layer of a launch of this estate says, which alarms do not watch it, and what would change it."""
    paths = sorted(launch.paths, key=lambda path: state_of(effective(path.layers))[0] is not launch.state)
    told = tuple(_told(path, launch) for path in paths)
    change = changes(paths[0].layers) if paths else ()
    return Explanation(launch, told, change, tuple(_unwatched(launch, estate)), estate.consequences_of(launch))


def _unwatched(launch: Launch, estate: Estate) -> list[tuple[str, Reason]]:
    """Each alarm on refused calls in reach that does not watch the launch, by address, and why."""
    alarms = (
        alarm
        for alarm in estate.alarms
        if alarm.metric == REJECTED and estate.together(alarm.resource.stack, launch.resource.stack)
    )
    return [(alarm.address, why) for alarm in alarms if (why := why_not(alarm, launch, estate))]


def _told(path: LaunchPath, launch: Launch) -> PathAnswers:
    layers = tuple(
        LayerAnswers(layer.source, layer.label, name_of(layer) + _version(layer, launch), _answers(layer, path.layers))
        for layer in path.layers
    )
    return PathAnswers(path.via, layers, tuple(name for name in OPTIONS if deciding(name, path.layers) is None))


def _answers(layer: Layer, layers: Sequence[Layer]) -> tuple[Answer, ...]:
    found = []
    for name in OPTIONS:
        answer = layer.says(name)
        winner = deciding(name, layers)
        if not isinstance(answer, Absent) and winner is not None:
            found.append(Answer(name, answer, None if winner is layer else name_of(winner)))
    return tuple(found)


def _version(layer: Layer, launch: Launch) -> str:
    """Say which version of a template is launched, where the code says so."""
    if layer.source is not Source.LAUNCH_TEMPLATE:
        return ""
    used = next((each for each in launch.delivery.versions if each.template == layer.label), None)
    return "" if used is None else f", version {used.text or used.pin.value}"
