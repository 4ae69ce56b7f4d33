"""What a rule would have written instead, as data: `report/` makes the text of it, `fix` the edit."""

from __future__ import annotations

from typing import TypeAlias

from imdsguard.model.record import record


@record(frozen=True, slots=True)
class Expression:
    """An expression in native syntax: `aws_launch_template.web.latest_version`."""

    text: str


Plain: TypeAlias = str | bool | int | Expression | tuple[Expression, ...]
"""What an argument is given: a text is a string, without anything interpolated."""


@record(frozen=True, slots=True)
class Instead:
    """Arguments that the resource that is judged should have, by name, in the order in which they are written.

    `block` names the block that they go into where it is another one than the resource's own. `first` is what else
    would do, and is said before them: what would resolve an unknown; `rest` is said behind them, on the same line.
    """

    arguments: tuple[tuple[str, Plain], ...]
    block: str = ""
    first: str = ""
    rest: str = ""

    @classmethod
    def of(cls, **arguments: Plain) -> Instead:
        """Make one of nothing but arguments: `Instead.of(http_tokens="required")`."""
        return cls(tuple(arguments.items()))

    def get(self, name: str) -> Plain | None:
        """Give what an argument should be; None for one that is not spoken of."""
        return dict(self.arguments).get(name)


Remedy: TypeAlias = str | Instead
"""A text that says what to do, or the arguments to write. A text is shown as it is; nothing reads it."""


def preceded(first: str, remedy: Remedy) -> Remedy:
    """Put what else would do before a remedy; either may be empty."""
    if not first:
        return remedy
    if isinstance(remedy, Instead):
        from imdsguard.model.record import replace

        return replace(remedy, first=f"{first}, or\n{remedy.first}" if remedy.first else first)
    return f"{first}, or\n{remedy}" if remedy else first
