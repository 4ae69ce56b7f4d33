"""Which provider configuration a resource is bound to: whose account it reaches, and in which Region.

("Provider Configuration" and "Providers Within Modules", Terraform language documentation; "Provider Configuration",
OpenTofu language documentation, on `for_each`; "Authentication and Configuration", AWS provider documentation)
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.model.account import ENVIRONMENT, Account, AccountKind, Untold, account_id, wholly_told
from imdsguard.model.reason import Reason, ReasonKind, refused
from imdsguard.model.record import record, replace
from imdsguard.model.resource import Provider
from imdsguard.model.value import Absent, Known, Step, Unknown, text_of
from imdsguard.terraform.source.body import SourceBody

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imdsguard.hcl.evaluate.compile import Compiled
    from imdsguard.hcl.syntax.nodes import Node
    from imdsguard.hcl.values.value import Value as LanguageValue
    from imdsguard.model.account import Part
    from imdsguard.model.resource import Blocks, Body
    from imdsguard.model.value import Value
    from imdsguard.terraform.source.configuration import Declaration
    from imdsguard.terraform.source.expansion import Expansion
    from imdsguard.terraform.source.instance import ModuleInstance
    from imdsguard.terraform.source.lazy_expression import LazyExpression
    from imdsguard.terraform.source.merged_body import MergedBody
    from imdsguard.terraform.source.scopes import EvaluationScope

ARGUMENTS = (
    "access_key", "allowed_account_ids", "forbidden_account_ids", "profile", "shared_config_files",
    "shared_credentials_file", "shared_credentials_files", "sts_region", "token",
)  # fmt: skip
BLOCKS = {
    "assume_role": ("role_arn", "external_id", "session_name"),
    "assume_role_with_web_identity": ("role_arn", "web_identity_token", "web_identity_token_file"),
    "endpoints": ("ec2", "sts", "cloudwatch"),
}
"""What decides which account a provider configuration reaches: arguments, and arguments of nested blocks."""

_ROLE = re.compile(r"arn:[\w-]+:iam::(\d{12}):role/.+")


@record(frozen=True, slots=True)
class ProviderReference:
    """`aws.use1`, or OpenTofu's `aws.by_region[each.key]`: name, alias, and the key, if one is written.

    `doubt` says why it cannot be told which configuration is meant.
    """

    name: str = ""
    alias: str = ""
    key: Compiled | None = None
    doubt: Reason | None = None


@record(frozen=True, slots=True)
class InstanceKey:
    """Which instance of a configuration with `for_each` is meant ("The Resource provider Meta-Argument", OpenTofu).

    `text` is None where that cannot be computed, for the reason `doubt`. `asker` is the address of the resource or
    module instance that it was computed for: whatever it is, within that it is one and the same.
    """

    text: str | None
    doubt: Reason | None = None
    asker: str = ""


@record(frozen=True, slots=True)
class Binding:
    """A provider configuration: its local name and alias, key, and the module instance that configures it."""

    name: str
    alias: str
    owner: ModuleInstance
    unknown: Reason | None = None
    key: InstanceKey | None = None

    @property
    def label(self) -> str:
        """What it is called: `aws.use1`, `module.m:aws` for one that a module configures itself."""
        name = self.name + (f".{self.alias}" if self.alias else "")
        return f"{self.owner.address}:{name}" if self.owner.address else name


class Providers:
    """Binds the resources of one root to provider configurations, each described once."""

    def __init__(self) -> None:
        self._described: dict[tuple[str, str, int, Reason | None, InstanceKey | None], Provider] = {}
        self._references: dict[LazyExpression, ProviderReference] = {}
        self._expansions: dict[tuple[str, str, int], Expansion] = {}

    def of(self, instance: ModuleInstance, resource: Declaration, scope: EvaluationScope, address: str) -> Provider:
        """Give the provider of a resource instance: its `provider` argument, else the default one of its type.

        `scope` is that of the instance: the key of OpenTofu's `provider = aws.by_region[each.key]` is computed there.
        """
        expression = resource.body.expression("provider")
        default = resource.labels[0].partition("_")[0]
        if expression is None:
            return self._describe(bind(instance, default, ""))
        if expression not in self._references:
            self._references[expression] = reference(expression)
        named = self._references[expression]
        key = instance_key(named.key, scope, address) if named.key is not None else None
        found = bind(instance, named.name or default, named.alias, key)
        if named.doubt is not None:
            found = replace(found, unknown=named.doubt)
        return self._describe(found)

    def _describe(self, binding: Binding) -> Provider:
        key = (binding.name, binding.alias, id(binding.owner), binding.unknown, binding.key)
        if key not in self._described:
            self._described[key] = describe(binding, self._expand)
        return self._described[key]

    def _expand(self, binding: Binding, block: MergedBody) -> Expansion:
        """Find the instances of a configuration with `for_each`, once."""
        from imdsguard.terraform.source.expansion import expand

        key = (binding.name, binding.alias, id(binding.owner))
        if key not in self._expansions:
            self._expansions[key] = expand(block, binding.owner)
        return self._expansions[key]


def reference(expression: LazyExpression) -> ProviderReference:
    """Read the `provider` argument of a resource."""
    from imdsguard.hcl.syntax.static import reference_node

    try:
        node = reference_node(expression.source)
    except EvaluationError as error:
        return ProviderReference(doubt=refused(error.message))
    return _reference(node) or ProviderReference(doubt=Reason(ReasonKind.PROVIDER_EXPRESSION))


def _reference(node: Node) -> ProviderReference | None:
    """Read `aws`, `aws.use1` or `aws.by_region[each.key]`; None for anything else."""
    from imdsguard.hcl.evaluate.compile import compile_expression
    from imdsguard.hcl.syntax.nodes import IndexNode
    from imdsguard.hcl.syntax.static import static_traversal

    key = doubt = None
    if isinstance(node, IndexNode):
        try:
            key = compile_expression(node.key)
        except LimitReached as reached:
            doubt = reached.reason
        node = node.source
    steps = static_traversal(node)
    if steps is None or len(steps) > 2 or not all(isinstance(step, str) for step in steps):
        return None
    name, alias, *_ = (*map(str, steps), "", "")
    return ProviderReference(name, alias, key, doubt)


def instance_key(key: Compiled, scope: EvaluationScope, asker: str) -> InstanceKey:
    """Compute the key of a provider instance; what OpenTofu refuses as one is not known, with that reason."""
    from imdsguard.hcl.values.convert import convert
    from imdsguard.hcl.values.types import STRING
    from imdsguard.hcl.values.value import SENSITIVE

    try:
        value = key.evaluate(scope)
        if SENSITIVE in value.marks or value.is_null:
            what = "null" if value.is_null else "a sensitive value"
            return InstanceKey(None, refused(f"the key of a provider instance must not be {what}"), asker)
        if value.pending is not None:
            return InstanceKey(None, value.pending.reason, asker)
        return InstanceKey(str(convert(value, STRING).raw))
    except EvaluationError as error:
        return InstanceKey(None, refused(error.message, error.place), asker)
    except LimitReached as reached:
        return InstanceKey(None, reached.reason, asker)


def bind(instance: ModuleInstance, name: str, alias: str, key: InstanceKey | None = None) -> Binding:
    """Find the configuration that a name means in a module: handed over by the call, its own, or inherited.

    `key` names an instance of it. What a call hands over is one instance at most, which the module gives no key.
    """
    at, doubt = instance, None
    while True:
        if (name, alias) in at.module.providers or at.parent is None or at.call is None:
            return Binding(name, alias, at, doubt, key)
        handed = at.call.body.expression("providers")
        passed = passed_providers(handed).get((name, alias)) if handed is not None else None
        if passed is not None:
            doubt = doubt or passed.doubt
            if key is not None:
                doubt = doubt or refused(f"a call hands {passed.name} over, which is no configuration with for_each")
            if passed.key is not None and at.outer is not None:
                key = instance_key(passed.key, at.outer, at.address)
            name, alias = passed.name, passed.alias
        elif alias:
            return Binding(name, alias, at, doubt or Reason(ReasonKind.PROVIDER_NOT_PASSED, f"{name}.{alias}"), key)
        # A provider that the call does not name is inherited if it is the default one.
        at = at.parent


def passed_providers(expression: LazyExpression) -> dict[tuple[str, str], ProviderReference]:
    """Read `providers = { aws.peer = aws.use2 }`: by name and alias inside, what is meant outside."""
    from imdsguard.hcl.syntax.nodes import Object, Parens
    from imdsguard.hcl.syntax.static import reference_node

    try:
        node = reference_node(expression.source)
    except EvaluationError:
        return {}
    found: dict[tuple[str, str], ProviderReference] = {}
    for item in node.items if isinstance(node, Object) else ():
        here = _reference(item.key.inner if isinstance(item.key, Parens) else item.key)
        there = _reference(item.value)
        if here is not None and there is not None:
            found[here.name, here.alias] = there
    return found


def describe(binding: Binding, expand: Callable[[Binding, MergedBody], Expansion]) -> Provider:
    """Tell the account and the Region of a configuration. `expand` gives the instances of one with `for_each`."""
    from imdsguard.terraform.source.instance import index_of

    owner, label = binding.owner, binding.label
    declaration = owner.module.providers.get((binding.name, binding.alias))
    if declaration is None:
        reason = binding.unknown or Reason(ReasonKind.REGION_NOT_NAMED, f"provider {label}")
        if binding.alias and not binding.unknown:
            reason = Reason(ReasonKind.PROVIDER_NOT_CONFIGURED, label)
        account = Account(AccountKind.NOT_CONFIGURED, (label,), known=False) if binding.alias else ENVIRONMENT
        return Provider(label, account, Unknown(reason))
    block, place = declaration.body, declaration.place
    several, key = block.expression("for_each") is not None, binding.key
    kind = AccountKind.FOR_EACH if several else AccountKind.NOT_TOLD
    doubt = binding.unknown
    if doubt is None and several and key is None:
        doubt = Reason(ReasonKind.PROVIDER_FOR_EACH, label)
    if doubt is None and key is not None and not several:
        doubt = refused(f"provider {label} has no for_each, so it has no instances")
    if doubt is not None:
        body = SourceBody(block, owner, place)
        perhaps = Account(kind, (label,), known=False)
        return Provider(label, perhaps, Unknown(doubt, place=place), partial(default_tags, body))
    if key is None:
        return _configured(label, SourceBody(block, owner, place), owner.address)
    instances = expand(binding, block)
    if key.text is None:
        return _any_of(binding, SourceBody(block, _with_unknown_key(owner, key), place), key)
    spelled = label + index_of(key.text)
    scope = instances.scopes.get(key.text)
    if instances.unknown is not None:
        scope = _with_key(owner, key.text, instances.unknown)
    if scope is None:
        missing = refused(f"provider {label} has no instance {json.dumps(key.text)}")
        perhaps = Account(AccountKind.NOT_TOLD, (spelled,), known=False)
        return Provider(spelled, perhaps, Unknown(missing, place=place))
    return _configured(spelled, SourceBody(block, scope, place), owner.address + index_of(key.text))


def _configured(label: str, body: SourceBody, module: str) -> Provider:
    region = body.attribute("region")
    if isinstance(region, Absent):
        region = Unknown(Reason(ReasonKind.REGION_NOT_NAMED, f"provider {label}"), place=body.place)
    return Provider(label, account_of(body, module), region, partial(default_tags, body))


def _any_of(binding: Binding, body: SourceBody, key: InstanceKey) -> Provider:
    """Tell what holds for each instance of a configuration: for whoever asks, it is one of them."""
    label = f"{binding.label}[...]"
    provider = _configured(label, body, binding.owner.address)
    account, region = provider.account, provider.region
    if not account.known:
        account = Account(AccountKind.FOR_EACH, (binding.label, key.asker), known=False)
    if not isinstance(region, Known):
        reason = Reason(ReasonKind.PROVIDER_INSTANCE, binding.label, cause=key.doubt)
        region = Unknown(reason, place=body.place, trace=(Step(key.asker),))  # another's may be another Region
    return replace(provider, account=account, region=region)


def _with_each(owner: ModuleInstance, key: LanguageValue, value: LanguageValue) -> EvaluationScope:
    from imdsguard.terraform.source.scopes import Bound

    return Bound(owner, "each", {"key": key, "value": value})


def _with_unknown_key(owner: ModuleInstance, key: InstanceKey) -> EvaluationScope:
    from imdsguard.hcl.values.types import DYNAMIC, STRING
    from imdsguard.hcl.values.value import unknown

    assert key.doubt is not None
    return _with_each(owner, unknown(STRING, key.doubt), unknown(DYNAMIC, key.doubt))


def _with_key(owner: ModuleInstance, key: str, members: LanguageValue) -> EvaluationScope:
    """Give the scope of an instance that is there, or OpenTofu refuses the key; of the others nothing is known."""
    from imdsguard.hcl.values.types import DYNAMIC, SetType
    from imdsguard.hcl.values.value import string, unknown

    assert members.pending is not None
    value = string(key) if isinstance(members.type, SetType) else unknown(DYNAMIC, members.pending.reason)
    return _with_each(owner, string(key), value)


def default_tags(body: Body) -> Value:
    """Give the map of `default_tags { tags = { ... } }`."""
    blocks = body.blocks("default_tags")
    if not blocks.items:
        return blocks.unknown or Absent(body.place)
    return blocks.items[0].attribute("tags")


def account_of(body: Body, module: str = "") -> Account:
    """Tell the account that a provider block leads to: equal for blocks that surely lead to the same one.

    `module` is the address of the module instance in which its values are computed.
    """
    allowed = body.attribute("allowed_account_ids")
    if isinstance(allowed, Known) and isinstance(allowed.value, tuple) and len(allowed.value) == 1:
        only = text_of(allowed.value[0])
        if only:
            return account_id(only)
    roles = [*body.blocks("assume_role").items, *body.blocks("assume_role_with_web_identity").items]
    role = text_of(roles[-1].attribute("role_arn")) if roles else None
    matched = _ROLE.fullmatch(role) if role else None
    given = _given(body, ARGUMENTS, module)
    blocks = {block: _blocks(body.blocks(block), names, module) for block, names in BLOCKS.items()}
    if matched is not None and not blocks["endpoints"]:
        return account_id(matched.group(1))  # whoever assumes the role, it belongs to this account
    parts = (*given, *((block, each) for block, found in blocks.items() for each in found))
    if not parts:
        return ENVIRONMENT
    profile = any(isinstance(part, tuple) and part[0] == "profile" for part in given)
    kind = AccountKind.ROLE if roles else AccountKind.PROFILE if profile else AccountKind.CREDENTIALS
    return Account(kind, parts, wholly_told(parts))


def _given(body: Body, names: Sequence[str], module: str) -> tuple[Part, ...]:
    """The arguments that are set, each by its name and its value."""
    values = ((name, body.attribute(name)) for name in names)
    return tuple((name, _part(value, module)) for name, value in values if not isinstance(value, Absent))


def _blocks(found: Blocks, names: Sequence[str], module: str) -> tuple[Part, ...]:
    """What the blocks of one type give, and before it that there may be others."""
    doubt: tuple[Part, ...] = (Untold(reason=found.unknown.reason),) if found.unknown is not None else ()
    return (*doubt, *filter(None, (_given(item, names, module) for item in found.items)))


def _part(value: Value, module: str) -> Part:
    """Give a value so that equal ones are the same value; an unknown one is what it was read from."""
    if isinstance(value, Known):
        if isinstance(value.value, Mapping):
            return tuple((name, _part(each, module)) for name, each in value.value.items())
        if isinstance(value.value, tuple):
            return tuple(_part(each, module) for each in value.value)
        return str(value.value).lower() if isinstance(value.value, bool) else str(value.value)
    if isinstance(value, Absent):
        return None
    if value.reference is not None:
        return Untold(value.reference)
    # The last hop is where it comes from; without one, only the same place is surely the same value.
    return Untold(None, value.trace[-1] if value.trace else value.place, value.reason, module)
