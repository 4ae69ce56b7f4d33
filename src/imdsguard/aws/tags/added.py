"""Tags that resources of their own add to what a launch starts: each of those is read once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.root_index import without_key
from imdsguard.aws.types import capability
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import record
from imdsguard.model.tags import TagLayer
from imdsguard.model.value import Absent, Known, Unknown, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.aws.types.resource_type import TagTarget
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Reference, Value

CALLED = ("id", "name", "auto_scaling_group_name")


@record(frozen=True, slots=True)
class Added:
    """A resource that adds tags to what `target`, an id or a name, stands for."""

    resource: Resource
    target: Value
    layer: TagLayer
    adds_to: TagTarget

    def to(self, launch: Resource) -> TagLayer | None:
        """Return what it adds to the instances of a launch: unknown tags where it may be meant for another."""
        meant = self._meant(launch)
        if meant is False or scope_of(self.resource).same(scope_of(launch)) is False:
            return None
        if meant and self.resource.instances is None:
            return self.layer
        reason = Reason(ReasonKind.NOT_COMPUTED, f"whether {self.resource.address} adds it")
        unknown = Unknown(reason, place=self.resource.place)
        return TagLayer(dict.fromkeys(self.layer.values, unknown), self.layer.doubt)

    def _meant(self, launch: Resource) -> bool | None:
        """Whether the target is the launch; None if that cannot be told."""
        if isinstance(self.target, Known):
            known = {text_of(launch.body.attribute(name)) for name in CALLED}
            return self.target.value in known or (None if known == {None} else False)
        if isinstance(self.target, Absent):
            return False
        references = self.target.references
        if len(references) != 1 or references[0].address != launch.address:
            return None
        return True if self.target.exact or (self.target.sketch is None and _names_group(references[0])) else None


def _names_group(reference: Reference) -> bool:
    """Whether it is the name of a group that EKS made; a plan does not say that nothing is added to that."""
    words = tuple(step for step in reference.attribute if isinstance(step, str))
    return words == ("resources", "autoscaling_groups", "name")


class AddedTags:
    """All resources of a root module that add tags, found by what they may be meant for."""

    def __init__(self, root: RootIndex) -> None:
        self._aimed: dict[str, list[int]] = {}
        self._loose: list[int] = []
        self._all: list[Added] = []
        for number, (resource, adder) in enumerate(root.capable(capability.adds_tag)):
            target, layer = adder.read(resource)
            text = text_of(target)
            self._all.append(Added(resource, target, layer, adder.adds_to))
            references = target.references if isinstance(target, Unknown) else ()
            if references and all(root.find(each) is not None for each in references):
                for address in {name for each in references for name in (each.address, without_key(each.address))}:
                    self._aimed.setdefault(address, []).append(number)
            elif text is None or text.startswith(adder.prefix):  # and not a subnet's, say
                self._loose.append(number)

    def to(self, launch: Resource, added_to: TagTarget) -> Iterator[TagLayer]:
        """Yield the tags that are added to the instances of a launch, or may be, by what adds tags to `added_to`."""
        for number in sorted({*self._loose, *self._aimed.get(launch.address, ())}):
            added = self._all[number]
            layer = added.to(launch) if added.adds_to is added_to else None
            if layer is not None:
                yield layer
