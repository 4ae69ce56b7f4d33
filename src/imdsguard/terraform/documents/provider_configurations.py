"""Which provider configuration a resource in a plan or a state is bound to: its Region, and whose account it is.

A plan gives the expressions of each provider block; constants and variables are all that can be computed from them.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from imdsguard.model.account import ENVIRONMENT, Account, AccountKind
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import record, replace
from imdsguard.model.resource import Blocks, Provider
from imdsguard.model.value import Absent, Known, Step, Unknown, Value
from imdsguard.terraform.documents.addresses import module_path, steps_of
from imdsguard.terraform.documents.expressions import expression_of, references_of
from imdsguard.terraform.documents.plan_configuration import ModulePath, most_specific
from imdsguard.terraform.documents.values import to_value
from imdsguard.terraform.source.providers import account_of, default_tags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from imdsguard.model.place import Place
    from imdsguard.terraform.documents.plan_configuration import ConfigurationBlocks
    from imdsguard.terraform.documents.schema import PlanVariable, ProviderConfiguration

NOT_NAMED = Reason(ReasonKind.REGION_NOT_NAMED, "the provider block")
_REGION = re.compile(r"[a-z]{2,3}(-[a-z]+)+-\d+")
_DEEP = 50


class PlanProviders:
    """Binds the resources of one plan. `observed` are Regions that planned values give away, by provider key."""

    def __init__(
        self,
        blocks: ConfigurationBlocks,
        variables: Mapping[str, PlanVariable],
        place: Place,
        observed: Mapping[str, str],
    ) -> None:
        self._blocks = blocks
        self._variables = variables
        self._place = place
        self._observed = observed
        self._bound: dict[str, Provider] = {}
        self.several = frozenset(name for name, block in blocks.providers.items() if _refers_to_each(block))
        """The configurations with `for_each`: nowhere else in a provider block can `each` stand."""

    def bind(self, key: str, fallback: str, address: str) -> Provider:
        """The provider of a `provider_config_key`; `fallback` names the provider where the plan shows no block.

        Of OpenTofu's configurations with `for_each` a plan does not show to which instance the resource at `address`
        is bound: what differs between them is then not known.
        """
        name = key or fallback.rpartition("/")[2]
        found = self._bound.get(name)
        if found is None:
            block = self._blocks.providers.get(name)
            account, region = self._account(name, block), self._region(name, block)
            tags = partial(self._default_tags, block) if block is not None else None
            found = self._bound[name] = Provider(name, account, region, tags)
        return self._one_of_several(found, address) if name in self.several else found

    def _one_of_several(self, provider: Provider, address: str) -> Provider:
        account, region = provider.account, provider.region
        if not account.known:
            account = Account(AccountKind.FOR_EACH, (provider.name, address), known=False)
        if not isinstance(region, Known):
            reason = Reason(ReasonKind.PROVIDER_INSTANCE, provider.name)
            region = Unknown(reason, place=self._place, trace=(Step(address),))
        return replace(provider, name=f"{provider.name}[...]", account=account, region=region)

    def _region(self, name: str, block: ProviderConfiguration | None) -> Value:
        observed = self._observed.get(name) if name not in self.several else None
        if observed is not None:
            return Known(observed, self._place, (Step(f"provider {name}", self._place),))
        expression = block.expressions.get("region") if block is not None else None
        if expression is None:
            return Unknown(NOT_NAMED, place=self._place)
        read = expression_of(expression)
        path = module_path(block.module_address) if block is not None else ()
        value = self._constant(expression, path)
        # The expression may do more with a variable than to pass it on, so what comes out has to be a Region.
        if isinstance(value, str) and _REGION.fullmatch(value):
            labels = read.references if read is not None else []
            return Known(value, self._place, tuple(Step(label, self._place) for label in labels[:1]))
        return Unknown(Reason(ReasonKind.NOT_IN_PLAN, "which Region the provider uses"), place=self._place)

    def _account(self, name: str, block: ProviderConfiguration | None) -> Account:
        if block is None:
            aliased = "." in name.rpartition(":")[2]
            return Account(AccountKind.NOT_CONFIGURED, (name,), known=False) if aliased else ENVIRONMENT
        return account_of(self._body(block), block.module_address)

    def _default_tags(self, block: ProviderConfiguration) -> Value:
        """Give default tags that are constants: of others the plan does not show how they are made of variables."""

        def constant(expression: Any) -> Any:
            read = expression_of(expression)
            return UNSET if read is None or read.references else read.constant_value

        return default_tags(ProviderBody(self._place, block.expressions, constant))

    def _body(self, block: ProviderConfiguration) -> ProviderBody:
        path = module_path(block.module_address)
        return ProviderBody(self._place, block.expressions, lambda expression: self._constant(expression, path))

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


def _refers_to_each(block: ProviderConfiguration) -> bool:
    references, _, _ = references_of(block.expressions)
    return any(steps_of(reference)[:1] == ("each",) for reference in references)


@record(frozen=True, slots=True)
class ProviderBody:
    """A provider block of the configuration: what is neither a constant nor a variable is unknown."""

    place: Place
    expressions: Mapping[str, Any]
    constant: Callable[[Any], Any]

    def attribute(self, name: str) -> Value:
        """Return what the argument is set to."""
        expression = self.expressions.get(name)
        if expression is None:
            return Absent(self.place)
        value = self.constant(expression)
        if value is UNSET:
            read = expression_of(expression)
            labels = most_specific(read.references) if read is not None else []
            steps = tuple(Step(label) for label in labels)
            return Unknown(Reason(ReasonKind.NOT_IN_PLAN, "it"), place=self.place, trace=steps)
        return to_value(value, None, None, self.place, (), lambda: Absent(self.place))

    def blocks(self, name: str) -> Blocks:
        """Return the nested blocks."""
        found = self.expressions.get(name)
        parts = found if isinstance(found, list) else [found]
        return Blocks(tuple(ProviderBody(self.place, part, self.constant) for part in parts if isinstance(part, dict)))


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
