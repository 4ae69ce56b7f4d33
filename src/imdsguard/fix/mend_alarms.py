"""Edits for alarms that cannot fire, or that nobody hears of: the arguments that the rule writes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.fix.additions import module_of, provider_of
from imdsguard.fix.file_text import NotEditableError
from imdsguard.fix.mend_account import told_by
from imdsguard.fix.proof import Declared, Proposal
from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.syntax.literal import Literal
from imdsguard.hcl.syntax.native import scan
from imdsguard.hcl.syntax.source import SourceText
from imdsguard.terraform.decided.changes import NewArguments, Replaced
from imdsguard.terraform.decided.locate import around, want
from imdsguard.terraform.decided.written import Expression
from imdsguard.terraform.source.body import SourceBody

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from imdsguard.fix.compare import Path
    from imdsguard.fix.tree import Judged, SourceTree
    from imdsguard.model.finding import Finding
    from imdsguard.model.resource import Resource
    from imdsguard.terraform.decided.written import Written


def ineffective(finding: Finding, judged: Judged, tree: SourceTree) -> Iterator[Proposal]:
    """Propose the arguments of the remedy: those that are literals, one after the other, and all that are missing."""
    resource = judged.resource_of(finding)
    if finding.remedy.startswith("alarm_actions") and resource is not None:
        yield from _told(finding, resource, tree)
        return
    values = written_out(finding.remedy)
    if resource is None or not values or not isinstance(resource.body, SourceBody):
        return
    merged = resource.body.merged
    names = frozenset(values)

    def declares(other: Resource, path: Path) -> bool:
        return other.type == resource.type and len(path) == 1 and path[0] in names

    declared = Declared(values=declares)
    for name, value in values.items():
        expression = merged.expression(name)
        title = ", ".join(
            f"{each} = {str(text).lower() if isinstance(text, bool) else text}" for each, text in values.items()
        )
        if expression is None:
            missing = {each: text for each, text in values.items() if merged.expression(each) is None}
            yield Proposal(NewArguments(merged.bodies[-1], missing), title, declared)
            continue
        try:
            node = expression.node()
        except EvaluationError:
            continue
        for change in want(node, around(merged, resource.body.scope), value):
            yield Proposal(change, title, declared)


NO_TOPIC = "its root module has no SNS topic, and no other alarm whose actions could be taken"


def _told(finding: Finding, resource: Resource, tree: SourceTree) -> Iterator[Proposal]:
    """An alarm that tells nobody gets whom the code tells elsewhere."""
    body = resource.body
    if not isinstance(body, SourceBody) or resource.module:
        return
    told, why = told_by(module_of(tree, finding.root), provider_of(finding))
    if why:
        raise NotEditableError(NO_TOPIC)
    title = f"alarm_actions = {told}"
    declared = Declared(values=lambda other, path: other.type == resource.type and path == ("alarm_actions",))
    expression = body.merged.expression("alarm_actions")
    if expression is not None:
        yield Proposal(Replaced(expression.place, Expression(told)), title, declared)
    else:
        yield Proposal(NewArguments(body.merged.bodies[-1], {"alarm_actions": Expression(told)}), title, declared)


def written_out(remedy: str) -> Mapping[str, Written]:
    """Read a remedy that is nothing but arguments with literal values; what is anything else gives none."""
    body, problems = scan(SourceText.of_text("remedy.tf", remedy))
    if problems or body.inner or not body.found:
        return {}
    values: dict[str, Written] = {}
    for name, attribute in body.attributes().items():
        try:
            node = attribute.expression.node()
        except EvaluationError:
            return {}
        if not isinstance(node, Literal) or not isinstance(node.value, (str, bool, int)):
            return {}
        values[name] = node.value
    return values
