"""Edits for alarms that cannot fire, or that nobody hears of: the arguments that the rule would have instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.fix.additions import module_of, provider_of
from imdsguard.fix.file_text import NotEditableError
from imdsguard.fix.mend_account import told_by
from imdsguard.fix.proof import Declared, Proposal
from imdsguard.hcl.errors import EvaluationError
from imdsguard.model.instead import Expression
from imdsguard.terraform.decided.changes import NewArguments, Replaced
from imdsguard.terraform.decided.locate import around, want
from imdsguard.terraform.decided.written import native
from imdsguard.terraform.source.body import SourceBody

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.fix.compare import Path
    from imdsguard.fix.tree import Judged, SourceTree
    from imdsguard.model.finding import Finding
    from imdsguard.model.resource import Resource


def ineffective(finding: Finding, judged: Judged, tree: SourceTree) -> Iterator[Proposal]:
    """Propose the arguments of the remedy: those that are literals, one after the other, and all that are missing."""
    resource = judged.resource_of(finding)
    if resource is None or finding.instead is None or not isinstance(resource.body, SourceBody):
        return
    values = dict(finding.instead.arguments)
    if isinstance(values.get("alarm_actions"), tuple):  # an example of whom it could tell
        yield from _told(finding, resource, tree)
        return
    merged = resource.body.merged
    names = frozenset(values)

    def declares(other: Resource, path: Path) -> bool:
        return other.type == resource.type and len(path) == 1 and path[0] in names

    declared = Declared(values=declares)
    for name, value in values.items():
        expression = merged.expression(name)
        title = ", ".join(f"{each} = {native(text)}" for each, text in values.items())
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
