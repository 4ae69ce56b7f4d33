"""Code that runs on instances, and stands in no user data: commands of documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.model.launch import Launch
    from imdsguard.model.value import Value


@record(frozen=True, slots=True)
class CodeRun:
    """A document with commands. `name` is what it is called; `reaches` tells whether it runs on a launch's instances.

    `reaches` gives None where that cannot be told. `commands` is the text of the document, absent where that is not in
    the code; `elsewhere` is the address from which it then comes.
    """

    name: str
    commands: Value
    reaches: Callable[[Launch], bool | None]
    elsewhere: str = ""
