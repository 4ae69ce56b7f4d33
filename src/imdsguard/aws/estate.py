"""From resources to the estate: what will be launched, and what stands behind it."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from imdsguard.aws.alarms.absent_uses import AbsentUses
from imdsguard.aws.alarms.alarm_index import as_it_is, watch
from imdsguard.aws.alarms.alarm_target import alarm_targets
from imdsguard.aws.alarms.event_rules import EventRules
from imdsguard.aws.alarms.faults.listeners import Listeners
from imdsguard.aws.consequences import consequences_of
from imdsguard.aws.precedence.effective import decide
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.precedence.sharing import groups
from imdsguard.aws.root_index import RootIndex
from imdsguard.aws.tags.deferred import Tagging
from imdsguard.aws.tags.read import labels_of
from imdsguard.aws.templates.delivery import delivery_of
from imdsguard.aws.types import capability
from imdsguard.aws.types.registry import record_of
from imdsguard.aws.user_data.of_launch import reader_of
from imdsguard.model.estate import NOTHING_KNOWN, Estate, History
from imdsguard.model.image import Image
from imdsguard.model.option import HTTP_TOKENS
from imdsguard.model.record import replace
from imdsguard.model.service_terms import ServiceTerms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imdsguard.aws.alarms.selector import AlarmTarget
    from imdsguard.model.absent_module import AbsentModule
    from imdsguard.model.alarm import Alarm
    from imdsguard.model.assumption import AssumedDefault, AssumedImage
    from imdsguard.model.environment import Stack
    from imdsguard.model.launch import Launch
    from imdsguard.model.organization import OrganizationPolicy
    from imdsguard.model.resource import Resource
    from imdsguard.model.shared_account import SharedAccount


def build(
    roots: Sequence[tuple[Stack, Sequence[Resource]]],
    together: Mapping[Stack, SharedAccount] | None = None,
    assumed: Sequence[AssumedDefault] = (),
    history: History = NOTHING_KNOWN,
    absent: Mapping[Stack, Sequence[AbsentModule]] = MappingProxyType({}),
    images: Sequence[AssumedImage] = (),
) -> Estate:
    """Build the estate of these stacks, each with its resources. References resolve within one stack only.

    `together` says which stacks share one AWS account: Region defaults, and alarms that name no instance, count for all
    launches of such a group (`Scope.same` says how accounts compare). `assumed` counts as a Region default where the
    code has none. `history` is kept with the estate. `absent` are the modules of each stack that were not read: who
    watches a launch whose id goes into one cannot be told. `images` is what is assumed of images.
    Launches keep the order of the roots and of their resources. Pure: reads nothing but the resources.
    """
    joined = together or {}
    indexes = [RootIndex(resources, assumed, images) for _, resources in roots]
    grouped = groups([stack for stack, _ in roots], joined)
    for group in grouped:
        for number in group:
            indexes[number].join([indexes[other] for other in group])
    launches = [_launches(root) for root in indexes]
    alarms: list[Alarm] = []
    for group in grouped:
        targets = [target for number in group for target in alarm_targets_of(indexes[number])]
        found = [(launch, indexes[number]) for number in group for launch in launches[number]]
        watchers, seen = watch(targets, found)
        alarms += seen
        answers = iter(watchers)
        for number in group:
            unread = AbsentUses(absent.get(roots[number][0], ()))
            launches[number] = [
                replace(
                    launch,
                    coverage=as_it_is(launch, unread.instead_of(answer.coverage, launch)),
                    once_required=unread.instead_of(answer.coverage, launch),
                    observed=unread.instead_of(answer.observed, launch),
                )
                for launch, answer in zip(launches[number], answers, strict=False)
            ]
    return Estate(
        tuple(launch for each in launches for launch in each),
        tuple(default for root in indexes for default, _ in root.defaults()),
        tuple(alarms),
        tuple(image for root in indexes for image in _images(root)),
        tuple(policy for root in indexes for policy in _policies(root)),
        joined,
        tuple(assumed),
        history,
        {
            stack: frozenset().union(*(each.may_make for each in modules))
            for stack, modules in absent.items()
            if modules
        },
        foresee=consequences_of,
    )


def _launches(root: RootIndex) -> list[Launch]:
    """Return what a root module launches; who watches it is not known yet."""
    launches: list[Launch] = []
    for resource, read in root.capable(capability.launches):
        launch = read(resource, root)
        if launch is not None:
            launch = replace(
                launch,
                tagged=Tagging(resource, root),
                labelled=partial(labels_of, resource),
                terms=_terms(resource),
                starts_later=_starts_later(resource),
            )
            delivery, boot = delivery_of(launch, root), reader_of(launch, root)
            launches.append(replace(launch, delivery=delivery, boot=boot))
    return launches


def _images(root: RootIndex) -> list[Image]:
    return [_image(resource, root, settable=image.settable) for resource, image in root.capable(capability.image)]


def _image(resource: Resource, root: RootIndex, *, settable: bool) -> Image:
    """Make the estate's image of a resource that makes one."""
    return Image(resource, scope_of(resource), decide(HTTP_TOKENS, (root.image(resource),)), settable=settable)


def _terms(resource: Resource) -> ServiceTerms:
    """The terms in which a service sets tokens; one of which only a block of options is known, in EC2's words."""
    record = record_of(resource.kind)
    if record is not None and record.terms is not None:
        return record.terms
    options = record.options if record is not None else None
    return ServiceTerms(options.example) if options is not None and options.path else ServiceTerms()


def _starts_later(resource: Resource) -> bool:
    record = record_of(resource.kind)
    return record is not None and bool(record.starts_later)


def _policies(root: RootIndex) -> list[OrganizationPolicy]:
    read_all = (read(resource, root) for resource, read in root.capable(capability.organization_policy))
    return [policy for policy in read_all if policy is not None]


def alarm_targets_of(root: RootIndex) -> list[AlarmTarget]:
    """Return what the alarms of a root module watch."""
    read_all = (read(resource, root) for resource, read in root.capable(capability.alarm))
    return [target for alarm in read_all if alarm is not None for target in alarm_targets(alarm, root.once(_listeners))]


def _listeners(root: RootIndex) -> Listeners:
    """Return the composite alarms of a root module, the rules that mute alarms, and those on the events of alarms."""
    composites = [read(resource) for resource, read in root.capable(capability.composite)]
    mute_rules = [read(resource) for resource, read in root.capable(capability.mute)]
    rules = [read(resource) for resource, read in root.capable(capability.event_rule)]
    targets = [read(resource) for resource, read in root.capable(capability.event_target)]
    return Listeners(composites, mute_rules, EventRules(rules, targets), root.find)
