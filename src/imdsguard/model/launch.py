"""What AWS will do: launches and their effective settings, and what stands behind them."""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING

from imdsguard.model.delivery import Delivery
from imdsguard.model.history import NOTHING_KNOWN, History
from imdsguard.model.record import sealed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imdsguard.model.assumption import AssumedDefault
    from imdsguard.model.flaw import Flaw
    from imdsguard.model.image import Image
    from imdsguard.model.layer import Way
    from imdsguard.model.organization import OrganizationPolicy
    from imdsguard.model.place import Place
    from imdsguard.model.resource import Resource
    from imdsguard.model.tags import Tags
    from imdsguard.model.user_data import UserData
    from imdsguard.model.value import Step, Unknown

HTTP_TOKENS = "http_tokens"
HTTP_ENDPOINT = "http_endpoint"
HOP_LIMIT = "http_put_response_hop_limit"
OPTIONS = (HTTP_TOKENS, HTTP_ENDPOINT, HOP_LIMIT, "http_protocol_ipv6", "instance_metadata_tags")
"""The metadata options, in the order of reports. (EC2 User Guide, "Configure the Instance Metadata Service options")"""


SERVICE_DEFAULTS: Mapping[str, str | int] = {
    HTTP_TOKENS: "optional",
    HTTP_ENDPOINT: "enabled",
    HOP_LIMIT: 1,
    "http_protocol_ipv6": "disabled",
    "instance_metadata_tags": "disabled",
}
"""What EC2 does where nobody sets an option. (EC2 User Guide, same page)"""


class State(str, Enum):
    """Whether instances of a launch answer token-less metadata calls. `DISABLED`: the endpoint is off."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    DISABLED = "disabled"
    UNKNOWN = "unknown"


class Source(str, Enum):
    """Which layer decided an option, strongest first (EC2 User Guide, same page: order of precedence)."""

    LAUNCH = "launch"
    LAUNCH_TEMPLATE = "launch_template"
    REGION_DEFAULT = "region_default"
    AMI = "ami"
    SERVICE_DEFAULT = "service_default"
    UNKNOWN = "unknown"


class Kind(str, Enum):
    """By which means EC2 starts instances."""

    INSTANCE = "instance"
    TEMPLATE = "launch template"
    CONFIGURATION = "launch configuration"
    GROUP = "autoscaling group"
    FLEET = "fleet"
    NODE_GROUP = "node group"
    SPOT_REQUEST = "spot request"
    SERVICE = "managed service"


@sealed(frozen=True, slots=True)
class Option:
    """The effective value of one metadata option. `value` is None when unknown, or when nothing ever sets it.

    `reason` says why it is unknown. `trace` starts at the argument that decided and ends where its value is written.
    A `sensitive` value may be compared, but reports print `(sensitive)` for it.
    """

    name: str
    value: str | int | None
    source: Source
    place: Place | None = None
    trace: tuple[Step, ...] = ()
    reason: str | None = None
    sensitive: bool = False

    @property
    def known(self) -> bool:
        """Whether the value is what AWS will use."""
        return self.source is not Source.UNKNOWN

    @property
    def effective(self) -> str | int | None:
        """What AWS will use: `value`, or the service default where nothing sets it; None when unknown."""
        return SERVICE_DEFAULTS.get(self.name) if self.source is Source.SERVICE_DEFAULT else self.value

    @property
    def because(self) -> str:
        """Which layer gives the option which value, in words that follow a colon."""
        if not self.known:
            return self.reason or f"{self.name} cannot be computed"
        value = "a sensitive value" if self.sensitive else f'"{self.effective}"'
        if self.source is Source.SERVICE_DEFAULT:
            return f"nothing sets {self.name}, and the service's own default is {value}"
        layer = self.trace[0].label if self.trace else "the launch"
        if self.source is Source.REGION_DEFAULT:
            return f"{self.name} is {value} by the Region default {layer}"
        if self.source is Source.AMI:
            return f"{self.name} is {value} by the image {layer}"
        return f"{self.name} is {value} in {layer}"


@sealed(frozen=True, slots=True)
class Scope:
    """An account and a Region, as far as the code tells them apart.

    `account` is compared, never shown. `region` is the Region's name, or the unknown that stands for it. `root` is the
    root module, and `portable` whether an equal `account` in another one means the same account (see `Provider`).
    """

    account: str
    region: str | Unknown
    provider: str
    root: str = ""
    portable: bool = True

    def same(self, other: Scope) -> bool | None:
        """Whether both are one account and Region; None where the code does not tell the Regions apart.

        Credentials that may reach different accounts count as different accounts. A Region that is not known is the
        same Region for all that is bound to the same provider configuration and takes its Region from there. Of two
        root modules this is only to be asked where one estate joins them (`Estate.together`): then equal credentials
        are one account if nothing in them is unknown, and Regions are the same only if both are known.
        """
        if self.account != other.account:
            return False
        elsewhere = self.root != other.root
        if elsewhere and not (self.portable and other.portable):
            return False
        mine, yours = self.region, other.region
        if isinstance(mine, str) or isinstance(yours, str):
            return mine == yours if isinstance(mine, str) and isinstance(yours, str) else None
        if elsewhere:
            return None
        if mine.reference is not None and mine.reference == yours.reference:
            return True
        return True if self.provider == other.provider and mine == yours else None

    @property
    def region_name(self) -> str | None:
        """The Region's name, or None where the code does not tell."""
        return self.region if isinstance(self.region, str) else None


