"""Bounds on evaluation: hostile code may be slow to compute, but never for us.

Every bound has a generous default; reaching one raises `LimitReached`, which ends up as an unknown value with that
reason.
"""

from __future__ import annotations

import time
from dataclasses import field

from imdsguard.hcl.errors import LimitReached
from imdsguard.model.record import record


@record(frozen=False, slots=True)
class Meter:
    """What one root module's evaluation has used so far."""

    steps: int = 0
    depth: int = 0
    instances: int = 0
    bytes: int = 0
    deadline: float | None = None


@record(frozen=True, slots=True)
class Bounds:
    """The bounds on one root module, and what it has used (`meter`). Share one object among all scopes of a root."""

    max_depth: int = 100
    """How deep references may go through each other (locals, variables, outputs, templates)."""
    max_steps: int = 2_000_000
    """How many operations: each node of an expression, each element of a loop or of a collection made."""
    max_string: int = 16 * 1024 * 1024
    """Characters of one string."""
    max_items: int = 200_000
    """Elements of one collection."""
    max_bytes: int = 192 * 1024 * 1024
    """Characters and elements (150 each) of all values made, together."""
    max_weight: int = 2_000_000
    """Size of one value when written out: values in it, and characters by 64."""
    max_nesting: int = 150
    """How deep collections may stand in each other."""
    max_instances: int = 20_000
    """Resource and module instances."""
    max_seconds: float = 30.0
    """Time per root module."""
    meter: Meter = field(default_factory=Meter, compare=False)

    def renew(self) -> None:
        """Begin to count anew: for one more expression in a configuration that is open."""
        meter = self.meter
        meter.steps = meter.instances = meter.bytes = 0
        meter.deadline = None

    def step(self, count: int = 1) -> None:
        """Count work. Raises `LimitReached` past the steps or the time."""
        meter = self.meter
        before = meter.steps
        meter.steps = now = before + count
        if now > self.max_steps:
            raise LimitReached(f"evaluation takes more than {self.max_steps} steps")
        if before >> 12 != now >> 12:
            self.check_time()

    def check_time(self) -> None:
        """Raise `LimitReached` if the root's time is up; the clock starts at the first call."""
        now = time.monotonic()
        if self.meter.deadline is None:
            self.meter.deadline = now + self.max_seconds
        elif now > self.meter.deadline:
            raise LimitReached(f"evaluation takes longer than {self.max_seconds:g} seconds")

    def text(self, length: int) -> None:
        """Count a string of that many characters, before it is made. Raises `LimitReached` where that is too many."""
        if length > self.max_string:
            raise LimitReached(f"a string is longer than {self.max_string} characters")
        self._bytes(length)

    def items(self, count: int) -> None:
        """Count a collection of that many elements, before it is made. Raises `LimitReached` where that is too many."""
        if count > self.max_items:
            raise LimitReached(f"a collection has more than {self.max_items} elements")
        self.step(count)
        self._bytes(150 * count)

    def size(self, weight: int, depth: int) -> None:
        """Check the weight and the depth of a value (as `values/size.py` gives them). Raises `LimitReached`."""
        if weight > self.max_weight:
            raise LimitReached(f"a value has more than {self.max_weight} parts")
        if depth > self.max_nesting:
            raise LimitReached(f"a value nests deeper than {self.max_nesting} levels")

    def _bytes(self, count: int) -> None:
        self.meter.bytes += count
        if self.meter.bytes > self.max_bytes:
            raise LimitReached(f"evaluation makes more than {self.max_bytes} bytes of values")

    def instances(self, count: int) -> None:
        """Count that many more resource or module instances. Raises `LimitReached` where the root has too many."""
        self.meter.instances += count
        if self.meter.instances > self.max_instances:
            raise LimitReached(f"there are more than {self.max_instances} instances")

    def enter(self) -> None:
        """Go one reference deeper. Raises `LimitReached`; every `enter` that returns needs its `leave`."""
        if self.meter.depth >= self.max_depth:
            raise LimitReached(f"references go more than {self.max_depth} deep")
        self.meter.depth += 1

    def leave(self) -> None:
        """Come back from `enter`."""
        self.meter.depth -= 1
