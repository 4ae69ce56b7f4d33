"""Every layer's answer for one launch: also of those that lose, which an estate does not keep."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from imdsguard.aws.estates import groups
from imdsguard.aws.launching import recorded
from imdsguard.aws.layer import Layer
from imdsguard.aws.precedence import effective, state_of
from imdsguard.aws.surroundings import Surroundings
from imdsguard.aws.types import ability
from imdsguard.model.explanation import Answer, Explanation, LayerAnswers, WayAnswers
from imdsguard.model.launch import HTTP_TOKENS, OPTIONS, Source, State
from imdsguard.model.value import Absent, Known

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imdsguard.aws.launching import Way
    from imdsguard.model.assumption import AssumedDefault
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource


def explain(
    launch: Launch,
    roots: Sequence[tuple[str, Sequence[Resource]]],
    estates: Mapping[str, str] | None = None,
    assumed: Sequence[AssumedDefault] = (),
) -> Explanation:
    """Ask every layer of a launch again. The other arguments are those the estate was built with (`estate.build`)."""
    names = [name for name, _ in roots]
    group = next((g for g in groups(names, estates or {}) if launch.resource.root in [names[n] for n in g]), [])
    together = [Surroundings(roots[number][1], assumed) for number in group]
    ways: list[Way] = []
    for number, surroundings in zip(group, together, strict=True):
        if names[number] == launch.resource.root:
            surroundings.join(together)
            read = ability(launch.resource.type, "launches")
            assert read is not None, "launches come from adapters"
            ways = recorded(partial(read, launch.resource, surroundings))
    ways.sort(key=lambda way: state_of(effective(way.layers))[0] is not launch.state)
    told = tuple(_told(way, launch) for way in ways)
    return Explanation(launch, told, changes(ways[0].layers) if ways else ())


def _told(way: Way, launch: Launch) -> WayAnswers:
    layers = tuple(
        LayerAnswers(layer.source, layer.label, name_of(layer) + _version(layer, launch), _answers(layer, way.layers))
        for layer in way.layers
    )
    return WayAnswers(way.through, layers, tuple(name for name in OPTIONS if deciding(name, way.layers) is None))


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


def deciding(option: str, layers: Sequence[Layer]) -> Layer | None:
    """Return the layer that decides an option; None where only the service's own default is left."""
    return next((layer for layer in layers if not isinstance(layer.says(option), Absent)), None)


def changes(layers: Sequence[Layer]) -> tuple[str, ...]:
    """Try every layer: which would require tokens if it said so, and what would hold without the one that decides."""
    winner = deciding(HTTP_TOKENS, layers)
    state, _ = state_of(effective(layers))
    told = []
    if state is not State.REQUIRED:
        for at, layer in enumerate(layers):
            if layer.source is not Source.AMI and _with(layers, at, "required") is State.REQUIRED:
                told.append(f'http_tokens = "required" in {name_of(layer)} would require tokens')
    if winner is not None:
        at = list(layers).index(winner)
        without = _with(layers, at, None)
        told.append(f"without http_tokens in {name_of(winner)} it would be {without.value}")
    return tuple(told)


def _with(layers: Sequence[Layer], at: int, tokens: str | None) -> State:
    layer = layers[at]
    answers = {name: answer for name, answer in layer.answers.items() if name != HTTP_TOKENS}
    if tokens is not None:
        answers[HTTP_TOKENS] = Known(tokens)
    changed = [*layers]
    changed[at] = Layer(layer.source, layer.label, answers)
    return state_of(effective(changed))[0]


def name_of(layer: Layer) -> str:
    """Name a layer: what it is, and where the code has it."""
    kind = NAMES[layer.source]
    return f"the {kind} {layer.label}" if layer.label else f"the {kind}"


NAMES = {
    Source.LAUNCH: "launch",
    Source.LAUNCH_TEMPLATE: "launch template",
    Source.REGION_DEFAULT: "Region default",
    Source.AMI: "AMI",
    Source.SERVICE_DEFAULT: "service default",
    Source.UNKNOWN: "unknown",
}
