"""Which stack gave what: Region defaults and alarms by the names under which launches tell of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.option import Source

if TYPE_CHECKING:
    from imdsguard.model.consequences import Consequences
    from imdsguard.model.environment import Stack
    from imdsguard.model.estate import Estate
    from imdsguard.model.launch import Launch
    from imdsguard.model.option import Option
    from imdsguard.model.resource import Resource


class Givers:
    """Finds them for one estate. A launch names what stands in another stack with that one's name before it."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        resources = [each.resource for each in estate.region_defaults]
        resources += [each.resource for each in estate.alarms]
        self._own = {(each.stack, each.address): each for each in resources}
        self._elsewhere = {f"{each.stack}: {each.address}": each for each in resources}

    def of_option(self, option: Option, launch: Launch) -> dict[str, str] | None:
        """Name the resource in the code that decides an option; None where there is none."""
        if option.source in (Source.SERVICE_DEFAULT, Source.UNKNOWN) or not option.trace:
            return None
        label = option.trace[0].label
        if option.source is Source.REGION_DEFAULT:
            return self._named(label, launch)
        return _of_stack(launch.resource.stack, label, launch)

    def of_alarms(self, launch: Launch) -> list[dict[str, str]]:
        """Name the alarms that watch a launch."""
        found = (self._named(label, launch) for label in launch.coverage.by)
        return [each for each in found if each is not None]

    def estate_of(self, launch: Launch) -> str | None:
        """The estate that a launch's root module is joined to, or the account that several stacks share."""
        shared = self._estate.joined.get(launch.resource.stack)
        return (shared.estate or shared.account) if shared is not None else None

    def consequences_of(self, launch: Launch) -> Consequences:
        """What comes of requiring tokens on a launch."""
        return self._estate.consequences_of(launch)

    def account_of(self, launch: Launch) -> str | None:
        """What people call a launch's account: the policy's name for it, else what the code tells; None if nothing."""
        shared = self._estate.joined.get(launch.resource.stack)
        return (shared.account if shared is not None else "") or launch.scope.account.name

    def _named(self, label: str, launch: Launch) -> dict[str, str] | None:
        found: Resource | None = self._own.get((launch.resource.stack, label)) or self._elsewhere.get(label)
        return _of_stack(found.stack, found.address, launch) if found is not None else None


def _of_stack(stack: Stack, address: str, launch: Launch) -> dict[str, str]:
    """Name what stands in a stack, with its environment where that is not the launch's own."""
    other = stack.environment and stack != launch.resource.stack
    environment = {"environment": stack.environment} if other else {}
    return {"root": stack.root, **environment, "address": address}
