"""Terragrunt units: what a `terragrunt.hcl` gives the folder that it names as its source, as far as it is literal.

Terragrunt copies the source, writes the files of its `generate` blocks into it, and gives `inputs` as `TF_VAR_...`.
("Generate", "Inputs", "Include" and "Terraform source", Terragrunt documentation.) Nothing else of its language is
evaluated here: what is not literal is left open, so that nobody takes a variable's default for what is deployed.
"""

from __future__ import annotations

import os
from dataclasses import field
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.syntax.nodes import CallNode, Conditional, Literal, Object, Parens, Template, Tuple, Unary, Wrap
from imdsguard.model.record import record
from imdsguard.system.paths import NotAPathError, join_path
from imdsguard.terraform.source.folder import UNIT
from imdsguard.terraform.source.lazy_expression import LazyExpression

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from imdsguard.hcl.syntax.body import Block, SyntaxBody
    from imdsguard.hcl.syntax.nodes import Node
    from imdsguard.model.place import Place
    from imdsguard.terraform.source.source_cache import SourceCache

MOST_PARENTS = 10
"""So many files may be included one by the other."""


@record(frozen=True, slots=True)
class UnitInput:
    """One of the `inputs`: where it stands, and its value; None for one that is no literal."""

    place: Place
    node: Node | None


@record(frozen=True, slots=True)
class TerragruntUnit:
    """A `terragrunt.hcl` with what it includes. `file` is its path, `source` what it runs, as it is written.

    `folder` is where that lies, None if it is not in the repository. `generated` are the texts of the files that are
    written beside the source, by name: None for one that is no literal. `open`: it may give any variable.
    """

    file: str
    source: str
    folder: str | None
    inputs: Mapping[str, UnitInput] = field(default_factory=dict)
    generated: Mapping[str, str | None] = field(default_factory=dict)
    open: bool = False


class TerragruntUnits:
    """The units of a repository, read when a root module first asks for its own. `files` are those that were found."""

    def __init__(self, cache: SourceCache) -> None:
        self._cache = cache
        self._read: dict[str, TerragruntUnit | None] = {}

    def of(self, folder: str) -> tuple[TerragruntUnit, ...]:
        """Give the units that run the code in a folder (a real path), in order of their paths."""
        return tuple(unit for unit in self._all() if unit.folder == folder)

    def elsewhere(self) -> tuple[TerragruntUnit, ...]:
        """Give the units whose code is not in the repository."""
        return tuple(unit for unit in self._all() if unit.folder is None)

    def _all(self) -> Iterator[TerragruntUnit]:
        for file in sorted(self._cache.overlay.kept.units):
            if file not in self._read:
                self._read[file] = self._unit(file)
            unit = self._read[file]
            if unit is not None:
                yield unit

    def _unit(self, file: str) -> TerragruntUnit | None:
        """Read a file; None for one that runs nothing itself: others include it, or it cannot be read."""
        layers = self._layers(file)
        if layers is None:
            return None
        folder = os.path.dirname(file)
        source: tuple[str, str | None] | None = None
        inputs: dict[str, UnitInput] = {}
        generated: dict[str, tuple[str, str | None]] = {}
        open_ = None in layers
        for layer in (each for each in layers if each is not None):
            path, body = layer
            source = self._source(path, folder, body) or source
            given = body.attribute("inputs")
            if given is not None:
                found = _items(LazyExpression(given.expression))
                open_ |= found is None
                inputs.update(found or {})
            for block in body.blocks("generate", 1):
                name, text = _generated(block)
                generated[block.labels[0] if block.labels else ""] = (name, text)
        if source is None and not self._cache.listing(folder).names:
            return None
        written, code = source or (".", folder)
        return TerragruntUnit(file, written, code, inputs, dict(generated.values()), open_)

    def _layers(self, file: str) -> list[tuple[str, SyntaxBody] | None] | None:
        """Give a file and all that it includes, what counts least first; None among them for one that is not found."""
        body = self._body(file)
        if body is None:
            return None
        found: list[tuple[str, SyntaxBody] | None] = []
        for block in body.blocks("include", 1):
            path = block.body.attribute("path")
            parent = self._path(LazyExpression(path.expression), file) if path is not None else None
            inside = self._cache.boundary.inside(parent) if parent is not None else None
            layer = self._body(inside) if inside is not None and inside != file else None
            found.append((inside, layer) if inside is not None and layer is not None else None)
        return [*found[:MOST_PARENTS], (file, body)]

    def _body(self, file: str) -> SyntaxBody | None:
        """Parse a file. What is wrong with it is Terragrunt's business, and may be no fault: some are templates."""
        from imdsguard.hcl.errors import LimitReached
        from imdsguard.hcl.syntax.native import parse_body
        from imdsguard.hcl.syntax.source import SourceText
        from imdsguard.system.files import read_bytes

        try:
            body, problems = parse_body(SourceText(self._cache.label(file), read_bytes(file)))
        except (OSError, EvaluationError, LimitReached):
            return None
        return None if problems else body

    def _source(self, file: str, unit: str, body: SyntaxBody) -> tuple[str, str | None] | None:
        """Give the source that a file names, and where it lies."""
        for block in body.blocks("terraform"):
            source = block.body.attribute("source")
            if source is not None:
                return self._first_inside(LazyExpression(source.expression), file, unit)
        return None

    def _first_inside(self, expression: LazyExpression, file: str, unit: str) -> tuple[str, str | None]:
        """Give what an expression may be that lies in the repository, and its folder: one arm of a conditional may.

        Where both arms do, the first counts; the other one is mostly a released version of the same.
        """
        text = ""
        for node in _arms(expression):
            written = self._text(node, file, unit)
            text = text or written or ""
            if written is None or "::" in written or "://" in written or written.startswith("git@"):
                continue
            path = self._joined(written, unit)
            inside = self._cache.boundary.inside(path) if path is not None else None
            if inside is not None and os.path.isdir(inside):
                return written, inside
        return text or "a source that Terragrunt computes", None

    def _path(self, expression: LazyExpression, file: str) -> str | None:
        """Compute a path of literals and of Terragrunt's functions on paths; None for any other expression."""
        try:
            text = self._text(expression.node(), file, os.path.dirname(file))
        except EvaluationError:
            return None
        return self._joined(text, os.path.dirname(file)) if text is not None else None

    @staticmethod
    def _joined(text: str, folder: str) -> str | None:
        try:
            return join_path(folder, text.replace("//", "/"))
        except NotAPathError:
            return None

    def _text(self, node: Node, file: str, unit: str) -> str | None:
        if isinstance(node, Literal):
            return node.value if isinstance(node.value, str) else None
        if isinstance(node, Wrap | Parens):
            return self._text(node.inner, file, unit)
        if isinstance(node, Template):
            parts = [self._text(part, file, unit) for part in node.parts]
            known = [part for part in parts if part is not None]
            return "".join(known) if len(known) == len(parts) else None
        if not isinstance(node, CallNode) or node.expand:
            return None
        arguments = [self._text(argument, file, unit) for argument in node.arguments]
        if node.name in ("get_repo_root", "get_path_to_repo_root") and not arguments:
            return self._cache.boundary.root
        if node.name in ("get_terragrunt_dir", "get_original_terragrunt_dir") and not arguments:
            return unit
        if node.name == "get_parent_terragrunt_dir":
            return os.path.dirname(file)
        if node.name == "dirname" and len(arguments) == 1 and arguments[0] is not None:
            return os.path.dirname(arguments[0])
        if node.name == "find_in_parent_folders" and len(arguments) < 2:
            return self._above(unit, arguments[0] if arguments else UNIT)
        return None

    def _above(self, folder: str, name: str | None) -> str | None:
        """Find a name in the folders above one, within the repository."""
        while name is not None and folder != self._cache.boundary.root:
            folder = os.path.dirname(folder)
            try:
                path = self._cache.boundary.named(folder, name)
            except NotAPathError:
                return None
            if path is None or os.path.exists(path):
                return path
        return None


