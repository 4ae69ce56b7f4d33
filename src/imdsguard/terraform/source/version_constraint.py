"""Versions of modules, and the constraints that calls put on them ("Version Constraints", Terraform documentation)."""

from __future__ import annotations

import re

from imdsguard.model.record import record

_VERSION = re.compile(r"v?(\d{1,9}(?:\.\d{1,9}){0,7})(?:-([0-9A-Za-z.-]{1,100}))?(?:\+[0-9A-Za-z.-]{1,100})?")
_TERM = re.compile(r"\s*(=|!=|>=|<=|~>|>|<)?\s*(\S+)\s*")


@record(frozen=True, slots=True)
class ModuleVersion:
    """A version: its numbers, at least three, and what follows `-`, which comes before the version without it."""

    numbers: tuple[int, ...]
    pre: str = ""

    @classmethod
    def parse(cls, text: str) -> ModuleVersion | None:
        """Read a version, with or without the `v` of a tag; None for another text."""
        match = _VERSION.fullmatch(text)
        if match is None:
            return None
        numbers = [int(part) for part in match[1].split(".")]
        return cls(tuple(numbers + [0] * (3 - len(numbers))), match[2] or "")

    def _key(self) -> tuple[object, ...]:
        parts = [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in self.pre.split(".")]
        return (self.numbers, not self.pre, parts)

    def __lt__(self, other: ModuleVersion) -> bool:
        return self._key() < other._key()

    def __le__(self, other: ModuleVersion) -> bool:
        return self._key() <= other._key()

    def __gt__(self, other: ModuleVersion) -> bool:
        return self._key() > other._key()

    def __ge__(self, other: ModuleVersion) -> bool:
        return self._key() >= other._key()

    def __str__(self) -> str:
        return ".".join(map(str, self.numbers)) + (f"-{self.pre}" if self.pre else "")


@record(frozen=True, slots=True)
class VersionConstraint:
    """What a `version` argument asks for: terms of an operator and a version, all of which must hold."""

    terms: tuple[tuple[str, ModuleVersion], ...]

    @classmethod
    def parse(cls, text: str) -> VersionConstraint | None:
        """Read a constraint; None for a text that Terraform refuses."""
        terms: list[tuple[str, ModuleVersion]] = []
        for part in text.split(","):
            match = _TERM.fullmatch(part)
            version = ModuleVersion.parse(match[2]) if match is not None else None
            if match is None or version is None:
                return None
            if match[1] != "~>":
                terms.append((match[1] or "=", version))
                continue
            written = match[2].removeprefix("v").partition("-")[0].count(".") + 1
            terms += [(">=", version), ("<", _next(version, max(written - 1, 1)))]
        return cls(tuple(terms))

    def admits(self, version: ModuleVersion) -> bool:
        """Whether a version will do. One with a `-` part will do only where just that one is asked for."""
        if version.pre:
            return ("=", version) in self.terms
        return all(_holds(operator, version, bound) for operator, bound in self.terms)

    @property
    def lower(self) -> ModuleVersion | None:
        """The version that none before it will do; None without a bound."""
        return max((bound for operator, bound in self.terms if operator in ("=", ">=", ">")), default=None)

    @property
    def upper(self) -> tuple[ModuleVersion, bool] | None:
        """The version that none after it will do, and whether it does itself; None without a bound."""
        bounds = [(bound, operator != "<") for operator, bound in self.terms if operator in ("=", "<=", "<")]
        return min(bounds, default=None)


def _next(version: ModuleVersion, kept: int) -> ModuleVersion:
    """Give the first version that `~>` keeps out: `~> 1.2` (one number is kept) admits all before 2.0."""
    numbers = [*version.numbers[: kept - 1], version.numbers[kept - 1] + 1]
    return ModuleVersion(tuple(numbers + [0] * (3 - len(numbers))))


def _holds(operator: str, version: ModuleVersion, bound: ModuleVersion) -> bool:
    return {
        "=": version == bound,
        "!=": version != bound,
        ">": version > bound,
        ">=": version >= bound,
        "<": version < bound,
        "<=": version <= bound,
    }[operator]
