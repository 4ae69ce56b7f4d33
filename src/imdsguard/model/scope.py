"""An account and a Region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.account import AccountKind
from imdsguard.model.environment import Stack
from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.model.account import Account
    from imdsguard.model.value import Unknown


@record(frozen=True, slots=True)
class Scope:
    """An account and a Region, as far as the code tells them apart.

    `region` is the Region's name, or the unknown that stands for it. `stack` is the one that
    it is told in.
    """

    account: Account
    region: str | Unknown
    provider: str
    stack: Stack = Stack("")

    def same(self, other: Scope) -> bool | None:
        """Whether both are one account and Region; None where the code does not tell the Regions apart.

        Credentials that may reach different accounts count as different accounts, but where it is not known to which
        instance of a provider with `for_each` (OpenTofu) a resource is bound. A Region that is not known is the same
        Region for all that is bound to the same provider configuration and takes its Region from there. Of two
        stacks this is only to be asked where one estate joins them (`Estate.together`): then equal credentials
        are one account if nothing in them is unknown, and Regions are the same only if both are known.
        """
        elsewhere = self.stack != other.stack
        if self.account != other.account:
            any_of = AccountKind.FOR_EACH in (self.account.kind, other.account.kind)
            return None if any_of and not elsewhere and not self._regions_differ(other) else False
        if elsewhere and not self.account.same_elsewhere(other.account):
            return False
        mine, yours = self.region, other.region
        if isinstance(mine, str) or isinstance(yours, str):
            return mine == yours if isinstance(mine, str) and isinstance(yours, str) else None
        if elsewhere:
            return None
        if mine.reference is not None and mine.reference == yours.reference:
            return True
        return True if self.provider == other.provider and mine == yours else None

    def _regions_differ(self, other: Scope) -> bool:
        return isinstance(self.region, str) and isinstance(other.region, str) and self.region != other.region

    @property
    def region_name(self) -> str | None:
        """The Region's name, or None where the code does not tell."""
        return self.region if isinstance(self.region, str) else None
