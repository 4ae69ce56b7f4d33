"""A layer of precedence, one place that may set metadata options, and a path: the layers that one launch asks."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from imdsguard.model.record import record
from imdsguard.model.value import Absent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imdsguard.model.option import Source
    from imdsguard.model.value import Step, Value

NOTHING = Absent()


@record(frozen=True, slots=True)
class Layer:
    """What one layer says about each option; an option that it does not set is absent. `label` opens the trace.

    An image is not `sure` where its family tells what it says, or where nothing is known of it. `unset` are the ways of
    arguments that are there and null: what switched them off.
    """

    source: Source
    label: str
    answers: Mapping[str, Value]
    sure: bool = True
    unset: Mapping[str, tuple[Step, ...]] = field(default_factory=dict, compare=False, repr=False)

    def says(self, option: str) -> Value:
        """Return the layer's answer for one option."""
        return self.answers.get(option, NOTHING)

    def named(self, label: str) -> Layer:
        """Return the layer under another label."""
        return Layer(self.source, label, self.answers, self.sure, self.unset)

    def changed(self, change: Callable[[str, Value], Value]) -> Layer:
        """Return the layer with every answer passed through `change(option, answer)`."""
        answers = {name: change(name, answer) for name, answer in self.answers.items()}
        return Layer(self.source, self.label, answers, self.sure, self.unset)


@record(frozen=True, slots=True)
class LaunchPath:
    """One path by which a launch starts instances: the layers that it asks, strongest first.

    `via` is the address of what it launches through: a launch template, a launch configuration, or the resource that
    launches for a service (a group, a cluster). Empty where the launch needs none, or it is not in the code.
    """

    layers: tuple[Layer, ...]
    via: str = ""
