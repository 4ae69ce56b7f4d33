"""What a policy says of what no single root module shows: `estates` and `assume`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.model.assumption import AssumedDefault
from imdsguard.model.record import record
from imdsguard.policy.errors import PolicyError, nearest
from imdsguard.policy.nodes import Items, Node, Scalar, Table, kind_of
from imdsguard.policy.shapes import table_of, word_of

if TYPE_CHECKING:
    from collections.abc import Iterable

TOKENS = ("required", "optional", "no-preference")
_ESTATE_KEYS = ("roots",)
_ASSUME_KEYS = ("region_default",)
_REGION = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-[0-9]{1,2}")


@record(frozen=True, slots=True)
class Stacks:
    """An estate: the root modules that match one of `globs` share an account. Globs count from the folder `base`."""

    name: str
    globs: tuple[Scalar, ...]
    base: str


@record(frozen=True, slots=True)
class Assumptions:
    """What lies outside: estates by name, and what Region defaults are where the code sets none."""

    estates: tuple[Stacks, ...] = ()
    assumed: tuple[AssumedDefault, ...] = ()

    def over(self, base: Assumptions) -> Assumptions:
        """Give what both say together: this one counts, estate by estate, and for all that is assumed as a whole."""
        mine = {estate.name for estate in self.estates}
        kept = tuple(estate for estate in base.estates if estate.name not in mine)
        return Assumptions(kept + self.estates, self.assumed or base.assumed)

    def joined(self, roots: Iterable[str]) -> dict[str, str]:
        """Give the estate of each root module that is in one; names are relative to the working directory.

        Raises `PolicyError` where two estates claim one root module.
        """
        if not self.estates:
            return {}
        from imdsguard.policy.match import matches_path

        found: dict[str, str] = {}
        for root in roots:
            for estate in self.estates:
                glob = next((glob for glob in estate.globs if matches_path(root, glob.text, estate.base)), None)
                if glob is None:
                    continue
                if root in found:
                    message = f'{root} is in two estates, "{found[root]}" and "{estate.name}": it can be in one only'
                    raise PolicyError(message, glob.place)
                found[root] = estate.name
        return found


def read_estates(node: Node, base: str) -> tuple[Stacks, ...]:
    """Read `estates`: names, each with `roots`. Raises `PolicyError`."""
    found = []
    for name, value in table_of(node, "estates").entries:
        table = table_of(value, f"the estate {name.text}")
        for key, _ in table.entries:
            if key.text not in _ESTATE_KEYS:
                raise PolicyError(f'an estate has no key "{key.text}"{nearest(key.text, _ESTATE_KEYS)}', key.place)
        roots = table.get("roots")
        if roots is None:
            raise PolicyError(f'the estate {name.text} needs `roots: ["folder/*", ...]`', name.place)
        if not isinstance(roots, Items):
            raise PolicyError(f"{name.text}: roots must be a list of globs, not {kind_of(roots)}", roots.place)
        globs = []
        for item in roots.items:
            if not isinstance(item, Scalar) or not item.text or "\0" in item.text:
                raise PolicyError(f"{name.text}: a root is a glob on folders, not {kind_of(item)}", item.place)
            globs.append(item)
        found.append(Stacks(name.text, tuple(globs), base))
    return tuple(found)


def read_assume(node: Node) -> tuple[AssumedDefault, ...]:
    """Read `assume`. Raises `PolicyError`."""
    table = table_of(node, "assume")
    for key, _ in table.entries:
        if key.text not in _ASSUME_KEYS:
            raise PolicyError(f'assume has no key "{key.text}"{nearest(key.text, _ASSUME_KEYS)}', key.place)
    default = table.get("region_default")
    if default is None:
        return ()
    if not isinstance(default, Table):
        return (AssumedDefault(word_of(default, "region_default", TOKENS), default.place),)
    found = []
    for key, value in default.entries:
        if not _REGION.fullmatch(key.text):
            raise PolicyError(f'region_default: "{key.text[:60]}" is not the name of a Region', key.place)
        found.append(AssumedDefault(word_of(value, f"region_default of {key.text}", TOKENS), value.place, key.text))
    return tuple(found)
