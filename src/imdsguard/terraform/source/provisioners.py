"""Provisioners of a resource that reach a machine: commands that are run there, and files that are put there.

(Terraform language documentation, "Provisioners", "remote-exec Provisioner", "file Provisioner")
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.hcl.values.value import string, unknown
from imdsguard.model.reason import limited
from imdsguard.model.resource import LocalFile, Provisioner
from imdsguard.model.value import Absent, Unknown
from imdsguard.terraform.source.body import SourceBody
from imdsguard.terraform.source.scopes import Bound, safely
from imdsguard.terraform.source.translate import translate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.hcl.values import value as language
    from imdsguard.model.place import Place
    from imdsguard.model.reason import Reason
    from imdsguard.terraform.source.configuration import Declaration
    from imdsguard.terraform.source.instance import ModuleInstance
    from imdsguard.terraform.source.lazy_expression import LazyExpression
    from imdsguard.terraform.source.merged_body import MergedBody, Nested
    from imdsguard.terraform.source.scopes import EvaluationScope

RUNS = "remote-exec"
KINDS = (RUNS, "file")
MOST_FILES = 200
"""So many files of a folder that is put on a machine are read."""


def runs_commands(declaration: Declaration) -> bool:
    """Whether a resource has a provisioner that runs commands on a machine."""
    return declaration.kind == "resource" and any(each.labels == (RUNS,) for each in _written(declaration.body))


def _written(body: MergedBody) -> tuple[Nested, ...]:
    return body.nested("provisioner", 1)


def provisioners_of(
    instance: ModuleInstance, declaration: Declaration, scope: EvaluationScope, address: str
) -> tuple[Provisioner, ...]:
    """Give the provisioners of one instance of a resource, in their order. Nothing in them is evaluated yet."""
    written = [each for each in _written(declaration.body) if each.labels[:1] and each.labels[0] in KINDS]
    if declaration.kind != "resource" or not written:
        return ()
    itself = Bound(scope, "self", _Itself(instance, declaration, scope, address), declaration.place)
    around = _connections(declaration.body, itself)
    return tuple(
        Provisioner(
            each.labels[0],
            SourceBody(each.body, itself, each.place),
            (*_connections(each.body, itself), *around),
            partial(_files, each.body, itself),
        )
        for each in written
    )


def _connections(body: MergedBody, scope: EvaluationScope) -> tuple[SourceBody, ...]:
    return tuple(SourceBody(each.body, scope, each.place) for each in body.nested("connection"))


class _Itself(Mapping[str, "language.Value"]):
    """The attributes of `self`: those of the resource around."""

    def __init__(
        self, instance: ModuleInstance, declaration: Declaration, scope: EvaluationScope, address: str
    ) -> None:
        self._instance = instance
        self._declaration = declaration
        self._scope = scope
        self._address = address

    def __getitem__(self, name: str) -> language.Value:
        from imdsguard.hcl.evaluate.operations import get_attr
        from imdsguard.terraform.source.objects import instance_object

        found = instance_object(self._declaration, self._address, self._scope, self._instance.once)
        return get_attr(found, name, self._declaration.place)

    def __contains__(self, name: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _files(body: MergedBody, scope: EvaluationScope, argument: str) -> tuple[LocalFile, ...]:
    """Read the files that an argument names: one, each of a list, or all of a folder."""
    expression = body.expression(argument)
    if expression is None:
        return ()
    value = safely(scope, expression)
    paths = value.raw if isinstance(value.raw, tuple) else (value,)
    return tuple(file for path in paths for file in _at(path, scope, expression))


def _at(path: language.Value, scope: EvaluationScope, expression: LazyExpression) -> Iterator[LocalFile]:
    if not isinstance(path.raw, str):
        translated = translate(path, expression.place)
        if not isinstance(translated, Absent):
            yield LocalFile("", translated)
        return
    files = scope.files
    try:
        try:
            files.exists(path.raw)
            names = [path.raw]
        except EvaluationError:
            start = path.raw.rstrip("/")
            names = [f"{start}/{name}" for name in files.glob(start or "/", "**")]
        for name in names[:MOST_FILES]:
            yield _file(path if name == path.raw else string(name), scope, expression.place)
    except (EvaluationError, LimitReached) as error:
        yield LocalFile(path.raw, Unknown(_why(error), place=expression.place))
        return
    if len(names) > MOST_FILES:
        reason = limited(f"more than {MOST_FILES} files in {path.raw}")
        yield LocalFile(path.raw, Unknown(reason, place=expression.place))


def _file(path: language.Value, scope: EvaluationScope, place: Place) -> LocalFile:
    from imdsguard.hcl.functions.files import file
    from imdsguard.hcl.functions.function import CallContext

    name = str(path.raw)
    try:
        if b"\0" in scope.files.read(name):
            return LocalFile(name, Absent(place))
        content = file.call([path], CallContext(scope, place))
    except (EvaluationError, LimitReached) as error:
        content = unknown(reason=_why(error))  # no error of the code: an apply may make the file first
    return LocalFile(name, translate(content, place))


def _why(error: EvaluationError | LimitReached) -> Reason:
    return error.reason if isinstance(error, LimitReached) else limited(error.message)
