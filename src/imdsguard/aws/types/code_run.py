"""Code that runs on instances, and stands in no user data: commands of documents and of provisioners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imdsguard.aws.user_data.script import Language
    from imdsguard.model.launch import Launch
    from imdsguard.model.user_data import UntoldCode
    from imdsguard.model.value import Value


@record(frozen=True, slots=True)
class DocumentText:
    """A document with commands: its text, absent where that is not in the code.

    `elsewhere` is the address from which it then comes. `parameters` are what it is run with, by name.
    """

    text: Value
    elsewhere: str = ""
    parameters: Mapping[str, Value] | None = None


@record(frozen=True, slots=True)
class CommandLines:
    """Commands that one interpreter runs, one after the other: each value is a line of them, or several.

    `language` not given: what their first line names, a shell if it names nothing.
    """

    lines: tuple[Value, ...]
    language: Language | None = None


@record(frozen=True, slots=True)
class PlacedFile:
    """A file that is put on the instance before commands run: `path` there, and its text."""

    path: str
    content: Value


@record(frozen=True, slots=True)
class CodeRun:
    """Code that something runs on instances. `name` is what that is called.

    `reaches` tells whether it runs on a launch's instances, None where that cannot be told. `untold` says why some of
    the code is not in `code`.
    """

    name: str
    code: tuple[DocumentText | CommandLines | PlacedFile, ...]
    reaches: Callable[[Launch], bool | None]
    untold: tuple[UntoldCode, ...] = ()
