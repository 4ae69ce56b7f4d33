"""Which versions of a provider a root module can get: by its lock file, else by what its modules ask for.

(Terraform language documentation, "Dependency Lock File", "Provider Requirements", "Version Constraints")
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.model.resource import ProviderBound
from imdsguard.terraform.source.version_constraint import ModuleVersion, VersionConstraint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.hcl.syntax.nodes import Node
    from imdsguard.model.place import Place
    from imdsguard.terraform.source.configuration import Declaration
    from imdsguard.terraform.source.instance import ModuleInstance
    from imdsguard.terraform.source.lazy_expression import LazyExpression
    from imdsguard.terraform.source.source_cache import SourceCache

LOCK_FILE = ".terraform.lock.hcl"
REGISTRIES = ("registry.terraform.io/", "registry.opentofu.org/")
NAMESPACE = "hashicorp/"
"""That of a provider whose source nothing names."""


def _local_name(declaration: Declaration) -> str:
    """Return the local name of the provider of a resource: that of its `provider` argument, else of its type."""
    from imdsguard.terraform.source.providers import reference

    expression = declaration.body.expression("provider")
    named = reference(expression).name if expression is not None else ""
    return named or declaration.labels[0].partition("_")[0]


class ProviderVersions:
    """Answers for the modules of one root, whose lock file is read when that is first asked for."""

    def __init__(self, cache: SourceCache) -> None:
        self._cache = cache
        self._locked: dict[str, ProviderBound] | None = None

    def newest(self, instance: ModuleInstance, resource: Declaration) -> ProviderBound | None:
        """Return the newest version that the provider of a resource can have; None where nothing says so."""
        source = _source(instance, _local_name(resource))
        locked = self._lock(instance).get(source)
        if locked is not None:
            return locked
        found: list[ProviderBound] = []
        at: ModuleInstance | None = instance
        while at is not None:
            found += (bound for bound in _bounds(at) if bound.source == source)
            at = at.parent
        return min(found, key=lambda bound: bound.newest, default=None)

    def _lock(self, instance: ModuleInstance) -> dict[str, ProviderBound]:
        if self._locked is None:
            while instance.parent is not None:
                instance = instance.parent
            self._locked = self._read(os.path.join(instance.module.folder, LOCK_FILE))
        return self._locked

    def _read(self, path: str) -> dict[str, ProviderBound]:
        from imdsguard.terraform.source.merged_body import MergedBody

        real = self._cache.boundary.inside(path)
        body = self._cache.body(real) if real is not None and os.path.isfile(real) else None
        found: dict[str, ProviderBound] = {}
        for block in MergedBody((body,), body.place).nested("provider", 1) if body is not None else ():
            expression = block.body.expression("version")
            text = expression.literal() if expression is not None else None
            version = ModuleVersion.parse(text) if text is not None else None
            if version is not None and text is not None and expression is not None:
                source = _without_registry(block.labels[0])
                found[source] = ProviderBound(source, version.numbers, text, expression.place)
        return found


def _without_registry(source: str) -> str:
    return next((source.removeprefix(each) for each in REGISTRIES if source.startswith(each)), source).lower()


def _source(instance: ModuleInstance, name: str) -> str:
    """The source of a provider by its local name."""
    for local, written in _required(instance):
        if local == name and "source" in written:
            return _without_registry(written["source"][0])
    return NAMESPACE + name


def _bounds(instance: ModuleInstance) -> Iterator[ProviderBound]:
    """Yield the bounds that a module puts on providers from above."""
    for local, written in _required(instance):
        if "version" in written:
            bound = bound_of(_source(instance, local), *written["version"])
            if bound is not None:
                yield bound


def bound_of(source: str, constraint: str, place: Place) -> ProviderBound | None:
    """Return what a constraint on a provider's versions lets be the newest; None where it sets no bound."""
    read = VersionConstraint.parse(constraint) if constraint else None
    upper = read.upper if read is not None else None
    return ProviderBound(_without_registry(source), upper[0].numbers, constraint, place) if upper is not None else None


def _required(instance: ModuleInstance) -> Iterator[tuple[str, dict[str, tuple[str, Place]]]]:
    """Yield the literal arguments of each required provider: of the old form, a text, that is its version."""
    for block in instance.module.settings:
        for nested in block.body.nested("required_providers"):
            for name in nested.body.names():
                expression = nested.body.expression(name)
                if expression is not None:
                    yield name, _literals(expression)


def _literals(expression: LazyExpression) -> dict[str, tuple[str, Place]]:
    from imdsguard.hcl.syntax.nodes import Object, VariableNode

    text = expression.literal()
    if text is not None:
        return {"version": (text, expression.place)}
    try:
        node = expression.node()
    except EvaluationError:
        return {}
    found: dict[str, tuple[str, Place]] = {}
    for item in node.items if isinstance(node, Object) else ():
        key = item.key.name if isinstance(item.key, VariableNode) else _text(item.key)
        value = _text(item.value)
        if key is not None and value is not None:
            found[key] = (value, item.value.place)
    return found


def _text(node: Node) -> str | None:
    """The text that a node is written as; None where it is anything else."""
    from imdsguard.hcl.syntax.nodes import Literal, Template

    if isinstance(node, Template) and len(node.parts) == 1:
        node = node.parts[0]
    return node.value if isinstance(node, Literal) and isinstance(node.value, str) else None
