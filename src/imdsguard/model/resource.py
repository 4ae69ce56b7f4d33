"""One resource instance, the same whether it was read from HCL, a plan or a state."""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from imdsguard.model.environment import Stack
from imdsguard.model.record import record
from imdsguard.model.value import Absent

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.model.account import Account
    from imdsguard.model.place import Place
    from imdsguard.model.value import Reference, Unknown, Value


class Body(Protocol):
    """The arguments and nested blocks of a resource or a block, evaluated when asked for and not before."""

    @property
    def place(self) -> Place:
        """Where the block stands (its header in HCL)."""
        ...

    def attribute(self, name: str) -> Value:
        """Return what the argument `name` is set to. Never raises: an error in the code is an unknown value."""
        ...

    def blocks(self, name: str) -> Blocks:
        """Return the nested blocks of type `name`, `dynamic` ones expanded, in order.

        Arguments that hold an object or a list of objects (`metadata_options = { ... }`, as in awscc and JSON
        syntax) are answered in the same way.
        """
        ...


@record(frozen=True, slots=True)
class Blocks:
    """Nested blocks of one type. `unknown` is set if there may be others that cannot be computed (then why).

    `possible` are all that those others may be; None where they may be anything.
    """

    items: tuple[Body, ...] = ()
    unknown: Unknown | None = None
    possible: tuple[Body, ...] | None = None


class Action(Enum):
    """What a plan does to a resource. `NONE` in source and state, where nothing is said about it.

    What is deleted is not among what will be: `DELETE` is said of what is deployed before.
    """

    NONE = "none"
    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    NO_OP = "no-op"
    FORGET = "forget"
    DELETE = "delete"


@record(frozen=True, slots=True)
class Provider:
    """The provider configuration that a resource is bound to.

    `name` is the root module's (`aws`, `aws.use1`; `module.m:aws` for one that a module configures itself).
    Two configurations that may reach different accounts differ in `account`. `region` may be unknown: set by the
    environment or a profile.
    `tagged` reads `default_tags` when they are first asked for.
    """

    name: str
    account: Account
    region: Value
    tagged: Callable[[], Value] | None = field(default=None, compare=False, repr=False)

    @property
    def default_tags(self) -> Value:
        """The map of tags that it gives all it makes."""
        return self.tagged() if self.tagged is not None else Absent()


@record(frozen=True, slots=True)
class LocalFile:
    """A file that an argument names. `name` is its path there, `content` its text: absent for what is no text."""

    name: str
    content: Value


@record(frozen=True, slots=True)
class Provisioner:
    """What Terraform does on a machine once a resource is made, or before it is destroyed.

    `kind` is "remote-exec" or "file". `connections` are the blocks that say with which machine, the one that counts
    more first. `files` reads the files that an argument names (`script`, `scripts`, `source`), all those of a folder.
    """

    kind: str
    body: Body
    connections: tuple[Body, ...]
    files: Callable[[str], tuple[LocalFile, ...]]


@record(frozen=True, slots=True)
class ProviderBound:
    """The newest version of a provider that can be there: `newest` as numbers, or all before it, if that is not it.

    `source` is `hashicorp/aws`; `written` is what says so, at `place`: the version in a lock file, or a constraint.
    """

    source: str
    newest: tuple[int, ...]
    written: str
    place: Place


@record(frozen=True, slots=True)
class Resource:
    """One instance of a managed resource or data source.

    `address` is Terraform's own, absolute within `root` (the root module's folder, or the plan's file), which
    `environment` is one of: "" where it is judged without.
    `region` is the resource's own argument, else its provider's.
    `instances` is set where count or for_each cannot be computed: the resource then stands for none, one or many; for
    one at least if it is `certain`.
    `ignored` are the arguments under `ignore_changes` (("all",) for all of them); plans and states cannot tell: ().
    `replaced_by` is what `replace_triggered_by` names, with the attribute if there is one; plans and states: ().
    `provisioners` are those that do something on a machine, in their order; a state cannot tell: ().
    `newest_provider` reads which version of its provider is the newest that lock file and constraints allow; None where
    nothing says so.
    `calls` are the module blocks that lead to it, the root module's own first; `overrides` the blocks of override files
    that are merged into it, or into one of these. `doubt` says why its code may not be what is deployed, empty where
    there is no such doubt.
    """

    address: str
    type: str
    name: str
    body: Body
    provider: Provider
    region: Value
    root: str
    place: Place
    data: bool = False
    module: str = ""
    key: str | int | None = None
    instances: Unknown | None = None
    certain: bool = True
    action: Action = Action.NONE
    before: Body | None = None
    ignored: tuple[str, ...] = ()
    replaced_by: tuple[Reference, ...] = ()
    depends_on: tuple[Reference, ...] = ()
    provisioners: tuple[Provisioner, ...] = field(default=(), compare=False, repr=False)
    calls: tuple[Place, ...] = ()
    overrides: tuple[Place, ...] = ()
    doubt: str = ""
    waits: Callable[[str], bool] | None = field(default=None, compare=False, repr=False)
    environment: str = ""
    newest_provider: Callable[[], ProviderBound | None] | None = field(default=None, compare=False, repr=False)

    @property
    def stack(self) -> Stack:
        """The root module and its environment: what one state of Terraform's holds."""
        return Stack(self.root, self.environment)

    @property
    def kind(self) -> str:
        """The type, of a data source as `data.aws_ami`."""
        return f"data.{self.type}" if self.data else self.type

    def waits_for(self, other: Resource) -> bool | None:
        """Whether Terraform makes `other`, of the same stack, before this one. None if that cannot be told."""
        return self.waits(other.address) if self.waits is not None and self.stack == other.stack else None
