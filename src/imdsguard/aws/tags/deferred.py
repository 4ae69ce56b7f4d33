"""The tags of a launch, for later: what reads them is imported when somebody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.resource import Resource
    from imdsguard.model.tags import Tags


class Tagging:
    """The tags of one launch, read when first asked for."""

    __slots__ = ("_found", "_resource", "_root")

    def __init__(self, resource: Resource, root: RootIndex) -> None:
        self._resource = resource
        self._root = root
        self._found: tuple[Tags, ...] | None = None

    def __call__(self) -> tuple[Tags, ...]:
        """Return the tags by each path by which the launch starts instances; at least one."""
        if self._found is None:
            from imdsguard.aws.tags.launches import tags_of

            self._found = tags_of(self._resource, self._root)
        return self._found
