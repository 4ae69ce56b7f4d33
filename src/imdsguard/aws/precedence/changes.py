"""What would change the metadata options that a launch gets: each layer tried with another answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.effective import deciding, effective, name_of, state_of
from imdsguard.model.launch import State
from imdsguard.model.layer import Layer
from imdsguard.model.option import HOP_LIMIT, HTTP_ENDPOINT, HTTP_TOKENS, Source
from imdsguard.model.value import Known

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def changes(layers: Sequence[Layer]) -> tuple[str, ...]:
    """Say in sentences what would change tokens, the endpoint and the hop limit. `layers` are those of one path."""
    return (*_tokens(layers), *_endpoint(layers), *_hops(layers))


def _tokens(layers: Sequence[Layer]) -> Iterator[str]:
    """Which layer would require tokens if it said so, and what would hold without the one that decides."""
    state, _ = state_of(effective(layers))
    if state is not State.REQUIRED:
        for at, layer in _settable(layers):
            if _state_with(layers, at, HTTP_TOKENS, "required") is State.REQUIRED:
                yield f'http_tokens = "required" in {name_of(layer)} would require tokens'
    yield from _without(layers, HTTP_TOKENS)


def _endpoint(layers: Sequence[Layer]) -> Iterator[str]:
    """Which layer would switch the metadata service on, or off."""
    state, _ = state_of(effective(layers))
    wanted = "enabled" if state is State.DISABLED else "disabled"
    for at, layer in _settable(layers):
        then = _state_with(layers, at, HTTP_ENDPOINT, wanted)
        if then is not state and (then is State.DISABLED) is (wanted == "disabled"):
            off = ": no metadata, no user data" if then is State.DISABLED else ""
            yield f'http_endpoint = "{wanted}" in {name_of(layer)} would make it {then.value}{off}'
            break  # what is weaker does not count then
    yield from _without(layers, HTTP_ENDPOINT)


def _hops(layers: Sequence[Layer]) -> Iterator[str]:
    """Which layer would decide the hop limit, or what would hold without the one that does."""
    winner = deciding(HOP_LIMIT, layers)
    if winner is None:
        first = next(_settable(layers), None)
        if first is not None:
            default = effective(layers)[HOP_LIMIT].effective
            yield f"{HOP_LIMIT} in {name_of(first[1])} would decide the hop limit, which is {default} by default"
        return
    then = effective(_with(layers, list(layers).index(winner), HOP_LIMIT, None))[HOP_LIMIT]
    now = effective(layers)[HOP_LIMIT]
    if not then.known:
        yield f"without {HOP_LIMIT} in {name_of(winner)} the hop limit would be unknown"
    elif not (then.sensitive or now.sensitive) and then.effective != now.effective:
        yield f"without {HOP_LIMIT} in {name_of(winner)} the hop limit would be {then.effective}"


def _without(layers: Sequence[Layer], option: str) -> Iterator[str]:
    """What the state would be without the layer that decides an option. Of the endpoint only if it matters."""
    winner = deciding(option, layers)
    if winner is None:
        return
    then = _state_with(layers, list(layers).index(winner), option, None)
    if option == HTTP_TOKENS or then is not state_of(effective(layers))[0]:
        yield f"without {option} in {name_of(winner)} it would be {then.value}"


def _settable(layers: Sequence[Layer]) -> Iterator[tuple[int, Layer]]:
    """The layers that can say anything: an image can only require tokens, and only when it is registered."""
    return ((at, layer) for at, layer in enumerate(layers) if layer.source is not Source.AMI)


def _state_with(layers: Sequence[Layer], at: int, option: str, value: str | None) -> State:
    return state_of(effective(_with(layers, at, option, value)))[0]


def _with(layers: Sequence[Layer], at: int, option: str, value: str | None) -> list[Layer]:
    """The layers, one of them with another answer (None: without one)."""
    layer = layers[at]
    answers = {name: answer for name, answer in layer.answers.items() if name != option}
    if value is not None:
        answers[option] = Known(value)
    changed = [*layers]
    changed[at] = Layer(layer.source, layer.label, answers)
    return changed
