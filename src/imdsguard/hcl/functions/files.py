"""Functions on files and paths. Files are read through the scope only, which bounds what may be read."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.functions.encoding import encode_base64
from imdsguard.hcl.functions.function import Function, FunctionCall, Parameter, function, native, normalised
from imdsguard.hcl.functions.hashing import digest
from imdsguard.hcl.values.identity import make_set
from imdsguard.hcl.values.types import BOOL, STRING, SetType
from imdsguard.hcl.values.value import NOT_NULL, Origin, Value, boolean, string, unknown
from imdsguard.model.place import Place
from imdsguard.model.reason import Reason, ReasonKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.hcl.functions.function import CallContext

PATH = Parameter("path", STRING)


def read(context: CallContext, path: str) -> bytes:
    """A file's content, `~` expanded. Raises `EvaluationError` and `LimitReached`."""
    data = context.scope.files.read(expanded(path))
    context.bounds.text(len(data))
    return data


def read_text(context: CallContext, path: str) -> str:
    """A file's content as text. Raises `EvaluationError` if it is not UTF-8."""
    try:
        return str(normalised(read(context, path).decode("utf-8")))
    except UnicodeDecodeError:
        raise EvaluationError(
            f"contents of {path} are not valid UTF-8; use the filebase64 function to obtain the Base64 encoded "
            "contents or the other file functions (e.g. filemd5, filesha256) to obtain file hashing results instead"
        ) from None


@function("file", STRING, PATH)
def file(call: FunctionCall, path: Value) -> Value:
    """The text of a file."""
    text = read_text(call.context, str(path.raw))
    if "\n" not in text:
        return string(text)
    from imdsguard.hcl.evaluate.compiled_expression import written_at
    from imdsguard.model.source_map import file_text

    place = call.context.place or Place("")
    origin = written_at(place, *call.arguments)
    return string(text).at(Origin(origin.step, origin.parent, file_text(text, label(call.context, str(path.raw)))))


def label(context: CallContext, path: str) -> str:
    """How people know a file: its path from the working directory, where that is known."""
    label_of = getattr(context.scope.files, "label", None)
    return path if label_of is None else str(label_of(expanded(path)))


@function("filebase64", STRING, PATH)
def filebase64(call: FunctionCall, path: Value) -> Value:
    """The content of a file in base64."""
    return string(encode_base64(read(call.context, str(path.raw))))


def _file_hash(name: str, algorithm: str, show: Callable[[bytes], str]) -> Function:
    def body(call: FunctionCall, path: Value) -> Value:
        return string(show(digest(algorithm, read(call.context, str(path.raw)))))

    return Function(name, STRING, (PATH,), body)


filemd5 = _file_hash("filemd5", "md5", bytes.hex)
filesha1 = _file_hash("filesha1", "sha1", bytes.hex)
filesha256 = _file_hash("filesha256", "sha256", bytes.hex)
filesha512 = _file_hash("filesha512", "sha512", bytes.hex)
filebase64sha256 = _file_hash("filebase64sha256", "sha256", encode_base64)
filebase64sha512 = _file_hash("filebase64sha512", "sha512", encode_base64)


@function("fileexists", BOOL, PATH)
def fileexists(call: FunctionCall, path: Value) -> Value:
    """Whether a file is there."""
    return boolean(call.context.scope.files.exists(expanded(str(path.raw))))


@function("fileset", SetType(STRING), PATH, Parameter("pattern", STRING))
def fileset(call: FunctionCall, path: Value, pattern: Value) -> Value:
    """The files below a folder whose paths match a pattern."""
    call.context.bounds.check_time()
    try:
        found = call.context.scope.files.glob(expanded(str(path.raw)), str(pattern.raw))
    except EvaluationError as error:
        raise EvaluationError(f"failed to glob pattern {str(pattern.raw)[:100]}: {error.message}") from None
    call.context.bounds.items(len(found) + 10)
    return make_set(STRING, [string(normalised(name)) for name in found])


@function("abspath", STRING, PATH)
def abspath(call: FunctionCall, path: Value) -> Value:
    """The absolute path."""
    return string(normalised(call.context.scope.files.absolute(str(path.raw))))


@function("pathexpand", STRING, PATH)
def pathexpand(_: FunctionCall, path: Value) -> Value:
    """The path with the home folder in place of `~`."""
    text = str(path.raw)
    if _home() is None and text.startswith("~"):
        return unknown(STRING, Reason(ReasonKind.HOME_NOT_SET, "pathexpand()"), refinement=NOT_NULL)
    return string(normalised(expanded(text)))


def expanded(path: str) -> str:
    """Put the home folder of whoever runs us for `~`. Raises `EvaluationError` for another user's."""
    if not path.startswith("~"):
        return path
    if len(path) > 1 and path[1] not in "/\\":
        raise EvaluationError("cannot expand user-specific home dir")
    home = _home()
    return path if home is None else clean(home + "/" + path[1:])


def _home() -> str | None:
    import os

    return os.environ.get("HOME") or None


@native("basename", STRING, PATH)
def basename(path: str) -> str:
    """The last part of a path."""
    if not path:
        return "."
    return path.rstrip("/").rpartition("/")[2] or "/"


@native("dirname", STRING, PATH)
def dirname(path: str) -> str:
    """The path without its last part."""
    return clean(path[: path.rfind("/") + 1])


def clean(path: str) -> str:
    """The shortest path that means the same, as Go's `filepath.Clean`."""
    cleaned = posixpath.normpath(path) if path else "."
    return cleaned[1:] if cleaned.startswith("//") else cleaned