def _arms(expression: LazyExpression) -> list[Node]:
    """Give all that a conditional may choose, or the expression itself."""
    try:
        waiting = [expression.node()]
    except EvaluationError:
        return []
    found: list[Node] = []
    while waiting:
        node = waiting.pop()
        if isinstance(node, Wrap | Parens):
            waiting.append(node.inner)
        elif isinstance(node, Conditional):
            waiting += (node.otherwise, node.then)
        else:
            found.append(node)
    return found


def _items(expression: LazyExpression) -> dict[str, UnitInput] | None:
    """Give the members of an object that is written as one; None for any other expression."""
    try:
        node = expression.node()
    except EvaluationError:
        return None
    if not isinstance(node, Object):
        return None
    found: dict[str, UnitInput] = {}
    for item in node.items:
        if not isinstance(item.key, Literal) or not isinstance(item.key.value, str):
            return None
        found[item.key.value] = UnitInput(item.value.place, item.value if _is_literal(item.value) else None)
    return found


def _is_literal(node: Node) -> bool:
    """Whether nothing in an expression has to be computed by Terragrunt."""
    if isinstance(node, Literal):
        return True
    if isinstance(node, Parens | Wrap):
        return _is_literal(node.inner)
    if isinstance(node, Unary):
        return _is_literal(node.operand)
    if isinstance(node, Tuple):
        return all(map(_is_literal, node.items))
    return isinstance(node, Object) and all(
        isinstance(item.key, Literal) and _is_literal(item.value) for item in node.items
    )


def _generated(block: Block) -> tuple[str, str | None]:
    """Give the name of the file that a `generate` block writes, and its text where that is a literal."""
    path, contents = block.body.attribute("path"), block.body.attribute("contents")
    name = LazyExpression(path.expression).literal() if path is not None else None
    text = LazyExpression(contents.expression).literal() if contents is not None else None
    return (name, text) if name is not None else ("", None)
