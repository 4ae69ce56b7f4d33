"""The arguments and blocks of a resource in a plan or a state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imdsguard.model.reason import AFTER_APPLY, Reason, ReasonKind
from imdsguard.model.record import record, replace
from imdsguard.model.resource import Blocks
from imdsguard.model.value import Absent, Step, Unknown, Value
from imdsguard.terraform.documents.alternatives import TEMPLATE, direct, instead_of
from imdsguard.terraform.documents.expressions import FUNCTION, ConfigBlock, Hidden, references_of
from imdsguard.terraform.documents.values import Marks, marked, member, to_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imdsguard.model.place import Place
    from imdsguard.terraform.documents.references import ReferenceContext

OUTSIDE = "changed outside of Terraform"
NEVER_COMPUTED = frozenset(
    {
        "auto_scaling_group_provider",
        "compute_resources",
        "evaluation_criteria",
        "launch_specification",
        "launch_template",
        "launch_template_config",
        "launch_template_specification",
        "managed_instances_provider",
        "metric",
        "metric_query",
        "override",
        "overrides",
        "setting",
    }
)
"""Blocks that no resource's provider fills in (its published schemas): not known yet, they are somebody's."""
GROUP = "aws_autoscaling_group."
"""Of a group the provider fills in `launch_template` too."""
NO_BLOCKS = "awscc_"
"""The provider whose resources have arguments only: these are shown."""
TOO_DEEP = Reason(ReasonKind.DOCUMENT_TOO_DEEP)


@record(frozen=True, slots=True)
class Drift:
    """A resource, or a part of it, as Terraform had left it and as it has found it."""

    before: Any
    after: Any

    def of(self, name: str | int) -> Drift:
        """The same of a part."""
        return Drift(_part(self.before, name), _part(self.after, name))


@record(frozen=True, slots=True)
class DocumentBody:
    """What a document says about a resource or a nested block.

    `written` is what the configuration in a plan says about the same block, `context` resolves its references.
    `drift` is what has changed outside of Terraform. `block` is the type of a nested block.
    """

    place: Place
    values: Mapping[str, Any]
    unknown: Marks
    sensitive: Marks
    written: ConfigBlock
    context: ReferenceContext | None = None
    drift: Drift | None = None
    block: str = ""

    def attribute(self, name: str) -> Value:
        """Return what the argument will be set to; one that only the provider computes is absent."""
        try:
            return self._attribute(name)
        except RecursionError:
            return Unknown(TOO_DEEP, place=self.place)

    def blocks(self, name: str) -> Blocks:
        """Return the nested blocks, or the objects of an argument that holds such."""
        try:
            return self._blocks(name)
        except RecursionError:
            return Blocks((), Unknown(TOO_DEEP, place=self.place))

    def _attribute(self, name: str) -> Value:
        raw, marks = self.values.get(name), member(self.unknown, name)
        expression = self.written.expression(name)
        if marked(marks):
            return self._sure(name, expression)
        if expression is None or isinstance(expression, Hidden):
            if raw == "":
                return Absent(self.place)  # the provider's zero value for a string that nobody set
            if raw is None and not marks and self.drift is None:
                return Absent(self.place)  # most of what is asked for
        secrets = member(self.sensitive, name)
        return to_value(
            raw,
            marks,
            secrets,
            self.place,
            self._stays(name, raw) + self._trace(name),
            lambda: self._after_apply(name, expression),
        )

    def _blocks(self, name: str) -> Blocks:
        raw, marks, secrets = self.values.get(name), member(self.unknown, name), member(self.sensitive, name)
        if marked(marks):
            expression = self.written.expression(name)
            value = self._after_apply(name, expression) if expression is not None else self._left_out(name)
            return Blocks((), value) if isinstance(value, Unknown) else Blocks()
        if isinstance(raw, dict):
            drift = self.drift.of(name) if self.drift is not None else None
            return Blocks((self._child(name, raw, marks, secrets, self.written.block(name), drift),))
        if not isinstance(raw, list):
            return Blocks()
        written = self.written.blocks(name, raw)
        drift = self.drift.of(name) if self.drift is not None else None
        return Blocks(
            tuple(
                self._child(
                    name, item, member(marks, i), member(secrets, i), written[i], drift.of(i) if drift else None
                )
                for i, item in enumerate(raw)
                if isinstance(item, dict) or marked(member(marks, i))
            )
        )

    def _child(
        self, name: str, raw: Any, marks: Marks, secrets: Marks, written: ConfigBlock, drift: Drift | None
    ) -> DocumentBody:
        values = raw if isinstance(raw, dict) else {}
        return DocumentBody(self.place, values, marks, secrets, written, self.context, drift, name)

    def _stays(self, name: str, raw: Any) -> tuple[Step, ...]:
        """Say of a value that it came from outside of Terraform, which leaves it as it is."""
        if self.drift is None:
            return ()
        part = self.drift.of(name)
        return (Step(OUTSIDE, self.place),) if part.after != part.before and raw == part.after else ()

    def _sure(self, name: str, expression: object) -> Value:
        """Say why an argument is not known; it equals nothing for sure if another may be set instead of it."""
        value = self._after_apply(name, expression)
        if not isinstance(value, Unknown) or not value.exact:
            return value
        other = instead_of(name, self.block)
        if other is None or direct(references_of(expression)[0]) or not self._rivals(other, value):
            return value
        return replace(value, reason=Reason(ReasonKind.CHOICE_HIDDEN, name, other), exact=False)

    def _rivals(self, other: str, value: Unknown) -> bool:
        """Whether another argument or block may be set instead of one, and to something else."""
        if other == TEMPLATE:
            return self.blocks(other) != Blocks()
        expression, raw = self.written.expression(other), self.values.get(other)
        if expression is None:
            return False  # if it has a value, it has kept the one that the provider had filled in
        if not marked(member(self.unknown, other)):
            return raw not in (None, "")
        rival = self._after_apply(other, expression)
        if not isinstance(rival, Unknown):
            return False
        return not rival.exact or rival.references[0].address != value.references[0].address

    def _after_apply(self, name: str, expression: object) -> Value:
        """Say why a part is not known: what the code sets, or Terraform fills in after a null (then it is absent)."""
        if expression is None:
            return Absent(self.place)
        if isinstance(expression, Hidden):
            return Unknown(expression.reason, place=self.place)
        references, constant, opaque = references_of(expression)
        if not references:
            if opaque:
                return Unknown(FUNCTION, place=self.place)
            return Absent(self.place) if constant is None else Unknown(AFTER_APPLY, place=self.place)
        if self.context is None:
            return Unknown(AFTER_APPLY, place=self.place)
        sources = self.context.sources(references)
        trace = self._trace(name)
        if sources.known:  # nothing it is made of is unknown: it is null, and the provider fills it in
            return Absent(self.place, trace) if not opaque else Unknown(FUNCTION, place=self.place)
        reason = sources.reason or AFTER_APPLY
        return Unknown(reason, sources.references, self.place, trace, sources.exact)

    def _left_out(self, name: str) -> Value:
        """Say of blocks that are not known yet, and not in the configuration, whether dynamic ones may be there."""
        if self.context is None or self.context.label.startswith(NO_BLOCKS):
            return Absent(self.place)
        group = self.context.label.startswith(GROUP)
        if name in NEVER_COMPUTED and not (group and name == "launch_template"):
            return Unknown(Reason(ReasonKind.DYNAMIC_UNCOUNTED), place=self.place)
        used = self.context.resolver.hidden.use_in(self.context.module, self.context.label)
        if used is None:
            return Absent(self.place)
        return Unknown(Reason(ReasonKind.DYNAMIC_POSSIBLE, str(used)), (used,), self.place)

    def _trace(self, name: str) -> tuple[Step, ...]:
        labels = self.written.labels(name)
        return tuple([Step(label, self.place) for label in labels]) if labels else ()


def _part(value: Any, name: str | int) -> Any:
    if isinstance(value, dict) and isinstance(name, str):
        return value.get(name)
    if isinstance(value, list) and isinstance(name, int):
        return value[name] if name < len(value) else None
    return None