@sealed(frozen=True, slots=True)
class Coverage:
    """Whether an alarm on one of the token metrics watches a launch. None: cannot be told, `reason` says why."""

    covered: bool | None
    by: tuple[str, ...] = ()
    reason: str | None = None


@sealed(frozen=True, slots=True)
class Launch:
    """One path by which EC2 starts instances, with what those instances will get.

    For a template or a launch configuration: what an instance launched from it gets with nothing more said.
    For a group or a fleet: the worst of what it launches, and `through` names the templates it launches through.
    `reason` says why `state` is unknown. `follows_account` is False where the account's defaults are not known to reach
    the instances, nor its metrics to show them: those that a service runs in an account of its own. `delivery` says how
    the settings get there, `observed` whether an alarm on `MetadataNoToken` takes the launch in. `ways` are those by
    which it starts instances: what every layer says, also where another one decides.
    """

    resource: Resource
    kind: Kind
    scope: Scope
    state: State
    options: Mapping[str, Option]
    reason: str | None = None
    through: tuple[str, ...] = ()
    coverage: Coverage = field(default_factory=lambda: Coverage(covered=None))
    follows_account: bool = True
    delivery: Delivery = field(default_factory=Delivery)
    observed: Coverage = field(default_factory=lambda: Coverage(covered=None))
    ways: tuple[Way, ...] = field(default=(), compare=False, repr=False)
    boot: Callable[[], UserData] | None = field(default=None, compare=False, repr=False)
    tagged: Callable[[], tuple[Tags, ...]] | None = field(default=None, compare=False, repr=False)
    labelled: Callable[[], tuple[Tags, ...]] | None = field(default=None, compare=False, repr=False)

    @property
    def address(self) -> str:
        """Terraform's address of the resource that launches."""
        return self.resource.address

    @property
    def user_data(self) -> UserData:
        """What it runs at boot, by its own arguments: read now, as that takes time."""
        from imdsguard.model.user_data import NO_USER_DATA

        return self.boot() if self.boot is not None else NO_USER_DATA

    @property
    def tags(self) -> tuple[Tags, ...]:
        """The tags of its instances, by each way in which it starts some: read when first asked for."""
        return self.tagged() if self.tagged is not None else ()

    @property
    def labels(self) -> tuple[Tags, ...]:
        """The tags that people write on the launch itself, `default_tags` of its provider included.

        What its instances get is another matter: see `tags`.
        """
        return self.labelled() if self.labelled is not None else ()

    @property
    def tokens(self) -> Option:
        """The effective `http_tokens`."""
        return self.options[HTTP_TOKENS]

    @property
    def starts_instances(self) -> bool:
        """Whether it starts instances itself; a template or a launch configuration only says how others start them."""
        return self.kind not in (Kind.TEMPLATE, Kind.CONFIGURATION)

    @property
    def place(self) -> Place:
        """Where to change the answer: the argument that decided `http_tokens`, else the resource."""
        return self.tokens.place or self.resource.place


