"""What is known of a resource type: one record, in which all that anybody asks about the type is a field.

A field that is not given says that nobody has looked, not that there is nothing: each field's text says what comes of
that. What surely does not apply has a value of its own to say so. A field that is misspelt or left out of one of the
smaller records is a `TypeError` when its file is imported, and an error of the type checker before.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import TypeAlias

    from imdsguard.aws.alarms.alarm_config import AlarmConfig, CompositeConfig, MuteRule
    from imdsguard.aws.alarms.event_rules import EventRule, EventTarget
    from imdsguard.aws.precedence.layer import Layer
    from imdsguard.aws.precedence.settings import Settings
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.aws.types.code_run import CodeRun
    from imdsguard.model.delivery import IneffectiveOption, Renewal, VersionWriter
    from imdsguard.model.launch import Launch
    from imdsguard.model.organization import OrganizationPolicy, Statement
    from imdsguard.model.reason import Reason
    from imdsguard.model.region_default import RegionDefault
    from imdsguard.model.resource import Body, Resource
    from imdsguard.model.service_terms import ServiceTerms
    from imdsguard.model.tags import TagLayer, Tags
    from imdsguard.model.value import Unknown, Value

    Launches: TypeAlias = Callable[[Resource, RootIndex], Launch | None]
    TemplatePaths: TypeAlias = tuple[tuple[str, ...], ...]

BLOCK = "metadata_options"
BOTH = 'metadata_options {\n  http_endpoint = "enabled"\n  http_tokens   = "required"\n}'
OBJECT = 'metadata_options = {\n  http_endpoint = "enabled"\n  http_tokens   = "required"\n}'


class SharedBy(str, Enum):
    """As what others name something to launch through it; names count within one of these."""

    TEMPLATE = "launch template"
    CONFIGURATION = "launch configuration"
    ENVIRONMENT_TEMPLATE = "configuration template"
    SECURITY_CONFIGURATION = "security configuration"


class TagTarget(str, Enum):
    """What a resource adds tags to that stands for instances."""

    INSTANCE = "instance"
    GROUP = "group"


@record(frozen=True, slots=True)
class TemplateVersions:
    """Versions of a launch template.

    `latest` is the attribute that is its newest version. `moves_default` tells whether the default version follows the
    newest; None where that cannot be told.
    """

    latest: str
    moves_default: Callable[[Resource], bool | None]


@record(frozen=True, slots=True)
class SharedSettings:
    """What others launch through: a launch template, a launch configuration, settings of a service.

    `tags` reads what it says of instances' tags; not given, the tags of what launches through it are unknown.
    `monitoring` tells whether what launches through it has detailed monitoring; not given, that cannot be told.
    `versions` not given: it is launched as it stands, or nobody knows of versions; nothing is said of any.
    """

    shared_by: SharedBy
    read: Callable[[Resource, RootIndex], Settings]
    tags: Callable[[Resource], TagLayer] | None = None
    monitoring: Callable[[Resource], bool | None] | None = None
    versions: TemplateVersions | None = None


@record(frozen=True, slots=True)
class OwnOptions:
    """Metadata options that a type has itself.

    `path` names the blocks on the way to them, the first one that of the resource; it is empty for a type without.
    `example` is what to write there. `never_sent` says why AWS never gets them, and what to write instead. `doubts`
    yields the options of a block that may not be sent.
    """

    path: tuple[str, ...]
    example: str = BOTH
    never_sent: tuple[str, str] | None = None
    doubts: Callable[[Mapping[str, Value], Body, Resource], Iterator[IneffectiveOption]] | None = None


NO_OPTIONS = OwnOptions(())
"""Says that a type has no metadata options itself."""


@record(frozen=True, slots=True)
class InstanceTags:
    """The tags that instances get.

    `read` yields them for each path by which the launch starts instances. `added_to` says to what other resources may
    add tags that instances of the launch get; None where nothing does.
    """

    read: Callable[[Resource, RootIndex], Iterable[Tags]]
    added_to: TagTarget | None


@record(frozen=True, slots=True)
class TagAdder:
    """A resource that adds one tag to something else.

    `read` gives the id or name of what is tagged, and the tag. An id that does not start with `prefix` is that of
    something that is no instance.
    """

    read: Callable[[Resource], tuple[Value, TagLayer]]
    adds_to: TagTarget
    prefix: str = ""


@record(frozen=True, slots=True)
class MetricIdentity:
    """By what CloudWatch knows the instances of a launch.

    `instance_ids` are the attributes that are the id of its instance; none for what has no instance of its own.
    `group_name` is the argument that is the name of its Auto Scaling group; empty for what has none. `name_prefix` is
    the one from which Terraform makes a name where none is given; empty where somebody else makes it.
    """

    instance_ids: tuple[tuple[str, ...], ...]
    group_name: str = ""
    name_prefix: str = ""


NO_IDENTITY = MetricIdentity(())
"""Says that a type gives neither the id of an instance nor the name of a group."""


@record(frozen=True, slots=True)
class Members:
    """By what AWS is asked for the running instances of a launch: paths to what its state says.

    `ids` lead to ids of instances, `groups` to names of Auto Scaling groups; a step leads through each member of a
    list. `tag` is a tag that AWS itself gives the instances, with the path to its value.
    """

    ids: TemplatePaths = ()
    groups: TemplatePaths = ()
    tag: tuple[str, tuple[str, ...]] | None = None


NO_MEMBERS = Members()
"""Says that no instance in the account is surely its own: others launch through it, or a service runs them."""


@record(frozen=True, slots=True)
class ImageType:
    """An image. `settable`: whether the type has `imds_support`."""

    read: Callable[[Resource, RootIndex], Layer]
    settable: bool


@record(frozen=True, slots=True)
class ResourceType:
    """A resource type: `aws_instance`, a data source as `data.aws_ami`.

    What a resource is. A type without one of these is none of that kind: nothing is asked of it.

    - `launches` makes the launch of what starts instances, or says how; it gives None for a resource that does not;
    - `shared`: settings that others launch through;
    - `image`, `region_default`: an image, an account's defaults for a Region (with the layer that they make);
    - `alarm` reads what an alarm says, `composite` and `mute` what a composite alarm or a mute rule does; `event_rule`
      and `event_target` read what hands the events of alarms on;
    - `organization_policy` reads a policy of an organisation (None for one that is about something else), `attaches`
      says which policy an attachment attaches, `statements` reads a policy document, `depth` documents deep;
    - `parts` yields name and text of what user data is made of; `image_names` the names that a look-up of an image
      asks for; `adds_tag` what adds tags to instances; `versions_written` the templates, by address, of which it writes
      versions outside Terraform; `hosts_on` the Auto Scaling groups on which it runs containers; `runs_code` the
      documents that it runs on instances, `commands` the text of such a document, or the address where it is instead,
      `components` those of a recipe, and `takes_in` whether what others run documents on takes a launch in.

    What the rules ask of types that launch. Not given:

    - `options` (where its own metadata options stand): whether they are sent is unknown;
    - `user_data` (the values that run at boot): what runs at boot is unknown;
    - `tags`: which tags its instances get is unknown, and so what an alarm selects by tags;
    - `template_paths` (the blocks on the way to where it names launch templates; an empty list for a type whose
      template has no version that counts): which version is launched is unknown, for each template it goes through;
    - `changed_in_place` (whether running instances get a change of its own options as they run): that is not known;
    - `renewal` (what becomes of running instances when the version changes): not documented, nothing is said of them;
    - `followed` (whether running instances are replaced for a new version of the template with an address, however they
      name it; or why that cannot be told): they are not, but by `replace_triggered_by`;
    - `workload` (what shows that containers run on it; an empty text if nothing does): what runs on it is unknown, and
      so is whether its hop limit is right, where that depends on it;
    - `identity`: whether an alarm that names it means its instance is unknown;
    - `members` (by what its running instances are found): whether these are ready for tokens is unknown;
    - `terms` (how a managed service speaks of tokens): the remedy is what `options` gives, if that is given, or none;
    - `starts_later` (True where an apply only describes a launch that somebody else starts): it may start at once.
    """

    name: str
    launches: Launches | None = None
    shared: SharedSettings | None = None
    image: ImageType | None = None
    region_default: Callable[[Resource], tuple[RegionDefault, Layer]] | None = None
    alarm: Callable[[Resource, RootIndex], AlarmConfig | None] | None = None
    composite: Callable[[Resource], CompositeConfig] | None = None
    mute: Callable[[Resource], MuteRule] | None = None
    event_rule: Callable[[Resource], EventRule] | None = None
    event_target: Callable[[Resource], EventTarget] | None = None
    organization_policy: Callable[[Resource, RootIndex], OrganizationPolicy | None] | None = None
    attaches: Callable[[Resource], Value] | None = None
    statements: Callable[[Resource, RootIndex, int], tuple[Statement, ...] | Unknown] | None = None
    parts: Callable[[Resource], Iterator[tuple[str, Value]]] | None = None
    image_names: Callable[[Resource], list[str]] | None = None
    adds_tag: TagAdder | None = None
    versions_written: Callable[[Resource, RootIndex], list[tuple[str, VersionWriter]]] | None = None
    hosts_on: Callable[[Resource], Iterator[Value]] | None = None
    runs_code: Callable[[Resource, RootIndex], Iterator[CodeRun]] | None = None
    commands: Callable[[Resource], tuple[Value, str]] | None = None
    components: Callable[[Resource], Iterator[Value]] | None = None
    takes_in: Callable[[Resource, Launch], bool | None] | None = None

    options: OwnOptions | None = None
    user_data: Callable[[Resource], tuple[Value, ...]] | None = None
    tags: InstanceTags | None = None
    template_paths: TemplatePaths | None = None
    changed_in_place: bool | None = None
    renewal: Callable[[Resource], Renewal | Reason] | None = None
    followed: Callable[[Resource, str], bool | Reason] | None = None
    workload: Callable[[Resource, RootIndex], str] | None = None
    identity: MetricIdentity | None = None
    members: Members | None = None
    terms: ServiceTerms | None = None
    starts_later: bool | None = None


def no_user_data(_: Resource) -> tuple[Value, ...]:
    """Say that a type has no user data of its own."""
    return ()
