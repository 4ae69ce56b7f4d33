"""A small stand-in for Terraform: a module folder's variables, locals and `terraform_data`, enough for the corpus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from imdsguard.hcl.bounds import Bounds
from imdsguard.hcl.errors import EvaluationError, StaticError
from imdsguard.hcl.evaluate.compile import compile_expression
from imdsguard.hcl.syntax.native import parse_body
from imdsguard.hcl.syntax.source import SourceText
from imdsguard.hcl.values.constraint import parse_constraint
from imdsguard.hcl.values.types import STRING
from imdsguard.hcl.values.value import (
    EPHEMERAL,
    NOT_NULL,
    NULL,
    SENSITIVE,
    Pending,
    Value,
    object_of,
    string,
    tuple_of,
    unknown,
)
from imdsguard.model.value import Reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.model.place import Place

ATTRIBUTES = ("id", "input", "output", "triggers_replace")


class FolderFiles:
    """Files below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def _path(self, path: str) -> Path:
        return Path(path) if path.startswith("/") else self.folder / path

    def read(self, path: str) -> bytes:
        target = self._path(path)
        if not target.is_file():
            raise EvaluationError(f"no file exists at {path}")
        return target.read_bytes()

    def exists(self, path: str) -> bool:
        target = self._path(path)
        if target.is_dir():
            raise EvaluationError(f"{path} is a directory, not a file")
        return target.is_file()

    def glob(self, path: str, pattern: str) -> Sequence[str]:
        base = self._path(path)
        return sorted(p.relative_to(base).as_posix() for p in base.glob(pattern) if p.is_file())

    def absolute(self, path: str) -> str:
        return str(self._path(path))


class ModuleScope:
    """What the expressions of the corpus see."""

    def __init__(self, folder: Path | None) -> None:
        self.bounds = Bounds()
        self.folder = folder
        self.files = FolderFiles(folder or Path("/nowhere"))
        self.identity = folder
        self.providers: frozenset[str] = frozenset()
        self.blocks: dict[tuple[str, ...], object] = {}
        self.locals: dict[str, object] = {}
        self.memo: dict[tuple[str, str], Value] = {}
        self.each: dict[str, Value] = {}
        if folder is not None:
            for file in sorted(folder.glob("*.tf")):
                self._read(file)

    def _read(self, file: Path) -> None:
        body, problems = parse_body(SourceText(file.name, file.read_bytes()))
        assert not problems, problems
        for block in body.blocks("variable", 1):
            self.blocks["variable", block.labels[0]] = block.body
        for block in body.blocks("resource", 2):
            self.blocks["resource", block.labels[1]] = block.body
        for block in body.blocks("locals"):
            self.locals.update(block.body.attributes())

    def resolve(self, root: str, steps: Sequence[str | Value], place: Place) -> tuple[Value, int]:
        names = [s if isinstance(s, str) else str(s.raw) for s in steps]
        if root in ("var", "local", "terraform_data") and names:
            return self._named(root, names[0], place), 1
        if root == "path" and names[:1] in (["module"], ["root"], ["cwd"]):
            return string(str(self.folder) if names[0] == "cwd" else "."), 1
        if root == "terraform" and names[:1] == ["workspace"]:
            return string("default"), 1
        if root in self.each and names:
            return self.each[root], 0
        raise StaticError(f"{root} is not declared", place)

    def declared(self, root: str, steps: Sequence[str | Value], place: Place) -> None:
        """Terraform's static check of references."""
        names = [s if isinstance(s, str) else str(s.raw) for s in steps]
        known = {
            "var": lambda n: ("variable", n) in self.blocks,
            "local": lambda n: n in self.locals,
            "terraform_data": lambda n: ("resource", n) in self.blocks,
            "path": lambda n: n in ("module", "root", "cwd"),
            "terraform": lambda n: n == "workspace",
        }.get(root)
        if known is None or not names or not known(names[0]):
            raise StaticError(f"{root} is not declared", place)
        if root == "terraform_data":
            body = self.blocks["resource", names[0]]
            single = not body.attribute("count") and not body.attribute("for_each")
            attribute = names[1] if single and len(names) > 1 else names[2] if len(names) > 2 else None
            keyed = len(steps) > 1 and not isinstance(steps[1], str)
            if attribute is not None and attribute not in ATTRIBUTES:
                raise StaticError(f"terraform_data has no attribute {attribute}", place)
            if not single and len(steps) > 1 and not keyed:
                raise StaticError(f"terraform_data.{names[0]} has several instances", place)

    def _named(self, root: str, name: str, place: Place) -> Value:
        key = (root, name)
        if key not in self.memo:
            make = {"var": self._variable, "local": self._local, "terraform_data": self._resource}[root]
            self.memo[key] = make(name, place)
        return self.memo[key]

    def value(self, expression: object) -> Value:
        return compile_expression(expression.node()).evaluate(self)

    def _variable(self, name: str, place: Place) -> Value:
        body = self.blocks.get(("variable", name))
        if body is None:
            raise StaticError(f"var.{name} is not declared", place)
        value = self.value(body.attribute("default").expression)
        kind = body.attribute("type")
        if kind:
            value = parse_constraint(kind.expression.node()).apply(value)
        marks = {m for m in (SENSITIVE, EPHEMERAL) if body.attribute(m)}
        return value.with_marks(frozenset(marks))

    def _local(self, name: str, place: Place) -> Value:
        if name not in self.locals:
            raise StaticError(f"local.{name} is not declared", place)
        return self.value(self.locals[name].expression)

    def _resource(self, name: str, place: Place) -> Value:
        body = self.blocks.get(("resource", name))
        if body is None:
            raise StaticError(f"terraform_data.{name} is not declared", place)
        count, each = body.attribute("count"), body.attribute("for_each")
        if count:
            number = self.value(count.expression).raw
            return tuple_of(
                [self._instance(f"{name}[{i}]", body, {"count": object_of({"index": _int(i)})}) for i in range(number)]
            )
        if each:
            members = self.value(each.expression).raw
            return object_of(
                {
                    k: self._instance(f'{name}["{k}"]', body, {"each": object_of({"key": string(k), "value": v})})
                    for k, v in members.items()
                }
            )
        return self._instance(name, body, {})

    def _instance(self, name: str, body: object, each: dict[str, Value]) -> Value:
        self.each = each
        given = self.value(body.attribute("input").expression)
        self.each = {}
        address = f"terraform_data.{name}"
        return object_of(
            {
                "id": _after_apply(STRING, address, "id", NOT_NULL),
                "input": given,
                "output": _after_apply(given.type, address, "output"),
                "triggers_replace": NULL,
            }
        )


def _int(n: int) -> Value:
    from imdsguard.hcl.values.value import number

    return number(n)


def _after_apply(kind: object, address: str, attribute: str, refinement: object = None) -> Value:
    made = unknown(kind, references=(Reference(address, (attribute,)),), exact=True)
    if refinement is None:
        return made
    assert isinstance(made.raw, Pending)
    return unknown(kind, references=made.raw.references, exact=True, refinement=refinement)
