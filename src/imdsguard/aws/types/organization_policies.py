"""Organizations: policies, what attaches them, and policy documents written in blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.organizations.documents import statements_in
from imdsguard.aws.organizations.policies import attached_in, policy_of
from imdsguard.aws.types.resource_type import ResourceType
from imdsguard.model.organization import Condition, Statement
from imdsguard.model.record import replace
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.organization import OrganizationPolicy
    from imdsguard.model.reason import Reason
    from imdsguard.model.resource import Body, Resource
    from imdsguard.model.value import Value


def policy(resource: Resource, root: RootIndex) -> OrganizationPolicy | None:
    """Read the policy, if it is about metadata options; it counts when an attachment names it."""
    found = policy_of(resource, root, attached=None)
    return None if found is None else replace(found, attached=attached_in(resource, root))


def policy_with_targets(resource: Resource, root: RootIndex) -> OrganizationPolicy | None:
    """Read the policy, if it is about metadata options; it counts when it has targets or an attachment names it."""
    targets = resource.body.attribute("target_ids")
    attached: bool | None
    if isinstance(targets, Known) and targets.value:
        attached = True
    elif isinstance(targets, Unknown):
        attached = None
    else:
        attached = attached_in(resource, root)
    return policy_of(resource, root, attached)


def attached(resource: Resource) -> Value:
    """Say which policy an attachment makes hold for an account, a unit or the whole organisation."""
    return resource.body.attribute("policy_id")


def statements(resource: Resource, root: RootIndex, depth: int) -> tuple[Statement, ...] | Unknown:
    """Read the statements, those of source documents first; one of its own replaces a source's of the same `sid`."""
    found: list[Statement] = []
    for name in ("source_policy_documents", "override_policy_documents"):
        given = _sources(resource, name, root, depth)
        if isinstance(given, Unknown):
            return given
        if name == "override_policy_documents":
            own = resource.body.blocks("statement")
            if own.unknown is not None:
                return own.unknown
            found = _replaced(found, [_statement_of(block) for block in own.items])
        found = _replaced(found, given)
    return tuple(found)


def _replaced(earlier: list[Statement], later: list[Statement]) -> list[Statement]:
    """Add statements; those with the `sid` of an earlier one take its place."""
    sids = {statement.sid for statement in later if statement.sid}
    return [*(statement for statement in earlier if statement.sid not in sids), *later]


def _sources(resource: Resource, name: str, root: RootIndex, depth: int) -> list[Statement] | Unknown:
    """Read the statements of the documents that an argument lists."""
    value = resource.body.attribute(name)
    if isinstance(value, Unknown):
        return value
    found: list[Statement] = []
    for item in value.value if isinstance(value, Known) and isinstance(value.value, tuple) else ():
        given, _ = statements_in(item, name, root, depth)
        if isinstance(given, Unknown):
            return given
        found += given
    return found


def _statement_of(block: Body) -> Statement:
    """Read a `statement` block. What cannot be computed is left out, and the statement is unsure."""
    reader = BlockReader(block)
    conditions = block.blocks("condition")
    tests = tuple(
        Condition(reader.text(each, "test"), reader.text(each, "variable"), reader.texts(each, "values"))
        for each in conditions.items
    )
    if conditions.unknown is not None:
        reader.unsure = reader.unsure or conditions.unknown.reason
    return Statement(
        effect=reader.text(block, "effect") or "Allow",
        actions=reader.texts(block, "actions"),
        not_actions=reader.texts(block, "not_actions"),
        resources=reader.texts(block, "resources"),
        not_resources=reader.texts(block, "not_resources"),
        conditions=tests,
        sid=reader.text(block, "sid"),
        place=block.place,
        unsure=reader.unsure,
    )


class BlockReader:
    """Reads texts out of blocks, and remembers why one could not be told."""

    def __init__(self, block: Body) -> None:
        self.block = block
        self.unsure: Reason | None = None

    def text(self, block: Body, name: str) -> str:
        """Return a text; an empty one if nothing is set."""
        value = block.attribute(name)
        if isinstance(value, Unknown):
            self.unsure = self.unsure or value.reason
        return str(value.value) if isinstance(value, Known) else ""

    def texts(self, block: Body, name: str) -> tuple[str, ...]:
        """Return a list of texts."""
        value = block.attribute(name)
        if isinstance(value, Absent):
            return ()
        if isinstance(value, Unknown):
            self.unsure = self.unsure or value.reason
            return ()
        items = value.value if isinstance(value.value, tuple) else (value,)
        found = []
        for item in items:
            if isinstance(item, Known):
                found.append(str(item.value))
            elif isinstance(item, Unknown):
                self.unsure = self.unsure or item.reason
        return tuple(found)


TYPES: tuple[ResourceType, ...] = (
    ResourceType(name="aws_organizations_policy", organization_policy=policy),
    ResourceType(name="awscc_organizations_policy", organization_policy=policy_with_targets),
    ResourceType(name="aws_organizations_policy_attachment", attaches=attached),
    ResourceType(name="data.aws_iam_policy_document", statements=statements),
)
