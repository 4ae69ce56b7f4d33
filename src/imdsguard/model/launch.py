"""What EC2 will start: launches and what their instances get."""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING

from imdsguard.model.delivery import Delivery
from imdsguard.model.option import HTTP_TOKENS
from imdsguard.model.record import record
from imdsguard.model.service_terms import ServiceTerms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imdsguard.model.layer import LaunchPath
    from imdsguard.model.option import Option
    from imdsguard.model.place import Place
    from imdsguard.model.reason import Reason
    from imdsguard.model.resource import Resource
    from imdsguard.model.scope import Scope
    from imdsguard.model.tags import Tags
    from imdsguard.model.user_data import UserData


class State(str, Enum):
    """Whether instances of a launch answer token-less metadata calls. `DISABLED`: the endpoint is off."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    DISABLED = "disabled"
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


@record(frozen=True, slots=True)
class Coverage:
    """Whether an alarm on one of the token metrics watches a launch. None: cannot be told, `reason` says why."""

    covered: bool | None
    by: tuple[str, ...] = ()
    reason: Reason | None = None


@record(frozen=True, slots=True)
class Launch:
    """One path by which EC2 starts instances, with what those instances will get.

    For a template or a launch configuration: what an instance launched from it gets with nothing more said. For a group
    or a fleet: the worst of what it launches.

    - `reason` says why `state` is unknown; None where it is not.
    - `options` has all options by name, each with its effective value and the trace of it.
    - `via` are the addresses of the templates and other resources that it launches through, each once, in the order of
      `paths`, which are all by which it starts instances: what every layer says, also where another one decides.
    - `follows_account` is False where the account's defaults are not known to reach the instances, nor its metrics to
      show them: those that a service runs in an account of its own.
    - `coverage` says whether an alarm on `MetadataNoTokenRejected` watches it as it is, `once_required` whether one
      would once it requires tokens, `observed` whether one on `MetadataNoToken` takes it in.
    - `delivery` says how the settings get there, `terms` how a managed service speaks of tokens.
    - `starts_later`: an apply only describes it, and instances start when somebody runs it.
    - `boot`, `tagged` and `labelled` make `user_data`, `tags` and `labels` when those are first asked for.
    """

    resource: Resource
    kind: Kind
    scope: Scope
    state: State
    options: Mapping[str, Option]
    reason: Reason | None = None
    via: tuple[str, ...] = ()
    coverage: Coverage = field(default_factory=lambda: Coverage(covered=None))
    once_required: Coverage = field(default_factory=lambda: Coverage(covered=None))
    follows_account: bool = True
    delivery: Delivery = field(default_factory=Delivery)
    observed: Coverage = field(default_factory=lambda: Coverage(covered=None))
    terms: ServiceTerms = field(default_factory=ServiceTerms)
    starts_later: bool = False
    paths: tuple[LaunchPath, ...] = field(default=(), compare=False, repr=False)
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
        """The tags of its instances, by each path by which it starts some: read when first asked for."""
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
