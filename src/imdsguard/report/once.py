"""What is the same in several environments of a root module, told once with their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

Told = TypeVar("Told")


class InEnvironment(Protocol):
    """Something of a root module; `environment` is "" where that is judged without."""

    @property
    def root(self) -> str:
        """The root module."""
        ...

    @property
    def environment(self) -> str:
        """The environment in which it was judged."""
        ...


def told_once(
    told: Iterable[tuple[InEnvironment, Told]], key: Callable[[Told], Hashable]
) -> list[tuple[Told, list[str]]]:
    """Give what is told of each thing, in order, with the environments in which the same is told.

    Equal `key`s are the same. Outside of environments nothing is put together: there equal texts are of two things.
    """
    found: dict[Hashable, tuple[Told, list[str]]] = {}
    for number, (thing, each) in enumerate(told):
        same: Hashable = (thing.root, key(each)) if thing.environment else number
        _, names = found.setdefault(same, (each, []))
        names += [thing.environment] if thing.environment else []
    return list(found.values())
