"""What a plan leaves out: a `dynamic` block whose `for_each` is known after apply only.

A plan shows no dynamic block in its configuration, and one with an unknown `for_each` not in its values either: a block
that the provider computes looks exactly as if nobody had written it. But a plan lists the attributes that any resource
in it was made from (`relevant_attributes`), dynamic blocks included. One of them that is not known yet and that nothing
shown leads to a resource was used where the plan does not look: then a block that seems to be left out may not be.
Where there is another explanation (a local, or something not known inside a dynamic block that is there), the block
counts as left out, as it nearly always is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from imdsguard.model.value import Reference
from imdsguard.terraform.documents.addresses import key_of, module_path, steps_of
from imdsguard.terraform.documents.expressions import references_of
from imdsguard.terraform.documents.plan_configuration import most_specific
from imdsguard.terraform.documents.values import anything_marked, member

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from imdsguard.terraform.documents.instances import Instance, Instances
    from imdsguard.terraform.documents.plan_configuration import ConfigurationBlocks, ModulePath
    from imdsguard.terraform.documents.schema import ConfigurationModule, RelevantAttribute

    Names: TypeAlias = tuple[str, ...]
    """A module by the names of its calls: all instances of it have one configuration."""
    Name: TypeAlias = tuple[str, str]
    """What can be read in a module: `("aws_instance.web", "id")`, `("var", "x")`, `("module.m", "output")`."""

MOST_INSTANCES = 16
MOST_ATTRIBUTES = 10_000
MOST_STEPS = 200_000

OPTIONS = "metadata_options"
LOCAL: Name = ("local", "")


class HiddenUses:
    """Finds attributes that are used where the plan does not look. Reads nothing before it is asked."""

    def __init__(
        self, blocks: ConfigurationBlocks, instances: Instances, relevant: Sequence[RelevantAttribute]
    ) -> None:
        self._blocks = blocks
        self._instances = instances
        self._relevant = relevant
        self._uses: dict[Names, Mapping[Name, list[HiddenUse]]] = {}
        self._planned: dict[Names, dict[str, list[Instance]]] = {}
        self._content: dict[Names, bool] = {}
        self._locals: dict[Names, list[HiddenUse] | None] = {}
        self._explained: set[tuple[Names, Name]] = set()
        self._steps = 0
        self._found: dict[Names, list[tuple[Names, str, Reference]]] | None = None

    def use_in(self, module: ModulePath, label: str) -> Reference | None:
        """Give an attribute, not known yet, that the resource may use unseen by the plan; None if there is none."""
        if self._found is None:
            self._found = self._find()
        own = tuple(name for name, _ in module)
        return next((used for names, other, used in self._found.get(own, ()) if (names, other) != (own, label)), None)

    def _find(self) -> dict[Names, list[tuple[Names, str, Reference]]]:
        found: dict[Names, list[tuple[Names, str, Reference]]] = {}
        for instance in self._instances if self._relevant else ():
            labels = self._planned.setdefault(tuple(name for name, _ in instance.module), {})
            some = labels.setdefault(instance.label, [])
            if len(some) < MOST_INSTANCES:
                some.append(instance)
        for relevant in self._relevant[:MOST_ATTRIBUTES]:
            names, label = place_of(relevant.resource)
            attribute = relevant.attribute[:1]
            waiting = [one for one in self._planned.get(names, {}).get(label, ()) if _waits(one, attribute)]
            if not waiting:
                continue
            path = tuple(str(step) for step in attribute)
            for reached in self._out_of_sight(names, (label, path[0] if path else "")):
                known = found.setdefault(reached, [])
                if len(known) < 2 and (names, label) not in [each[:2] for each in known]:  # one may be of who asks
                    known.append((names, label, Reference(waiting[0].address, path)))
        return found

    def _out_of_sight(self, names: Names, name: Name) -> set[Names]:
        """The modules in which the name may be used; none if something shown uses it, or if that takes too long."""
        modules: set[Names] = set()
        seen: set[tuple[Names, Name]] = set()
        start = names, name
        pending = [start]
        while pending:
            node = pending.pop()
            if node in seen:
                continue
            seen.add(node)
            names, name = node
            self._steps += 1
            uses = self._uses_in(names)
            direct = (*uses.get(name, ()), *uses.get((name[0], ""), ()))
            through = self._through_locals(names)
            if (
                node in self._explained
                or self._steps > MOST_STEPS
                or through is None
                or any(use.resource for use in direct)
                or self._has_content(names)
            ):
                self._explained.add(start)
                return set()
            pending += [(use.names, use.name) for use in direct]
            if names not in modules:
                pending += [(use.names, use.name) for use in through]
            modules.add(names)
        return modules

    def _through_locals(self, names: Names) -> list[HiddenUse] | None:
        """Where a module's locals go on to; None if one may lead to a resource's argument that is not known yet.

        A plan holds no locals: whatever reads one may read anything of the module through it.
        """
        if names not in self._locals:
            uses = self._uses_in(names).get(LOCAL, ())
            ends = any(use.resource and self._known_after_apply(names, use.name) for use in uses)
            self._locals[names] = None if ends else [use for use in uses if not use.resource]
        return self._locals[names]

    def _known_after_apply(self, names: Names, argument: Name) -> bool:
        """Whether an argument of a resource is not known yet, in an instance of it."""
        label, name = argument
        return any(anything_marked(member(one.unknown, name)) for one in self._planned.get(names, {}).get(label, ()))

    def _has_content(self, names: Names) -> bool:
        """Whether a dynamic block that is there has something in it that is not known: that is the likelier use.

        Not so for metadata options, of which the provider fills in what is left out.
        """
        if names not in self._content:
            module = self._blocks.module(tuple((name, None) for name in names))
            written = {resource.address: resource.expressions for resource in module.resources} if module else {}
            self._content[names] = any(
                name not in written.get(label, {}) and name != OPTIONS and _in_a_block(marks)
                for label, instances in self._planned.get(names, {}).items()
                for instance in instances
                for name, marks in (instance.unknown.items() if isinstance(instance.unknown, dict) else ())
            )
        return self._content[names]

    def _uses_in(self, names: Names) -> Mapping[Name, list[HiddenUse]]:
        if names not in self._uses:
            module = self._blocks.module(tuple((name, None) for name in names))
            uses: dict[Name, list[HiddenUse]] = {}
            for use, references in _expressions(module, names) if module is not None else ():
                for name in {name_of(reference) for reference in most_specific(references)}:
                    uses.setdefault(name, []).append(use)
            self._uses[names] = uses
        return self._uses[names]


class HiddenUse:
    """An expression that the plan shows: a resource's argument, or what goes on in another module as `name`."""

    __slots__ = ("name", "names", "resource")

    def __init__(self, names: Names, name: Name, *, resource: bool = False) -> None:
        self.names = names
        self.name = name
        self.resource = resource


