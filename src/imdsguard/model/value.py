"""What a configuration says about one setting: known, unknown or absent; never a bare None.

The three answers are different types, so that a reader of a value has to face each of them. Language values
(Terraform's types, marks and refinements) live in `imdsguard.hcl.values`; what stands here is what is left of them
when a resource's argument is asked for, from source, plan or state alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, TypeAlias

from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.model.place import Place
    from imdsguard.model.reason import Reason
    from imdsguard.model.source_map import SourceMap


@record(frozen=True, slots=True)
class Reference:
    """An attribute of a resource instance that an unknown value stands for.

    `address` is absolute within its root module (`module.web["a"].aws_launch_template.this[0]`), `attribute` the path
    below it (`("id",)`; empty for the whole object).
    """

    address: str
    attribute: tuple[str | int, ...] = ()

    def __str__(self) -> str:
        path = "".join(f".{step}" if isinstance(step, str) else f"[{step}]" for step in self.attribute)
        return self.address + path


@record(frozen=True, slots=True)
class Step:
    """One hop of a trace: what was read (`var.tokens`), and the place where that was given its value."""

    label: str
    place: Place | None = None

    def __str__(self) -> str:
        if self.place is None:
            return self.label
        where = f"{self.place.file}:{self.place.line}" if self.place.line else self.place.file
        return f"{self.label} ({where})" if self.label else where


Plain: TypeAlias = str | bool | int | float | tuple["Value", ...] | Mapping[str, "Value"]
"""What a known value may be. Whole numbers are `int`, others `float`; lists, sets and tuples are tuples."""


@record(frozen=True, slots=True)
class Known:
    """A value that can be computed now. `trace` leads from the nearest hop to where it was written.

    A sensitive value may be compared, but must never be shown: reports print `(sensitive)` for it. `written` says where
    the lines of a text are written that this value is, or was made from.
    """

    value: Plain
    place: Place | None = None
    trace: tuple[Step, ...] = ()
    sensitive: bool = False
    written: SourceMap | None = field(default=None, compare=False, repr=False)


@record(frozen=True, slots=True)
class Unknown:
    """A value that the configuration sets but that cannot be computed now, and why.

    `references` name what it stands for, or was built from: one reference means it *is* that attribute if `exact`.
    `sketch` is what is known of a text, with U+FFFC for each stretch that is not; `holes` are the attributes that these
    stretches are, None for one that is something else, or is not told. `symbol` names the one value that it will be:
    unknowns of one symbol in a root module are equal. It has U+FFFC in it, so that it is no known text. `choices` are
    the attributes of which it is one, if it is anything at all; empty where it may be something else.
    """

    reason: Reason
    references: tuple[Reference, ...] = ()
    place: Place | None = None
    trace: tuple[Step, ...] = ()
    exact: bool = False
    sketch: str | None = field(default=None, compare=False, repr=False)
    holes: tuple[Reference | None, ...] = field(default=(), compare=False, repr=False)
    written: SourceMap | None = field(default=None, compare=False, repr=False)
    symbol: str | None = field(default=None, compare=False, repr=False)
    choices: tuple[Reference, ...] = field(default=(), compare=False, repr=False)

    @property
    def reference(self) -> Reference | None:
        """The one attribute this value is equal to, if it is equal to one."""
        return self.references[0] if self.exact and len(self.references) == 1 else None


@record(frozen=True, slots=True)
class Absent:
    """Nothing is set (Terraform makes no difference between a null argument and a missing one).

    `place` is where the null is written, or the block in which the argument could stand.
    """

    place: Place | None = None
    trace: tuple[Step, ...] = field(default=())


Value: TypeAlias = Known | Unknown | Absent


def text_of(value: Value) -> str | None:
    """Return the string if it is a known string, else None."""
    return value.value if isinstance(value, Known) and isinstance(value.value, str) else None


def name_of(value: Value) -> str | None:
    """Return the text that a known value is, or the symbol of an unknown one: names that are equal here are equal."""
    return value.symbol if isinstance(value, Unknown) else text_of(value)
