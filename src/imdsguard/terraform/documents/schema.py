"""The parts of a plan and a state that are read, in the words of Terraform's "JSON Output Format" page.

Only what is named here is decoded; the rest is skipped. What most resources never need stays raw until asked for.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

Key: TypeAlias = int | str | None
"""An instance's key: of count, of for_each, or none."""


class PlanExpression(Struct):
    """An argument of the configuration. JSON syntax gives a raw template as constant, beside its references."""

    constant_value: Any = UNSET
    references: list[str] = []


class ConfigurationProvisioner(Struct):
    """A provisioner of a resource block. Its connection is not shown."""

    type: str = ""
    expressions: dict[str, Any] = {}


class ConfigurationResource(Struct):
    """A resource block. `expressions` maps arguments to expressions, nested blocks to lists of such maps."""

    address: str
    provider_config_key: str = ""
    expressions: dict[str, Any] = {}
    count_expression: PlanExpression | None = None
    for_each_expression: PlanExpression | None = None
    depends_on: list[str] = []
    provisioners: list[ConfigurationProvisioner] = []


class Output(Struct):
    """An output value of a module."""

    expression: PlanExpression | None = None
    depends_on: list[str] = []


class ModuleCall(Struct):
    """A module block with the module it calls."""

    expressions: dict[str, Any] = {}
    count_expression: PlanExpression | None = None
    for_each_expression: PlanExpression | None = None
    depends_on: list[str] = []
    module: ConfigurationModule | None = None


class ConfigurationVariable(Struct):
    """An input variable of a module."""

    default: Any = UNSET


class ConfigurationModule(Struct):
    """A module's configuration."""

    variables: dict[str, ConfigurationVariable] = {}

    resources: list[ConfigurationResource] = []
    module_calls: dict[str, ModuleCall] = {}
    outputs: dict[str, Output] = {}


class ProviderConfiguration(Struct):
    """A provider block. `full_name` is `registry.terraform.io/hashicorp/aws`, the constraint that of its module."""

    name: str = ""
    full_name: str = ""
    version_constraint: str = ""
    alias: str = ""
    module_address: str = ""
    expressions: dict[str, Any] = {}


class Configuration(Struct):
    """The whole configuration."""

    provider_config: dict[str, ProviderConfiguration] = {}
    root_module: ConfigurationModule = msgspec.field(default_factory=ConfigurationModule)


class Change(Struct):
    """What happens to a resource instance. The marks mirror the value: true, or a structure with true in it."""

    actions: list[str]
    before: Any = None
    after: Any = None
    after_unknown: Any = None
    before_sensitive: Any = None
    after_sensitive: Any = None


class ResourceChange(Struct):
    """A resource instance in a plan."""

    address: str
    type: str
    name: str
    change: Raw
    mode: str = "managed"
    module_address: str = ""
    index: Key = None
    provider_name: str = ""
    deposed: str = ""


class DeferredChange(Struct):
    """A resource whose planning is put off: it may have instances that nobody can count yet."""

    resource_change: ResourceChange
    reason: str = ""


class RelevantAttribute(Struct):
    """An attribute that something in a plan was made from. `resource` is an address."""

    resource: str
    attribute: list[Any] = []


class StateResource(Struct):
    """A resource instance in a state. `provider_config` is known from a state file only: `aws.west`."""

    address: str
    type: str
    name: str
    mode: str = "managed"
    index: Key = None
    provider_name: str = ""
    values: Raw | UnsetType = UNSET
    sensitive_values: Raw | UnsetType = UNSET
    depends_on: list[str] = []
    deposed_key: str = ""
    provider_config: str = ""


class StateModule(Struct):
    """A module instance in a state."""

    address: str = ""
    resources: list[StateResource] = []
    child_modules: list[StateModule] = []


class StateValues(Struct):
    """The root of a state's modules."""

    root_module: StateModule = msgspec.field(default_factory=StateModule)


class PlannedResource(Struct):
    """A resource instance that will be there after the plan: what it will be stands in its change."""

    address: str


class PlannedModule(Struct):
    """A module instance that will be there after the plan."""

    resources: list[PlannedResource] = []
    child_modules: list[PlannedModule] = []


class PlannedValues(Struct):
    """The root of the modules that will be there after the plan."""

    root_module: PlannedModule = msgspec.field(default_factory=PlannedModule)


class PriorState(Struct):
    """The state that a plan starts from."""

    values: StateValues | None = None


class PlanVariable(Struct):
    """The value of a root variable."""

    value: Any = None


class Document(Struct):
    """A plan or a state: a plan is the one that has `resource_changes`, `planned_values` or `configuration`."""

    format_version: str = ""
    variables: dict[str, PlanVariable] = {}
    resource_changes: list[ResourceChange] | UnsetType | None = UNSET
    resource_drift: list[ResourceChange] = []
    deferred_changes: list[DeferredChange] = []
    planned_values: Raw | UnsetType = UNSET
    relevant_attributes: list[RelevantAttribute] = []
    prior_state: PriorState | None = None
    configuration: Configuration | UnsetType | None = UNSET
    values: StateValues | None = None
    errored: bool = False
    complete: bool | None = None
