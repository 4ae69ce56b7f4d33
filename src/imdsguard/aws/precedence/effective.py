"""The order of precedence: which layer decides each option, and what that makes of a launch.

Strongest first: what the launch says, the account's default for the Region, the AMI, the service's own default; each
option on its own. (EC2 User Guide, "Configure the Instance Metadata Service options", order of precedence)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.settings import SET_BY_IMAGES
from imdsguard.model.launch import State
from imdsguard.model.option import HTTP_ENDPOINT, HTTP_TOKENS, OPTIONS, Option, Source
from imdsguard.model.value import Absent, Step, Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imdsguard.aws.precedence.layer import Layer
    from imdsguard.model.reason import Reason
    from imdsguard.model.value import Known

NAMES = {
    Source.LAUNCH: "launch",
    Source.LAUNCH_TEMPLATE: "launch template",
    Source.REGION_DEFAULT: "Region default",
    Source.AMI: "AMI",
    Source.SERVICE_DEFAULT: "service default",
    Source.UNKNOWN: "unknown",
}
"""Layers in words."""

BY_NOBODY = (Step("service default"),)


def effective(layers: Sequence[Layer]) -> dict[str, Option]:
    """Resolve every option over `layers`, strongest first."""
    return {name: decide(name, layers) for name in OPTIONS}


def decide(name: str, layers: Sequence[Layer]) -> Option:
    """Resolve one option: the first layer that sets it decides; one that may set it leaves it unknown."""
    unset: tuple[Step, ...] = ()
    for layer in layers:
        answer = layer.says(name)
        if isinstance(answer, Absent):
            unset = unset or tuple(step for step in layer.unset.get(name, ()) if step.label)
            continue
        trace = trace_of(layer.label, answer)
        if isinstance(answer, Unknown):
            return Option(name, None, Source.UNKNOWN, answer.place, trace, answer.reason)
        value = answer.value
        assert isinstance(value, (str, int)), "read_option leaves nothing else"
        return Option(name, value, layer.source, answer.place, trace, sensitive=answer.sensitive, sure=layer.sure)
    sure = name not in SET_BY_IMAGES or all(layer.sure for layer in layers)
    return Option(name, None, Source.SERVICE_DEFAULT, trace=BY_NOBODY + unset, sure=sure)


def deciding(option: str, layers: Sequence[Layer]) -> Layer | None:
    """Return the layer that decides an option; None where only the service's own default is left."""
    return next((layer for layer in layers if not isinstance(layer.says(option), Absent)), None)


def name_of(layer: Layer) -> str:
    """Name a layer: what it is, and where the code has it."""
    kind = NAMES[layer.source]
    return f"the {kind} {layer.label}" if layer.label else f"the {kind}"


def trace_of(label: str, answer: Known | Unknown) -> tuple[Step, ...]:
    """Return the trace of an answer: the layer first, then where its value came from.

    A literal's own step says no more than the argument's place, so it is left out.
    """
    first = Step(label, answer.place)
    return (first, *(step for step in answer.trace if step.label or not _same_line(step, first)))


def _same_line(step: Step, other: Step) -> bool:
    if step.place is None or other.place is None:
        return step.place is other.place
    return (step.place.file, step.place.line) == (other.place.file, other.place.line)


def state_of(options: Mapping[str, Option]) -> tuple[State, Reason | None]:
    """Say whether token-less calls are answered, and why that cannot be told if it cannot.

    Where tokens are required it does not matter whether the endpoint is on; where the endpoint is off, what tokens are.
    """
    tokens, endpoint = options[HTTP_TOKENS], options[HTTP_ENDPOINT]
    if endpoint.effective == "disabled":
        return State.DISABLED, None
    if tokens.effective == "required":
        return State.REQUIRED, None
    if not tokens.known:
        return State.UNKNOWN, tokens.reason
    if not endpoint.known:
        return State.UNKNOWN, endpoint.reason
    return State.OPTIONAL, None
