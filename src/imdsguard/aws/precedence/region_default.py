"""What the account's defaults for a Region say to a launch there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.assumptions import assumed_layer
from imdsguard.aws.precedence.layer import Layer, silent
from imdsguard.aws.precedence.option import NO_PREFERENCE
from imdsguard.model.option import HTTP_TOKENS, OPTIONS, Source
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.model.assumption import AssumedDefault
    from imdsguard.model.region_default import RegionDefault
    from imdsguard.model.scope import Scope
    from imdsguard.model.value import Value

SAYS_NOTHING = (NO_PREFERENCE, -1)


def combined(
    defaults: Sequence[tuple[RegionDefault, Layer]], scope: Scope, assumed: Sequence[AssumedDefault] = ()
) -> Layer:
    """Join all defaults that apply, or may apply, to launches in `scope` into one layer.

    One that surely applies counts before those that may: two for one Region would undo each other on every apply, which
    no sane configuration does. Without a sure one, what may apply makes unknown whatever it sets, but for what the
    policy assumes anyway; and without any, what is `assumed` counts.
    """
    sure: list[Layer] = []
    possible: list[Layer] = []
    said: list[Value] = []
    for default, layer in defaults:
        same = scope.same(default.scope)
        instances = default.resource.instances
        if same is False:
            continue
        if same is None:
            doubt = Reason(ReasonKind.NOT_COMPUTED, f"the Region of {layer.label}, or of this launch,")
        elif instances is not None:
            doubt = Reason(ReasonKind.NOT_COMPUTED, f"whether {layer.label} exists", cause=instances.reason)
        else:
            sure.append(layer)
            continue
        possible.append(_in_doubt(layer, doubt))
        said.append(layer.says(HTTP_TOKENS))
    candidates = sure or possible
    stated = assumed_layer(assumed, scope) if assumed and not sure else None
    if not candidates:
        return stated or silent(Source.REGION_DEFAULT)
    found = candidates[0] if len(candidates) == 1 else _joined(candidates)
    return found if stated is None else _under_assumption(found, stated, said)


def _under_assumption(doubtful: Layer, stated: Layer, said: Sequence[Value]) -> Layer:
    """Decide what tokens are where the defaults that may apply would say nothing else than the policy assumes."""
    assumed = stated.says(HTTP_TOKENS)
    if isinstance(assumed, Known) and all(isinstance(each, Known) and each.value == assumed.value for each in said):
        return Layer(Source.REGION_DEFAULT, stated.label, {**doubtful.answers, HTTP_TOKENS: assumed})
    if isinstance(assumed, Absent) or not isinstance(doubtful.says(HTTP_TOKENS), Absent):
        return doubtful
    reason = Reason(ReasonKind.NOT_COMPUTED, f"whether {doubtful.label} applies, or what is {stated.label},")
    unknown = Unknown(reason, place=getattr(assumed, "place", None))
    return Layer(Source.REGION_DEFAULT, doubtful.label, {**doubtful.answers, HTTP_TOKENS: unknown})


def _in_doubt(layer: Layer, reason: Reason) -> Layer:
    def change(_: str, answer: Value) -> Value:
        if isinstance(answer, Known):
            return Unknown(reason, place=answer.place, trace=answer.trace)
        return answer

    return layer.changed(change)


def _joined(layers: Sequence[Layer]) -> Layer:
    answers: dict[str, Value] = {}
    for option in OPTIONS:
        said = [layer.says(option) for layer in layers]
        first = next((answer for answer in said if not isinstance(answer, Absent)), None)
        if first is None:
            continue
        values = [answer.value if isinstance(answer, Known) else None for answer in said]
        if isinstance(first, Known) and any(value != first.value for value in values):
            labels = " and ".join(layer.label for layer in layers)
            first = Unknown(Reason(ReasonKind.DEFAULTS_DIFFER, labels), place=first.place)
        answers[option] = first
    return Layer(Source.REGION_DEFAULT, layers[0].label, answers)