@sealed(frozen=True, slots=True)
class RegionDefault:
    """An `aws_ec2_instance_metadata_defaults`: options are as written, `no-preference` and -1 included."""

    resource: Resource
    scope: Scope
    options: Mapping[str, Option]

    @property
    def address(self) -> str:
        """Terraform's address."""
        return self.resource.address


@sealed(frozen=True, slots=True)
class Alarm:
    """An alarm on one of the two token metrics, or on a name that surely means one.

    `metric` is as written; `covers` are addresses of launches, `names` those of instances whose id its dimensions name,
    in whatever Region. `flaws` keep it from firing or from being heard. `asked` says of a launch what the alarm sees of
    it by its Region and by what it looks at; its reason is set wherever the answer is not yes.
    """

    resource: Resource
    scope: Scope
    metric: str
    covers: tuple[str, ...] = ()
    everything: bool = False
    names: tuple[str, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    asked: Callable[[Launch], Coverage] | None = field(default=None, compare=False, repr=False)

    @property
    def address(self) -> str:
        """Terraform's address."""
        return self.resource.address


_MADE = ("", "")
"""What no address is: marks an index as made, though nothing is in it."""


@sealed(frozen=True, slots=True)
class Estate:
    """Everything the rules see: what will be launched, and what stands behind it and watches it.

    `joined` gives root modules the name of the estate in which they share an account with others, `assumed` is what the
    policy says of Region defaults that are set outside the code. `history` says what is deployed already.
    """

    launches: tuple[Launch, ...] = ()
    region_defaults: tuple[RegionDefault, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    images: tuple[Image, ...] = ()
    organization_policies: tuple[OrganizationPolicy, ...] = ()
    joined: Mapping[str, str] = field(default_factory=dict)
    assumed: tuple[AssumedDefault, ...] = ()
    history: History = field(default=NOTHING_KNOWN, repr=False, compare=False)
    _users: dict[tuple[str, str], list[Launch]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _places: dict[tuple[str, str], Launch] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def before(self) -> Estate | None:
        """The estate as it is before the plans that this one is read from, resources that they delete included.

        None where nothing is a plan.
        """
        return self.history.earlier() if self.history.earlier is not None else None

    def together(self, root: str, other: str) -> bool:
        """Whether what stands in one root module may reach launches in the other: the same one, or the same estate."""
        return root == other or (root in self.joined and self.joined[root] == self.joined.get(other))

    def assumed_default(self, scope: Scope) -> AssumedDefault | None:
        """What the policy says of the Region default there, which counts where the code has none."""
        named = next((each for each in self.assumed if each.region is not None and each.region == scope.region), None)
        return named or next((each for each in self.assumed if each.region is None), None)

    def templates_of(self, launch: Launch) -> tuple[Launch, ...]:
        """Return the templates and launch configurations in the code that a launch goes through."""
        index = self._index()
        root = launch.resource.root
        return tuple(index[(root, address)][0] for address in launch.through if (root, address) in index)

    def users_of(self, template: Launch) -> tuple[Launch, ...]:
        """Return what launches through a template or launch configuration."""
        return tuple(self._index().get((template.resource.root, template.address), [template])[1:])

    def launch_at(self, root: str, address: str) -> Launch | None:
        """Return the launch with this address in a root module."""
        if not self._places and self.launches:
            self._places.update(((each.resource.root, each.address), each) for each in self.launches)
        return self._places.get((root, address))

    def _index(self) -> dict[tuple[str, str], list[Launch]]:
        """Templates by root and address, each followed by its users. Made once: rules ask for every launch."""
        if not self._users:
            self._users[_MADE] = []
            for launch in self.launches:
                if not launch.starts_instances:
                    self._users[(launch.resource.root, launch.address)] = [launch]
            for launch in self.launches:
                for address in launch.through:
                    found = self._users.get((launch.resource.root, address))
                    if found is not None:
                        found.append(launch)
        return self._users
