"""Entries of `ignore_changes` that keep an edit from ever getting anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.fix.proof import Declared, Proposal
from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.syntax.nodes import Tuple
from imdsguard.hcl.syntax.static import reference_node, static_traversal
from imdsguard.model.instead import Expression
from imdsguard.terraform.decided.changes import Replaced
from imdsguard.terraform.source.body import SourceBody

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.fix.compare import Path
    from imdsguard.model.resource import Resource

APPLIED = "what was changed by hand at the resource is put back to what the code says at the next apply"


def _ignores(_: Resource, path: Path) -> bool:
    return path == ("lifecycle", "ignore_changes")


def without_ignored(resource: Resource, names: frozenset[str]) -> Iterator[Proposal]:
    """Propose the list without the entries that begin with one of these names. Everything (`all`) stays."""
    body = resource.body
    if not isinstance(body, SourceBody):
        return
    for nested in [each for layer in body.merged.layers() for each in layer.nested("lifecycle")]:
        expression = nested.body.expression("ignore_changes")
        if expression is None:
            continue
        try:
            node = reference_node(expression.source)
        except EvaluationError:
            continue
        if not isinstance(node, Tuple):
            continue
        texts = [static_traversal(item) for item in node.items]
        kept = [steps for steps in texts if steps is not None and steps[0] not in names]
        if len(kept) == len(texts) or None in texts:
            continue
        listed = ", ".join(_written(steps) for steps in kept)
        what = " and ".join(sorted(names & {str(steps[0]) for steps in texts if steps is not None}))
        title = f"{what} no longer under ignore_changes"
        yield Proposal(
            Replaced(expression.place, Expression(f"[{listed}]")), title, Declared(values=_ignores), (APPLIED,)
        )


def _written(steps: tuple[str | int, ...]) -> str:
    text = str(steps[0])
    for step in steps[1:]:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text
