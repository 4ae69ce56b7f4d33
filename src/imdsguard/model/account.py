"""Which account a provider configuration reaches, as far as the code tells accounts apart."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.model.place import Place
    from imdsguard.model.reason import Reason
    from imdsguard.model.value import Reference, Step


class AccountKind(Enum):
    """By what an account is told: its own id, or the credentials that lead to it. Beside each: what `parts` are."""

    ID = "id"  # the id
    ROLE = "role"  # arguments and their values, those of a role that is assumed among them
    PROFILE = "profile"  # the same, with a profile and no role
    CREDENTIALS = "credentials"  # the same, with neither
    ENVIRONMENT = "environment"  # nothing: the credentials that Terraform is run with
    NOT_CONFIGURED = "not_configured"  # the name of a configuration that is not there
    NOT_TOLD = "not_told"  # the name of the configuration that it may be, or another one
    FOR_EACH = "for_each"  # the name of a configuration that stands for several, and who is bound to one of them
    PROVIDER = "provider"  # in a state: the configuration or the resource of which nothing more is known


@record(frozen=True, slots=True)
class Untold:
    """A value that cannot be computed, by where it comes from: equal ones are one value.

    `origin` is the last hop of its trace, or the place where it stands; `module` the instance that it was read in.
    """

    reference: Reference | None = None
    origin: Step | Place | None = None
    reason: Reason | None = None
    module: str = ""


Part: TypeAlias = str | Untold | tuple["Part", ...] | None
"""A text (numbers and booleans as Terraform writes them), a value that is not known, several of these, or null."""


@record(frozen=True, slots=True)
class Account:
    """Whose resources these are. Equal accounts of one root module are surely one account.

    `known` is false where something in `parts` cannot be computed, or where the configuration itself cannot be told:
    then an equal one in another root module may well be another account.
    """

    kind: AccountKind
    parts: tuple[Part, ...] = ()
    known: bool = True

    @property
    def name(self) -> str | None:
        """The account's id, else the ARN of the role or the name of the profile that leads to it; None if none is told.

        Several names may be one account: it is what a person calls it by, and nothing to compare accounts by.
        """
        if not self.known:
            return None
        if self.kind is AccountKind.ID:
            return next((part for part in self.parts if isinstance(part, str)), None)
        named = dict(_texts(self.parts))
        return named.get("role_arn") or named.get("profile")

    def same_elsewhere(self, other: Account) -> bool:
        """Whether both are one account although they stand in different root modules, which one estate joins."""
        return self.known and other.known and self == other


def _texts(parts: tuple[Part, ...]) -> Iterator[tuple[str, str]]:
    """Give the arguments that are texts, by name: of several roles, each assumes the next, and the last one counts."""
    for part in parts:
        if not isinstance(part, tuple):
            continue
        if len(part) == 2 and isinstance(part[0], str) and isinstance(part[1], str):
            yield part[0], part[1]
        else:
            yield from _texts(part)


ENVIRONMENT = Account(AccountKind.ENVIRONMENT)


def account_id(number: str) -> Account:
    """Make the account with this id."""
    return Account(AccountKind.ID, (number,))


def wholly_told(parts: tuple[Part, ...]) -> bool:
    """Whether nothing in these is a value that cannot be computed."""
    return not any(isinstance(part, Untold) or (isinstance(part, tuple) and not wholly_told(part)) for part in parts)
