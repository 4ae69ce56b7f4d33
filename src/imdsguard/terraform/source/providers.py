"""Which provider configuration a resource is bound to: whose account it reaches, and in which Region.

("Provider Configuration" and "Providers Within Modules", Terraform language documentation; "Authentication and
Configuration", AWS provider documentation)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.model.account import ENVIRONMENT, Account, AccountKind, Untold, account_id, wholly_told
from imdsguard.model.reason import Reason, ReasonKind, refused
from imdsguard.model.record import record
from imdsguard.model.resource import Provider
from imdsguard.model.value import Absent, Known, Unknown, text_of
from imdsguard.terraform.source.body import SourceBody

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.model.account import Part
    from imdsguard.model.resource import Blocks, Body
    from imdsguard.model.value import Value
    from imdsguard.terraform.source.configuration import Declaration
    from imdsguard.terraform.source.instance import ModuleInstance
    from imdsguard.terraform.source.lazy_expression import LazyExpression

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
class Binding:
    """A provider configuration: its local name and alias, and the module instance whose configuration it is."""

    name: str
    alias: str
    owner: ModuleInstance
    unknown: Reason | None = None


class Providers:
    """Binds the resources of one root to provider configurations, each described once."""

    def __init__(self) -> None:
        self._described: dict[tuple[str, str, int, Reason | None], Provider] = {}

    def of(self, instance: ModuleInstance, resource: Declaration) -> Provider:
        """Give the provider of a resource: its `provider` argument, else the default one of its type."""
        expression = resource.body.expression("provider")
        default = resource.labels[0].partition("_")[0]
        name, alias, doubt = reference(expression) if expression is not None else (default, "", None)
        found = bind(instance, name or default, alias)
        if doubt:
            found = Binding(found.name, found.alias, found.owner, doubt)
        return self._describe(found)

    def _describe(self, binding: Binding) -> Provider:
        key = (binding.name, binding.alias, id(binding.owner), binding.unknown)
        if key not in self._described:
            self._described[key] = describe(binding)
        return self._described[key]


def reference(expression: LazyExpression) -> tuple[str, str, Reason | None]:
    """Read `aws.use1`: name, alias, and why it is not certain (OpenTofu's `aws.by_region[each.key]`)."""
    from imdsguard.hcl.syntax.nodes import IndexNode
    from imdsguard.hcl.syntax.static import reference_node, static_traversal

    try:
        node = reference_node(expression.source)
    except EvaluationError as error:
        return "", "", refused(error.message)
    doubt = None
    if isinstance(node, IndexNode):
        doubt, node = Reason(ReasonKind.PROVIDER_INSTANCE), node.source
    steps = static_traversal(node)
    if steps is None or len(steps) > 2 or not all(isinstance(step, str) for step in steps):
        return "", "", Reason(ReasonKind.PROVIDER_EXPRESSION)
    return *_name_and_alias(steps), doubt


def _name_and_alias(steps: tuple[str | int, ...]) -> tuple[str, str]:
    """Take `aws.use1` apart; the alias of plain `aws` is empty."""
    name, alias, *_ = (*map(str, steps), "", "")
    return name, alias


def bind(instance: ModuleInstance, name: str, alias: str) -> Binding:
    """Find the configuration that a name means in a module: handed over by the call, its own, or inherited."""
    at, doubt = instance, None
    while True:
        if (name, alias) in at.module.providers or at.parent is None or at.call is None:
            return Binding(name, alias, at, doubt)
        handed = at.call.body.expression("providers")
        if handed is not None:
            passed = passed_providers(handed).get((name, alias))
            if passed is not None:
                name, alias, here = passed
                doubt = doubt or here
            elif alias:
                return Binding(name, alias, at, doubt or Reason(ReasonKind.PROVIDER_NOT_PASSED, f"{name}.{alias}"))
            # A provider that the call does not name is inherited if it is the default one.
        elif alias:
            return Binding(name, alias, at, doubt or Reason(ReasonKind.PROVIDER_NOT_PASSED, f"{name}.{alias}"))
        at = at.parent


def passed_providers(expression: LazyExpression) -> dict[tuple[str, str], tuple[str, str, Reason | None]]:
    """Read `providers = { aws.peer = aws.use2 }`: by name and alias inside, the name, alias and doubt outside."""
    from imdsguard.hcl.syntax.nodes import IndexNode, Object, Parens
    from imdsguard.hcl.syntax.static import reference_node, static_traversal

    try:
        node = reference_node(expression.source)
    except EvaluationError:
        return {}
    found: dict[tuple[str, str], tuple[str, str, Reason | None]] = {}
    for item in node.items if isinstance(node, Object) else ():
        key, value, doubt = item.key, item.value, None
        inside = static_traversal(key.inner if isinstance(key, Parens) else key)
        if isinstance(value, IndexNode):
            doubt, value = Reason(ReasonKind.PROVIDER_INSTANCE), value.source
        outside = static_traversal(value)
        if inside is not None and outside is not None:
            found[_name_and_alias(inside)] = (*_name_and_alias(outside), doubt)
    return found


def describe(binding: Binding) -> Provider:
    """Tell the account and the Region of a configuration."""
    owner, name = binding.owner, binding.name + (f".{binding.alias}" if binding.alias else "")
    label = f"{owner.address}:{name}" if owner.address else name
    declaration = owner.module.providers.get((binding.name, binding.alias))
    if declaration is None:
        reason = binding.unknown or Reason(ReasonKind.REGION_NOT_NAMED, f"provider {label}")
        if binding.alias and not binding.unknown:
            reason = Reason(ReasonKind.PROVIDER_NOT_CONFIGURED, label)
        account = Account(AccountKind.NOT_CONFIGURED, (label,), known=False) if binding.alias else ENVIRONMENT
        return Provider(label, account, Unknown(reason))
    body = SourceBody(declaration.body, owner, declaration.place)
    region = body.attribute("region")
    if isinstance(region, Absent):
        region = Unknown(Reason(ReasonKind.REGION_NOT_NAMED, f"provider {label}"), place=declaration.place)
    account, tags = account_of(body, owner.address), partial(default_tags, body)
    if declaration.body.expression("for_each") is not None:  # OpenTofu: one configuration for each key
        reason = Reason(ReasonKind.PROVIDER_FOR_EACH, label)
        several = Account(AccountKind.FOR_EACH, (label,), known=False)
        return Provider(label, several, Unknown(reason, place=declaration.place), tags)
    if binding.unknown:
        perhaps = Account(AccountKind.NOT_TOLD, (label,), known=False)
        return Provider(label, perhaps, Unknown(binding.unknown, place=declaration.place), tags)
    return Provider(label, account, region, tags)


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
