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

    from imdsguard.model.environment import Stack
    from imdsguard.model.resource import Resource
    from imdsguard.model.shared_account import SharedAccount


def groups(stacks: Sequence[Stack], joined: Mapping[Stack, SharedAccount]) -> list[list[int]]:
    """Return the positions of stacks that stand together; one of which nothing says where stands alone."""
    found: dict[object, list[int]] = {}
    for number, stack in enumerate(stacks):
        found.setdefault(joined.get(stack, number), []).append(number)
    return list(found.values())


def seen_from(stack: Stack, resource: Resource) -> str:
    """Return the address of a resource as it is told in a stack: with the name of its own if it is another."""
    return resource.address if resource.stack == stack else f"{resource.stack}: {resource.address}"
