"""What an unknown argument stands for, found by following a plan's references through modules.

A plan shows which names an expression mentions, and nothing of what it does with them. So an argument is taken to be
equal to an attribute only if that attribute is the one thing in the expression that is not known yet. The same is said
of a list or a map with that one thing in it, for a plan made with Terraform's older plugin SDK shows such a map as
unknown as a whole.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import record
from imdsguard.model.value import Reference
from imdsguard.terraform.documents.addresses import AddressIndex, Step, key_of, steps_of
from imdsguard.terraform.documents.expressions import FUNCTION, references_of
from imdsguard.terraform.documents.hidden import HiddenUses
from imdsguard.terraform.documents.plan_configuration import ConfigurationBlocks, ModulePath, most_specific
from imdsguard.terraform.documents.values import anything_marked, member

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imdsguard.terraform.documents.instances import Instance, Instances
    from imdsguard.terraform.documents.schema import PlanExpression, RelevantAttribute

MOST_REFERENCES = 64
MOST_REFERENCES_FOLLOWED = 1000
LONGEST_CHAIN = 100


@record(frozen=True, slots=True)
class ReferenceSources:
    """The parts of an expression that are not known: attributes, and reasons for what cannot be followed.

    `lost` says that a plan does not show which attribute it is: `x[each.key].id` is shown as `x` and `each.key`,
    and `x[*].id` as `x`.
    """

    references: tuple[Reference, ...] = ()
    reasons: tuple[Reason, ...] = ()
    lost: bool = False

    @property
    def known(self) -> bool:
        """Whether everything it is made of is known."""
        return not self.references and not self.reasons

    @property
    def exact(self) -> bool:
        """Whether the expression can be nothing but its one reference."""
        # Functions of constants are known when planning, but for two that nobody names a template by (uuid, timestamp).
        if len(self.references) != 1 or any(each.kind is not ReasonKind.FUNCTION_HIDDEN for each in self.reasons):
            return False
        attribute = self.references[0].attribute
        return len(attribute) == 1 if attribute else self.lost

    @property
    def reason(self) -> Reason | None:
        """Why it is not known; None where the references say it."""
        if not self.reasons and len(self.references) > 1:
            return Reason(ReasonKind.MIX_HIDDEN, str(self.references[0]), str(self.references[1]))
        return self.reasons[0] if self.reasons else None


ALL_KNOWN = ReferenceSources()


@record(frozen=True, slots=True)
class ReferenceContext:
    """Where an expression stands: a module instance, and the resource's or call's own key and for_each."""

    resolver: Resolver
    module: ModulePath
    key: str | int | None = None
    for_each: PlanExpression | None = None
    label: str = ""

    def sources(self, references: list[str]) -> ReferenceSources:
        """Find what is unknown in an expression that has these references."""
        return self.resolver.follow(references, self)


class Resolver:
    """Follows references through one plan."""

    def __init__(
        self, blocks: ConfigurationBlocks, instances: Instances, relevant: Sequence[RelevantAttribute] = ()
    ) -> None:
        self._blocks = blocks
        self._instances = instances
        self.hidden = HiddenUses(blocks, instances, relevant)
        self._memo: dict[tuple[object, ...], ReferenceSources] = {}
        self._depth = 0

    def follow(self, references: list[str], around: ReferenceContext, sought: Sequence[Step] = ()) -> ReferenceSources:
        """Join what the references lead to. `sought` is the part of the expression's value that is asked for."""
        found: dict[Reference, None] = {}
        reasons: dict[Reason, None] = {}
        lost = False
        keyed = "each.key" in references or "count.index" in references
        specific = most_specific(references)
        if len(specific) > MOST_REFERENCES_FOLLOWED:
            reasons[Reason(ReasonKind.MANY_REFERENCES, str(MOST_REFERENCES_FOLLOWED))] = None
        for reference in specific[:MOST_REFERENCES_FOLLOWED]:
            sources = self._one(reference, around, tuple(sought), keyed=keyed)
            found.update(dict.fromkeys(sources.references))
            reasons.update(dict.fromkeys(sources.reasons))
            lost = lost or sources.lost
        named = {each.address for each in found if each.attribute}
        # `length(x) > 0 ? x[0].id : null`: what is said of all of it goes for the part that is named.
        parts = [each for each in found if each.attribute or each.address not in named]
        return ReferenceSources(tuple(parts)[:MOST_REFERENCES], tuple(reasons), lost)

    def _one(
        self, reference: str, around: ReferenceContext, sought: tuple[Step, ...], *, keyed: bool
    ) -> ReferenceSources:
        name = (reference, around.module, around.key, id(around.for_each), around.label, sought, keyed)
        found = self._memo.get(name)
        if found is not None:
            return found
        if self._depth >= LONGEST_CHAIN:
            return _hidden(ReasonKind.LONG_CHAIN, reference, str(LONGEST_CHAIN))
        self._memo[name] = _hidden(ReasonKind.REFERS_TO_ITSELF, reference)
        self._depth += 1
        try:
            found = self._memo[name] = self._resolve(reference, around, sought, keyed=keyed)
        finally:
            self._depth -= 1
        return found

    def _resolve(
        self, reference: str, around: ReferenceContext, sought: tuple[Step, ...], *, keyed: bool
    ) -> ReferenceSources:
        steps = steps_of(reference)
        root, rest = (steps[0], steps[1:]) if steps else ("", ())
        if root in {"path", "terraform", "count"} or not rest:
            return ALL_KNOWN
        if root == "local":
            return _hidden(ReasonKind.LOCAL_HIDDEN, f"local.{rest[0]}")
        if root == "each":
            if rest[0] == "key":
                return ALL_KNOWN
            # A key behind an attribute is one of a map that was built around it: { (each.key) = each.value.id }.
            around_it = len(rest) > 1 and bool(sought) and isinstance(sought[0], AddressIndex)
            return self._each_value(around, rest[1:] if around_it else (*rest[1:], *sought))
        if root == "var":
            return self._variable(str(rest[0]), around, (*rest[1:], *sought))
        if root == "module":
            return self._output(str(rest[0]), around, (*rest[1:], *sought))
        if root == "resource":
            root, rest = rest[0], rest[1:]
        if root == "data":
            label, rest = ".".join(map(str, steps[:3])), steps[3:]
        else:
            label, rest = f"{root}.{rest[0]}" if rest else str(root), rest[1:]
        if self._is_not_there(label, around.module, rest):
            return ALL_KNOWN
        # Behind an attribute, what is sought is a part of an object that was built around it: the attribute says more.
        inside = any(key_of(step) is None and step != "*" for step in rest)
        return self._resource(label, around, rest if inside else (*rest, *sought), keyed=keyed)

    def _each_value(self, around: ReferenceContext, sought: tuple[Step, ...]) -> ReferenceSources:
        if around.for_each is None or not around.for_each.references or not isinstance(around.key, str):
            return ALL_KNOWN
        module = ReferenceContext(self, around.module)
        return self.follow(around.for_each.references, module, (AddressIndex(around.key), *sought))

    def _variable(self, name: str, around: ReferenceContext, sought: tuple[Step, ...]) -> ReferenceSources:
        if not around.module:
            return ALL_KNOWN  # a plan is made with all root variables known
        call = self._blocks.call(around.module)
        if call is None:
            return _hidden(ReasonKind.NOT_IN_PLAN, f"where var.{name} is set")
        expression = call.expressions.get(name)
        references, _, opaque = references_of(expression) if expression is not None else ([], None, False)
        caller = ReferenceContext(self, around.module[:-1], around.module[-1][1], call.for_each_expression)
        if opaque:
            return ReferenceSources((), (FUNCTION,))
        return self.follow(references, caller, sought)

    def _output(self, name: str, around: ReferenceContext, sought: tuple[Step, ...]) -> ReferenceSources:
        key = key_of(sought[0]) if sought else None
        if key is not None:
            sought = sought[1:]
        if not self._repeats((*around.module, (name, None))):
            key = None  # one before it is of an object that was built around it
        elif key is None:
            return _hidden(ReasonKind.NOT_IN_PLAN, f"which instance of module.{name} it is")
        child = (*around.module, (name, key))
        module = self._blocks.module(child)
        output = module.outputs.get(str(sought[0])) if module is not None and sought else None
        if output is None or output.expression is None:
            return _hidden(ReasonKind.NOT_IN_PLAN, f"which output of module.{name} it is")
        if not output.expression.references:
            return ALL_KNOWN
        return self.follow(output.expression.references, ReferenceContext(self, child), sought[1:])

    def _repeats(self, path: ModulePath) -> bool:
        """Whether a module call makes several instances."""
        call = self._blocks.call(path)
        return call is not None and (call.count_expression is not None or call.for_each_expression is not None)

    def _resource(
        self, label: str, around: ReferenceContext, path: tuple[Step, ...], *, keyed: bool
    ) -> ReferenceSources:
        instances = self._instances.of(around.module, label)
        if not instances:
            known = self._blocks.resource(around.module, label) is not None
            return ALL_KNOWN if known else _hidden(ReasonKind.NOT_IN_PLAN, label)
        chosen: Mapping[str | int | None, Instance] = instances
        lost = (keyed or not path) and not any(key_of(step) is None for step in path)
        key = key_of(path[0]) if path else None
        if key is not None and key in instances:
            chosen, path = {key: instances[key]}, path[1:]
        elif keyed and around.key in instances and self._side_by_side(around, label):
            chosen = {around.key: instances[around.key]}
        found: list[Reference] = []
        for instance in islice(chosen.values(), MOST_REFERENCES):
            attribute = existing(path, instance)
            unknown: Any = instance.unknown
            for step in attribute:
                unknown = member(unknown, step)
            if anything_marked(unknown):
                plain = tuple(str(step) if isinstance(step, str) else step for step in attribute)
                found.append(Reference(instance.address, plain))
        return ReferenceSources(tuple(found), lost=lost and len(found) == 1)

    def _is_not_there(self, label: str, module: ModulePath, path: Sequence[Step]) -> bool:
        """Whether it is an instance that the plan does not have: `try(x[1].id, null)`."""
        key, instances = key_of(path[0]) if path else None, self._instances.of(module, label)
        return key is not None and key not in instances and any(type(key) is type(each) for each in instances)

    def _side_by_side(self, around: ReferenceContext, label: str) -> bool:
        """Whether the instances belong together one by one: a count may be used modulo another."""
        return isinstance(around.key, str) or self._instances.have_same_keys(around.module, around.label, label)


def _hidden(kind: ReasonKind, subject: str, detail: str = "") -> ReferenceSources:
    return ReferenceSources((), (Reason(kind, subject, detail),))


def existing(path: Sequence[Step], instance: Instance) -> tuple[Step, ...]:
    """The part of a path that leads into the resource: `x.y.id` with `x = { y = aws_a.b }` ends in `id`."""
    for start, step in enumerate(path):
        if isinstance(step, str) and not isinstance(step, AddressIndex) and instance.has(step):
            steps = path[start:]
            return tuple(steps[: steps.index("*")]) if "*" in steps else tuple(steps)
    return ()
