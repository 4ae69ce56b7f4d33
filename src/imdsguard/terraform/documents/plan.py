"""Resources of a plan: what each will be, and what an argument stands for that is known after apply only."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from imdsguard.model.problem import Problem
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import replace
from imdsguard.model.resource import Action, Resource
from imdsguard.model.value import Known, Reference, Step, Unknown, Value
from imdsguard.terraform.documents.addresses import module_path
from imdsguard.terraform.documents.document_body import DocumentBody, Drift
from imdsguard.terraform.documents.document_order import PlannedOrder
from imdsguard.terraform.documents.expressions import NOT_SHOWN, NotShown, Shown
from imdsguard.terraform.documents.instances import CHANGE, Instance, Instances
from imdsguard.terraform.documents.plan_configuration import ConfigurationBlocks, label_of, runs_commands
from imdsguard.terraform.documents.planned_provisioners import provisioners_of
from imdsguard.terraform.documents.provider_configurations import PlanProviders
from imdsguard.terraform.documents.references import ReferenceContext, Resolver
from imdsguard.terraform.documents.schema import Configuration, PlannedValues, StateModule
from imdsguard.terraform.documents.state import decoded
from imdsguard.terraform.root import Plan
from imdsguard.terraform.source.provider_versions import bound_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.model.place import Place
    from imdsguard.model.resource import ProviderBound
    from imdsguard.terraform.documents.schema import Document

ACTIONS = {
    ("no-op",): Action.NO_OP,
    ("create",): Action.CREATE,
    ("read",): Action.NONE,
    ("update",): Action.UPDATE,
    ("delete", "create"): Action.REPLACE,
    ("create", "delete"): Action.REPLACE,
    ("create", "forget"): Action.REPLACE,
    ("forget", "create"): Action.REPLACE,
    ("forget",): Action.FORGET,
}
"""What the lists of actions mean (Terraform, "JSON Output Format": change representation)."""

ERRORED = "Terraform reported errors while it made this plan: resources may be missing from it"

NO_CHANGES = "no resource_changes: this is not a whole plan, for planned_values has {}"
"""Terraform writes both from one list of changes, and no list at all where only outputs change."""
LACKING = "resource_changes lacks {}, which planned_values has: this is not a whole plan"
WHOLE = "run `terraform show -json PLANFILE > plan.json` and check all that this writes"

PLANNED = msgspec.json.Decoder(PlannedValues | None)


class PlanReader:
    """Reads one plan. `problems` fills up while it does."""

    def __init__(self, document: Document, place: Place, wanted: frozenset[str]) -> None:
        self.problems: list[Problem] = []
        self._place = place
        self._wanted = wanted
        configuration = document.configuration
        self._has_configuration = isinstance(configuration, Configuration)
        self._blocks = ConfigurationBlocks(
            configuration if isinstance(configuration, Configuration) else Configuration()
        )
        changes = document.resource_changes or []
        self._instances = Instances(changes)
        self._resolver = Resolver(self._blocks, self._instances, document.relevant_attributes)
        self._order = PlannedOrder(self._blocks)
        self._drift = {each.address: each for each in document.resource_drift if not each.deposed}
        self._deferred = document.deferred_changes
        self._prior = document.prior_state.values if document.prior_state is not None else None
        self._variables = document.variables
        self._read: tuple[Resource, ...] = ()

    def read(self) -> tuple[Resource, ...]:
        """Read all wanted resources."""
        planned = [instance for instance in self._instances if self._wants(instance)]
        self._providers = PlanProviders(self._blocks, self._variables, self._place, self._observed(planned))
        resources = [resource for instance in planned if (resource := self._planned(instance)) is not None]
        resources.extend(self._put_off())
        resources.extend(self._kept())
        self._read = tuple(resources)
        return self._read

    def _wants(self, instance: Instance) -> bool:
        wanted = label_of(instance.planned.mode, instance.planned.type) in self._wanted
        return wanted or (self._blocks.run_commands and self._runs_commands(instance))

    def _runs_commands(self, instance: Instance) -> bool:
        """Whether a resource of any type runs commands on a machine."""
        block = self._blocks.resource(instance.module, instance.label)
        return block is not None and runs_commands(block)

    def _observed(self, planned: list[Instance]) -> dict[str, str]:
        """The Regions of providers, from resources that have no `region` of their own (AWS provider 6)."""
        observed: dict[str, str] = {}
        for instance in planned:
            written = self._written(instance)
            after = self._after(instance)
            region = after.get("region") if isinstance(after, dict) else None
            if isinstance(region, str) and isinstance(written, Shown) and "region" not in written.expressions:
                observed.setdefault(self._key(instance), region)
        return observed

    def _after(self, instance: Instance) -> Any:
        try:
            return instance.change.after
        except (msgspec.DecodeError, RecursionError):
            return None

    def _planned(self, instance: Instance) -> Resource | None:
        try:
            change = instance.change
        except (msgspec.DecodeError, RecursionError) as error:
            self.problems.append(Problem(f"{instance.address} cannot be read: {error}", self._place))
            return None
        if change.actions == ["delete"]:
            return None
        action = ACTIONS.get(tuple(change.actions))
        values = change.before if action is Action.FORGET else change.after
        if action is None or not isinstance(values, dict):
            what = f"actions {change.actions}" if action is None else "no planned values"
            self.problems.append(Problem(f"{instance.address} cannot be read: {what}", self._place))
            return None
        return self._resource(instance, values, action)

    def _resource(self, instance: Instance, values: dict[str, Any], action: Action) -> Resource:
        planned, change = instance.planned, instance.change
        block = self._blocks.resource(instance.module, instance.label)
        for_each = block.for_each_expression if block is not None else None
        around = ReferenceContext(self._resolver, instance.module, planned.index, for_each, instance.label)
        forgotten = action is Action.FORGET
        body = DocumentBody(
            self._place,
            values,
            None if forgotten else change.after_unknown,
            change.before_sensitive if forgotten else change.after_sensitive,
            NotShown(NOT_SHOWN) if forgotten else self._written(instance),
            around,
            self._drifted(planned.address),
        )
        before = None
        if isinstance(change.before, dict):
            before = DocumentBody(self._place, change.before, None, change.before_sensitive, NotShown(NOT_SHOWN))
        provider = self._providers.bind(self._key(instance), planned.provider_name, planned.address)
        depends_on = block.depends_on if block is not None else []
        prefix = f"{planned.module_address}." if planned.module_address else ""
        return Resource(
            address=planned.address,
            type=planned.type,
            name=planned.name,
            body=body,
            provider=provider,
            region=self._region(body, provider.region),
            root=self._place.file,
            place=self._place,
            data=planned.mode == "data",
            module=planned.module_address,
            key=planned.index,
            action=action,
            before=before,
            depends_on=tuple(Reference(prefix + address) for address in depends_on),
            provisioners=provisioners_of(block, self._place, around) if block is not None else (),
            waits=self._order.before(instance.module, instance.label) if self._has_configuration else None,
            newest_provider=partial(self._newest_provider, self._key(instance)),
        )

    def _newest_provider(self, key: str) -> ProviderBound | None:
        """What the constraint of a provider's block lets be its newest version: a plan does not say which one it is."""
        block = self._blocks.providers.get(key)
        return bound_of(block.full_name, block.version_constraint, self._place) if block is not None else None

    def _drifted(self, address: str) -> Drift | None:
        """What has changed outside of Terraform since it last looked."""
        drift = self._drift.get(address)
        if drift is None:
            return None
        try:
            change = CHANGE.decode(drift.change)
        except (msgspec.DecodeError, RecursionError):
            return None  # it is only told; what the plan makes of it stands in the change
        return Drift(change.before, change.after)

    def before(self) -> tuple[Resource, ...]:
        """Read the wanted resources as they are deployed: what the plan says they were, deleted ones too.

        To be asked after `read`, which says what data sources give, and what the plan does not touch.
        """
        planned = [self._deployed(each) for each in self._instances if each.planned.mode != "data"]
        unchanged = [each for each in self._read if each.data or each.action is Action.NONE]
        return (*(each for each in planned if each is not None), *unchanged)

    def _deployed(self, instance: Instance) -> Resource | None:
        if not self._wants(instance):
            return None
        try:
            change = instance.change
        except (msgspec.DecodeError, RecursionError):
            return None  # `read` has told
        if not isinstance(change.before, dict):
            return None
        planned = instance.planned
        provider = self._providers.bind(self._key(instance), planned.provider_name, planned.address)
        body = DocumentBody(self._place, change.before, None, change.before_sensitive, NotShown(NOT_SHOWN))
        return Resource(
            address=planned.address,
            type=planned.type,
            name=planned.name,
            body=body,
            provider=provider,
            region=self._region(body, provider.region),
            root=self._place.file,
            place=self._place,
            module=planned.module_address,
            key=planned.index,
            action=Action.DELETE if change.actions == ["delete"] else Action.NONE,
        )

    def _region(self, body: DocumentBody, otherwise: Value) -> Value:
        """The resource's own Region, which may not be known yet; else its provider's."""
        region = body.attribute("region")
        if isinstance(region, Known) and isinstance(region.value, str):
            return Known(region.value, self._place, (Step("region", self._place),))
        return region if isinstance(region, Unknown) else otherwise

    def _written(self, instance: Instance) -> Shown | NotShown:
        return self._blocks.shown(instance.module, instance.label) or NotShown(NOT_SHOWN)

    def _key(self, instance: Instance) -> str:
        block = self._blocks.resource(instance.module, instance.label)
        return block.provider_config_key if block is not None else ""

    def _put_off(self) -> Iterator[Resource]:
        """What Terraform will plan in a later round only: there may be none, one or many of it."""
        for deferred in self._deferred:
            instance = Instance(deferred.resource_change)
            if self._wants(instance) and (resource := self._planned(instance)) is not None:
                reason = Reason(ReasonKind.DEFERRED, deferred.reason or "no reason given")
                yield replace(resource, instances=Unknown(reason, place=self._place))

    def _kept(self) -> Iterator[Resource]:
        """What the prior state holds and the plan does not mention: data that was read, and what -target left out."""
        root = self._prior.root_module if self._prior is not None else StateModule()
        for module, read, values, marks in decoded(root, self._wanted, self._place, self.problems):
            path = module_path(module)
            label = label_of(read.mode, read.type, read.name)
            if read.index in self._instances.of(path, label):
                continue
            block = self._blocks.resource(path, label)
            key = block.provider_config_key if block is not None else ""
            provider = self._providers.bind(key, read.provider_name, read.address)
            body = DocumentBody(self._place, values, None, marks, NotShown(NOT_SHOWN))
            yield Resource(
                address=read.address,
                type=read.type,
                name=read.name,
                body=body,
                provider=provider,
                region=self._region(body, provider.region),
                root=self._place.file,
                place=self._place,
                data=read.mode == "data",
                module=module,
                key=read.index,
            )


