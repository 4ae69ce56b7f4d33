"""Everything the rules see, and what of it is deployed already."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING

from imdsguard.model.consequences import Consequences
from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from imdsguard.model.alarm import Alarm
    from imdsguard.model.assumption import AssumedDefault
    from imdsguard.model.environment import Stack
    from imdsguard.model.image import Image
    from imdsguard.model.launch import Launch
    from imdsguard.model.organization import OrganizationPolicy
    from imdsguard.model.readiness import LaunchAnswer
    from imdsguard.model.region_default import RegionDefault
    from imdsguard.model.scope import Scope
    from imdsguard.model.shared_account import SharedAccount


@record(frozen=True, slots=True)
class History:
    """`states` are the roots that are states, `plans` those that are plans; of source nobody knows what is deployed.

    `earlier` makes the estate as it is before the plans: what they say the resources were, deleted ones too.
    """

    plans: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    earlier: Callable[[], Estate] | None = field(default=None, compare=False, repr=False)


NOTHING_KNOWN = History()


@record(frozen=True)
class Estate:
    """All that rules are asked about: launches, the defaults, images and policies above them, and the alarms on them.

    `joined` says which stacks share an account with others, `assumed` is what the policy says of Region defaults that
    are set outside the code. `history` says what is deployed already. `unread` has the stacks of which a module could
    not be read, with what such modules may make. `readiness` has what CloudWatch said of the running instances of
    launches, by stack and address; nothing where nobody has asked. `showing` are the stacks of a module's repository
    that only show the module, and are deployed nowhere; `modules` is what the modules that they call launch with their
    own defaults, which these stacks may override: no part of what is deployed, and asked only for scripts.
    `foresee` makes what `consequences_of` gives.
    """

    launches: tuple[Launch, ...] = ()
    region_defaults: tuple[RegionDefault, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    images: tuple[Image, ...] = ()
    organization_policies: tuple[OrganizationPolicy, ...] = ()
    joined: Mapping[Stack, SharedAccount] = field(default_factory=dict)
    assumed: tuple[AssumedDefault, ...] = ()
    history: History = field(default=NOTHING_KNOWN, repr=False, compare=False)
    unread: Mapping[Stack, frozenset[str]] = field(default_factory=dict)
    readiness: Mapping[tuple[Stack, str], LaunchAnswer] = field(default_factory=dict)
    showing: frozenset[Stack] = frozenset()
    modules: tuple[Launch, ...] = field(default=(), repr=False, compare=False)
    foresee: Callable[[Launch, Estate], Consequences] | None = field(default=None, compare=False, repr=False)

    def consequences_of(self, launch: Launch) -> Consequences:
        """Say what comes of requiring tokens on a launch: what breaks, and whether running instances get the change.

        Read now, as that takes time.
        """
        return self.foresee(launch, self) if self.foresee is not None else Consequences()

    @property
    def before(self) -> Estate | None:
        """The estate as it is before the plans that this one is read from, resources that they delete included.

        None where nothing is a plan.
        """
        return self.history.earlier() if self.history.earlier is not None else None

    def together(self, stack: Stack, other: Stack) -> bool:
        """Whether what stands in one stack may reach launches in the other: the same one, or one account."""
        return stack == other or (stack in self.joined and self.joined[stack] == self.joined.get(other))

    def wholly_read(self, stack: Stack, what: str) -> bool:
        """Whether all was read that may make `what` (`alarm`, `region_default`) around a stack's launches.

        What is not seen is then not there.
        """
        account = self.joined.get(stack)
        return stack not in self._unread_of[what] and (account is None or account not in self._unread_of[what])

    @cached_property
    def _unread_of(self) -> Mapping[str, set[Stack | SharedAccount]]:
        """What such modules may make, with the stacks that they are in and the accounts that these are joined into."""
        found: dict[str, set[Stack | SharedAccount]] = defaultdict(set)
        for stack, made in self.unread.items():
            for what in made:
                found[what] |= {stack, self.joined.get(stack, stack)}
        return found

    def assumed_default(self, scope: Scope) -> AssumedDefault | None:
        """What the policy says of the Region default there, which counts where the code has none."""
        named = next((each for each in self.assumed if each.region is not None and each.region == scope.region), None)
        return named or next((each for each in self.assumed if each.region is None), None)

    def templates_of(self, launch: Launch) -> tuple[Launch, ...]:
        """Return the templates and launch configurations in the code that a launch goes through."""
        stack = launch.resource.stack
        return tuple(self._users[(stack, address)][0] for address in launch.via if (stack, address) in self._users)

    def users_of(self, template: Launch) -> tuple[Launch, ...]:
        """Return what launches through a template or launch configuration."""
        return tuple(self._users.get((template.resource.stack, template.address), [template])[1:])

    def launch_at(self, stack: Stack, address: str) -> Launch | None:
        """Return the launch with this address in a stack."""
        return self._places.get((stack, address))

    def starting_in(self, stack: Stack) -> Sequence[Launch]:
        """Return the launches of a stack that start instances themselves."""
        return self._starting.get(stack, ())

    @cached_property
    def _starting(self) -> dict[Stack, list[Launch]]:
        """Launches that start instances, by stack."""
        found: dict[Stack, list[Launch]] = {}
        for launch in self.launches:
            if launch.starts_instances:
                found.setdefault(launch.resource.stack, []).append(launch)
        return found

    def readiness_of(self, launch: Launch) -> LaunchAnswer | None:
        """Return what CloudWatch said of a launch's running instances; None where nobody has asked."""
        return self.readiness.get((launch.resource.stack, launch.address))

    @cached_property
    def _places(self) -> dict[tuple[Stack, str], Launch]:
        """Launches by stack and address."""
        return {(each.resource.stack, each.address): each for each in self.launches}

    @cached_property
    def _users(self) -> dict[tuple[Stack, str], list[Launch]]:
        """Templates by stack and address, each followed by its users. Made once: rules ask for every launch."""
        users = {
            (launch.resource.stack, launch.address): [launch] for launch in self.launches if not launch.starts_instances
        }
        for launch in self.launches:
            for address in launch.via:
                found = users.get((launch.resource.stack, address))
                if found is not None:
                    found.append(launch)
        return users
