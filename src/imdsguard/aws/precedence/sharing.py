"""Root modules that share an account, as a policy names them: who can see whom.

Within an estate, a provider configuration without credentials of its own (no profile, no role, no keys, no
`allowed_account_ids`) is the same account in every root module: what each is run with, and the policy says that this is
one account. Credentials that are given are the same account where all root modules give the same, and nothing in them
is unknown; all others count as different accounts. Regions are the same only if both are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imdsguard.model.resource import Resource


def groups(names: Sequence[str], estates: Mapping[str, str]) -> list[list[int]]:
    """Return the positions of root modules that stand together; one that is in no estate stands alone."""
    found: dict[object, list[int]] = {}
    for number, name in enumerate(names):
        found.setdefault(estates.get(name, number), []).append(number)
    return list(found.values())


def seen_from(root: str, resource: Resource) -> str:
    """Return the address of a resource as it is told in a root module: with its own root's name if it is another."""
    return resource.address if resource.root == root else f"{resource.root}: {resource.address}"
