"""Policies of an organisation: which of them are about metadata options, and whether anything attaches them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from imdsguard.aws.organizations.documents import statements_in
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.root_index import without_key
from imdsguard.aws.types import capability
from imdsguard.model.organization import DECLARATIVE_EC2, SERVICE_CONTROL, OrganizationPolicy, Statement
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import replace
from imdsguard.model.value import Absent, Known, Unknown, text_of

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Reference, Value

NO_REGION = Unknown(Reason(ReasonKind.NO_REGION))
DEFAULTS = "instance_metadata_defaults"
ASSIGN = "@@assign"

ABOUT_TOKENS = re.compile(r"http_?-?tokens(?!enforced)|metadata_?-?(?:options|tokens)|imdsv[12]|roledelivery", re.I)
"""Condition keys about tokens, those that people invent too. `HttpTokensEnforced` is not documented enough to judge."""

HINT = re.compile(r"imds|metadata", re.I)


def policy_of(resource: Resource, root: RootIndex, attached: bool | None) -> OrganizationPolicy | None:
    """Make the policy of a resource with `content` and `type`; None for one that says nothing of metadata options."""
    value = resource.body.attribute("content")
    kind = resource.body.attribute("type")
    found = OrganizationPolicy(
        resource=resource,
        scope=replace(scope_of(resource), region=NO_REGION),
        type=text_of(kind) or ("" if isinstance(kind, Unknown) else SERVICE_CONTROL),
        attached=attached,
        place=value.place,
        trace=() if isinstance(value, Absent) else value.trace,
    )
    statements, parsed = statements_in(value, "content", root)
    if isinstance(statements, Unknown):
        return replace(found, unreadable=statements.reason) if may_speak(found) else None
    defaults = metadata_defaults(parsed)
    about = tuple(statement for statement in statements if speaks(statement))
    if defaults is None and not about:
        return None
    if isinstance(value, Known) and value.sensitive:
        return replace(found, unreadable=Reason(ReasonKind.SENSITIVE))
    return replace(found, statements=about, defaults=defaults or {})


def may_speak(policy: OrganizationPolicy) -> bool:
    """Whether a policy that cannot be read may well be about metadata options, by its type or its name."""
    body = policy.resource.body
    texts = (policy.resource.name, text_of(body.attribute("name")) or "", text_of(body.attribute("description")) or "")
    return policy.type == DECLARATIVE_EC2 or any(HINT.search(text) for text in texts)


def speaks(statement: Statement) -> bool:
    """Whether a statement has a condition about tokens."""
    return any(ABOUT_TOKENS.search(condition.key) for condition in statement.conditions)


def metadata_defaults(parsed: Any) -> dict[str, str] | None:
    """Return what a declarative policy assigns to metadata options; None for what is no such policy.

    (Organizations User Guide, "Declarative policy syntax and examples")
    """
    attributes = parsed.get("ec2_attributes") if isinstance(parsed, dict) else None
    defaults = attributes.get(DEFAULTS) if isinstance(attributes, dict) else None
    if not isinstance(defaults, dict):
        return None
    return {str(key): assigned(value) for key, value in defaults.items() if not str(key).startswith("@@")}


def assigned(value: Any) -> str:
    """Return what is assigned; an empty text where nothing is."""
    raw = value.get(ASSIGN) if isinstance(value, dict) else None
    return str(raw) if isinstance(raw, (str, int)) else ""


def attached_in(policy: Resource, root: RootIndex) -> bool | None:
    """Whether an attachment in the code names the policy; None if one may."""
    answer: bool | None = False
    for attachment, read in root.capable(capability.attaches):
        named = names(read(attachment), policy, root)
        if named and attachment.instances is None:
            return True
        if named is not False:
            answer = None
    return answer


def names(value: Value, policy: Resource, root: RootIndex) -> bool | None:
    """Whether a value is the id of the policy; None if it may be."""
    if isinstance(value, Known):
        return value.value == text_of(policy.body.attribute("id"))
    if isinstance(value, Absent):
        return False
    if value.reference is not None:
        return is_policy(value.reference, policy, root)
    if not value.references:
        return None
    near = without_key(policy.address)
    return None if any(without_key(reference.address) == near for reference in value.references) else False


def is_policy(reference: Reference, policy: Resource, root: RootIndex) -> bool | None:
    """Whether a reference is to the policy. One of a resource out of sight may be to anything."""
    found = root.find(reference)
    if found is not None:
        return found.address == policy.address
    return None if without_key(reference.address) == without_key(policy.address) else False