def _partial(document: Document, place: Place) -> Iterator[Problem]:
    """Say what `planned_values` has and `resource_changes`, from which the resources are read, has not."""
    if isinstance(document.planned_values, msgspec.UnsetType):
        return
    try:
        planned = PLANNED.decode(document.planned_values)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        yield Problem(f"planned_values cannot be read: {error}", place, WHOLE)
        return
    changed = {each.address for each in document.resource_changes or () if not each.deposed}
    pending = [planned.root_module] if planned is not None else []
    lacking: list[str] = []
    while pending:
        module = pending.pop()
        lacking += [each.address for each in module.resources if each.address not in changed]
        pending += reversed(module.child_modules)
    if lacking:
        named = lacking[0] + (f" and {len(lacking) - 1} more" if len(lacking) > 1 else "")
        yield Problem((LACKING if document.resource_changes else NO_CHANGES).format(named), place, WHOLE)


def read_plan(
    document: Document, place: Place, wanted: frozenset[str]
) -> tuple[tuple[Resource, ...], tuple[Problem, ...], Plan]:
    """Read all wanted resources of a plan."""
    reader = PlanReader(document, place, wanted)
    resources = reader.read()
    if document.errored:
        reader.problems.append(Problem(ERRORED, place, "fix what `terraform plan` reports and make the plan again"))
    reader.problems.extend(_partial(document, place))
    variables = {name: variable.value for name, variable in document.variables.items()}
    return resources, tuple(reader.problems), Plan(reader.before, variables, document.complete)
