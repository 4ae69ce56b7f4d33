"""Which provider configuration a resource in a plan or a state is bound to: its Region, and whose account it is.

A plan gives the expressions of each provider block; constants and variables are all that can be computed from them.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from imdsguard.model.resource import Provider
from imdsguard.model.value import Known, Step, Unknown, Value
from imdsguard.terraform.documents.addresses import module_path, steps_of
from imdsguard.terraform.documents.configuration import Blocks, ModulePath, most_specific
from imdsguard.terraform.documents.expressions import expression_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from imdsguard.model.place import Place
    from imdsguard.terraform.documents.schema import ProviderConfiguration, Variable

CREDENTIALS = (
    "access_key",
    "allowed_account_ids",
    "assume_role",
    "assume_role_with_web_identity",
    "profile",
    "shared_config_files",
    "shared_credentials_files",
    "token",
)
"""The arguments of a provider block that decide which account it reaches (AWS provider, "Authentication")."""

ENVIRONMENT = "the provider block names no Region: the environment or a profile does"
_REGION = re.compile(r"[a-z]{2,3}(-[a-z]+)+-\d+")
_DEEP = 50


class Providers:
    """Binds the resources of one plan. `observed` are Regions that planned values give away, by provider key."""

    def __init__(
        self, blocks: Blocks, variables: Mapping[str, Variable], place: Place, observed: Mapping[str, str]
    ) -> None:
        self._blocks = blocks
        self._variables = variables
        self._place = place
        self._observed = observed
        self._bound: dict[str, Provider] = {}

    def bind(self, key: str, fallback: str) -> Provider:
        """The provider of a `provider_config_key`; `fallback` names the provider where the plan shows no block."""
        name = key or fallback.rpartition("/")[2]
        found = self._bound.get(name)
        if found is None:
            block = self._blocks.providers.get(name)
            found = self._bound[name] = Provider(name, self._account(block), self._region(name, block))
        return found

    def _region(self, name: str, block: ProviderConfiguration | None) -> Value:
        observed = self._observed.get(name)
        if observed is not None:
            return Known(observed, self._place, (Step(f"provider {name}", self._place),))
        expression = block.expressions.get("region") if block is not None else None
        if expression is None:
            return Unknown(ENVIRONMENT, place=self._place)
        read = expression_of(expression)
        path = module_path(block.module_address) if block is not None else ()
        value = self._constant(expression, path)
        # The expression may do more with a variable than to pass it on, so what comes out has to be a Region.
        if isinstance(value, str) and _REGION.fullmatch(value):
            labels = read.references if read is not None else []
            return Known(value, self._place, tuple(Step(label, self._place) for label in labels[:1]))
        return Unknown("the plan does not show which Region the provider uses", place=self._place)

    def _account(self, block: ProviderConfiguration | None) -> str:
        if block is None:
            return "{}"
        path = module_path(block.module_address)
        shown = {name: block.expressions[name] for name in CREDENTIALS if name in block.expressions}
        return json.dumps(self._spelled(shown, path, 0), sort_keys=True)

    def _spelled(self, found: Any, path: ModulePath, depth: int) -> Any:
        """Expressions as constants where they are, else as what they refer to: equal only where the code is."""
        if depth > _DEEP:
            return "..."
        read = expression_of(found) if found else None
        if read is not None:
            value = self._constant(found, path)
            return value if value is not UNSET else {"references": read.references, "module": str(path)}
        if isinstance(found, dict):
            return {name: self._spelled(part, path, depth + 1) for name, part in found.items()}
        if isinstance(found, list):
            return [self._spelled(part, path, depth + 1) for part in found]
        return found

    def _constant(self, expression: Any, path: ModulePath, depth: int = 0) -> Any:
        """The value of a constant or of one variable, followed up through the calls; UNSET if it is anything else."""
        read = expression_of(expression)
        if read is None or depth > _DEEP:
            return UNSET
        if not read.references:
            return read.constant_value
        steps = [steps_of(reference) for reference in most_specific(read.references)]
        if len(steps) != 1 or len(steps[0]) != 2 or steps[0][0] != "var":
            return UNSET
        name = str(steps[0][1])
        if not path:
            variable = self._variables.get(name)
            return variable.value if variable is not None else UNSET
        call = self._blocks.call(path)
        if call is not None and name in call.expressions:
            return self._constant(call.expressions[name], path[:-1], depth + 1)
        module = self._blocks.module(path)
        declared = module.variables.get(name) if module is not None else None
        return declared.default if declared is not None else UNSET


def account_in(values: Mapping[str, Any]) -> str:
    """The account that a resource's own ARN names, or its id where that is an account; empty if neither does."""
    arn = values.get("arn")
    if isinstance(arn, str):
        parts = arn.split(":")
        if len(parts) > 5 and parts[0] == "arn" and parts[4].isdigit():
            return parts[4]
    identifier = values.get("id")
    return identifier if isinstance(identifier, str) and re.fullmatch(r"\d{12}", identifier) else ""


def region_in(values: Mapping[str, Any]) -> str:
    """The Region of a resource: its own argument (AWS provider 6), else its ARN's; empty if neither says."""
    region = values.get("region")
    if isinstance(region, str) and region:
        return region
    arn = values.get("arn")
    parts = arn.split(":") if isinstance(arn, str) else []
    return parts[3] if len(parts) > 5 and parts[0] == "arn" else ""


def only(accounts: Iterable[str]) -> str:
    """The account, if all that name one name the same; empty if they do not."""
    named = {account for account in accounts if account}
    return named.pop() if len(named) == 1 else ""