def _expressions(module: ConfigurationModule, names: Names) -> Iterator[tuple[HiddenUse, list[str]]]:
    for resource in module.resources:
        for argument, expression in resource.expressions.items():
            yield HiddenUse(names, (resource.address, argument), resource=True), references_of(expression)[0]
        for repeat in (resource.count_expression, resource.for_each_expression):
            if repeat is not None:
                yield HiddenUse(names, (resource.address, ""), resource=True), repeat.references
    for called, call in module.module_calls.items():
        for argument, expression in call.expressions.items():
            yield HiddenUse((*names, called), ("var", argument)), references_of(expression)[0]
        for repeat in (call.count_expression, call.for_each_expression):
            if repeat is not None:
                yield HiddenUse(names, (f"module.{called}", ""), resource=True), repeat.references
    for name, output in module.outputs.items():
        if names and output.expression is not None:
            yield HiddenUse(names[:-1], (f"module.{names[-1]}", name)), output.expression.references


def name_of(reference: str) -> Name:
    """Say what a reference reads: the resource and attribute, the call and output, or the variable."""
    steps = [str(step) for step in steps_of(reference) if key_of(step) is None and step != "*"]
    if not steps or steps[0] == "local":
        return LOCAL
    if steps[0] == "resource":
        steps = steps[1:]
    if steps[:1] == ["var"]:
        return "var", steps[1] if len(steps) > 1 else ""
    size = 3 if steps[:1] == ["data"] else 2
    return ".".join(steps[:size]), steps[size] if len(steps) > size else ""


def place_of(address: str) -> tuple[Names, str]:
    """Take a resource's address apart: the module it is in, and how that one names it. Keys do not count."""
    names = tuple(name for name, _ in module_path(address))
    steps = [str(step) for step in steps_of(address) if key_of(step) is None]
    return names, ".".join(steps[2 * len(names) :])


def _in_a_block(marks: Any) -> bool:
    return isinstance(marks, list) and any(isinstance(one, dict) and anything_marked(one) for one in marks)


def _waits(instance: Instance, attribute: Sequence[Any]) -> bool:
    """Whether the attribute is known after apply only."""
    unknown = instance.unknown
    for step in attribute:
        unknown = member(unknown, step)
    return anything_marked(unknown)
