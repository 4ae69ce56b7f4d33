"""What an edit says, before it is text: an expression replaced, an argument, an item or a block added."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from imdsguard.fix import json_layout, native_layout
from imdsguard.fix.alignment import realigned
from imdsguard.fix.file_text import NotEditableError, applied
from imdsguard.hcl.syntax.json import JsonBody
from imdsguard.hcl.syntax.native_body import NativeBody
from imdsguard.model.record import record
from imdsguard.terraform.decided.changes import NewArguments, NewBlock, NewItems, Replaced, ValueChange, place_of
from imdsguard.terraform.source.merged_body import Without

if TYPE_CHECKING:
    from imdsguard.fix.file_text import FileText


@record(frozen=True, slots=True)
class NewText:
    """The file `label` gets a new content: a script with its calls rewritten, a file with a block at its end."""

    label: str
    text: str


@record(frozen=True, slots=True)
class Several:
    """Changes in one file, and of one resource, that only help together."""

    changes: tuple[ValueChange, ...]


Change: TypeAlias = ValueChange | NewText | Several


def file_of(change: Change) -> str:
    """Give the label of the file that a change is in."""
    if isinstance(change, NewText):
        return change.label
    if isinstance(change, Several):
        return file_of(change.changes[0])
    return place_of(change).file


def key_of(change: Change) -> tuple[object, ...]:
    """Name a change, so that equal ones are tried once."""
    if isinstance(change, NewText):
        return (change.label, change.text)
    if isinstance(change, Several):
        return tuple(key_of(each) for each in change.changes)
    if isinstance(change, Replaced):
        return ("replaced", change.place, repr(change.value))
    if isinstance(change, NewItems):
        return ("items", change.place, repr(change.values))
    return (type(change).__name__, change.body.place, repr(change.values))


def changed_text(file: FileText, change: Change) -> str:
    """Give the text of the file with the change made, aligned as its author aligns. Raises `NotEditableError`."""
    if isinstance(change, NewText):
        return change.text
    if isinstance(change, Several):
        edits = tuple(edit for each in change.changes for edit in file.edits(changed_text(file, each)))
        return file.decoded(applied(file.data, edits))
    if file.is_json:
        return _in_json(file, change)
    if isinstance(change, Replaced):
        text = native_layout.replaced(file, file.span(change.place), change.value)
    elif isinstance(change, NewItems):
        text = native_layout.with_item(file, file.span(change.place), change.values)
    else:
        body = change.body.body if isinstance(change.body, Without) else change.body
        if not isinstance(body, NativeBody):
            raise NotEditableError("what is to be edited is no block of the file")
        if isinstance(change, NewArguments):
            text = native_layout.with_argument(file, body, change.values, change.after)
        else:
            text = native_layout.with_block(file, body, change.type, change.values)
    return realigned(file.text, text)


def _in_json(file: FileText, change: Replaced | NewItems | NewArguments | NewBlock) -> str:
    if isinstance(change, Replaced):
        return json_layout.replaced(file, file.span(change.place), change.value)
    if isinstance(change, NewItems):
        return json_layout.with_members(file, file.span(change.place), change.values)
    body = change.body.body if isinstance(change.body, Without) else change.body
    if not isinstance(body, JsonBody):
        raise NotEditableError("what is to be edited is no object of the file")
    span = (body.value.start, body.value.end)
    if isinstance(change, NewArguments):
        return json_layout.with_members(file, span, change.values)
    return json_layout.with_block(file, body.value, change.type, change.values)
