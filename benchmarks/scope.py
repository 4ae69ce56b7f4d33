"""A small configuration to evaluate the benchmark's expressions in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.bounds import Bounds
from imdsguard.hcl.evaluate.compile import compile_expression
from imdsguard.hcl.syntax.parser import parse_expression
from imdsguard.hcl.syntax.source import SourceText

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.hcl.scope import Files
    from imdsguard.hcl.values.value import Value
    from imdsguard.model.place import Place

SETTINGS = """{
  "name": "web", "environment": "prod", "cidr": "10.0.0.0/8", "count": 7, "paused": false,
  "zones": ["a", "b", "c", "d"],
  "sizes": {"size-1": "t3.large", "size-2": "t3.small", "size-3": null},
  "settings": {"web": [{"http_tokens": "required"}, {}]}
}"""


class Scope:
    """Every `var.*` is an attribute of `SETTINGS`, `local.tags` a map, and each resource a list of two."""

    def __init__(self) -> None:
        self.bounds = Bounds(max_steps=10**12, max_bytes=10**15, max_seconds=1e9)
        self.identity = object()
        self.roots = {"var": self.compute(SETTINGS), "local": self.compute('{"tags": {"Team": "web"}}')}
        self.resources = self.compute('[{"private_ip": "10.0.0.1"}, {"private_ip": "10.0.0.2"}]')

    def compute(self, text: str) -> Value:
        """JSON text is an expression, too."""
        return compile_expression(parse_expression(text, SourceText.of_text("settings", text).place)).evaluate(self)

    @property
    def files(self) -> Files:
        """No expression here reads a file."""
        raise LookupError("the benchmarks read no files")

    def resolve(self, root: str, steps: Sequence[str | Value], place: Place) -> tuple[Value, int]:
        """The whole of `var` or `local`, or the resource."""
        return (self.roots[root], 0) if root in self.roots else (self.resources, 1)

    def declared(self, root: str, steps: Sequence[str | Value], place: Place) -> None:
        """Every name exists."""
