"""What a launch runs: its user data, from its argument or parts of a `cloudinit_config`, and what others run there."""

from __future__ import annotations

import re
from functools import cache, partial
from typing import TYPE_CHECKING

from imdsguard.aws.types import capability
from imdsguard.aws.types.registry import record_of
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import replace
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.aws.types.code_run import CodeRun
    from imdsguard.aws.user_data import Contents
    from imdsguard.model.launch import Launch
    from imdsguard.model.place import Place
    from imdsguard.model.resource import Body, Resource
    from imdsguard.model.user_data import UserData
    from imdsguard.model.value import Value

RENDERED = ("rendered",)
ARGUMENTS = ("user_data", "user_data_base64")
_HASH = re.compile(r"[0-9a-f]{40}")
_GAP_LINE = re.compile(r"^[ \t]*\ufffc[ \t\r]*$", re.MULTILINE)


def reader_of(launch: Launch, root: RootIndex) -> Callable[[], UserData]:
    """Give what reads what a launch runs when it is asked: user data, and what others run there."""
    return partial(_all_code, launch, root)


def _all_code(launch: Launch, root: RootIndex) -> UserData:
    from imdsguard.model.user_data import together

    later = [found for run in root.once(_code_runs) if (found := _run_there(*run, launch)) is not None]
    own = read(launch.resource, root)
    return together([own, *later]) if later else own


def _code_runs(root: RootIndex) -> tuple[tuple[CodeRun, Callable[[], UserData]], ...]:
    """Give what others run on instances, each with what reads it: once, for all launches that it reaches."""
    from imdsguard.aws.user_data.code_elsewhere import read_run

    runs = [run for resource, runs in root.capable(capability.runs_code) for run in runs(resource, root)]
    if root.provisioned:
        from imdsguard.aws.user_data.provisioned import provisioned_runs

        runs += (run for resource in root.provisioned for run in provisioned_runs(resource, root))
    return tuple((run, cache(partial(read_run, run))) for run in runs)


def _run_there(run: CodeRun, read_it: Callable[[], UserData], launch: Launch) -> UserData | None:
    """Read code for a launch that it reaches; where that cannot be told, that its calls may be made."""
    from imdsguard.model.user_data import UntoldCode, UserData

    reached = run.reaches(launch)
    found = read_it() if reached is not False else None
    if found is None or not found.given:
        return None
    if reached is None:
        doubt = Reason(ReasonKind.NOT_COMPUTED, f"whether {run.name} runs on it")
        places = [call.place for call in found.calls] + [code.place for code in found.untold]
        place = next((each for each in places if each is not None), found.place)
        untold = (UntoldCode(doubt, place),)
        return UserData(True, place=place, untold=untold) if found.calls or found.untold else None
    return found if found.place is not None else replace(found, place=launch.resource.place)


def arguments_of(*bodies: Body) -> tuple[Value, ...]:
    """Give the user data of blocks, plain or base64: readers tell one from the other."""
    return tuple(body.attribute(name) for body in bodies for name in ARGUMENTS)


def read(resource: Resource, root: RootIndex) -> UserData:
    """Read the user data of a resource; of a type of which nobody has said where it is, it is unknown."""
    from imdsguard.model.user_data import UserData, together

    record = record_of(resource.kind)
    if record is None or record.user_data is None:
        return UserData(True, (), (Reason(ReasonKind.USER_DATA_UNPLACED, resource.type),), resource.place)
    return together([_read_value(value, root) for value in record.user_data(resource)])


DEEPEST = 3
"""How many data sources may be made of each other: a part of a `cloudinit_config` of a `template_file`."""


def _read_value(value: Value, root: RootIndex, name: str = "", depth: int = 0) -> UserData:
    from imdsguard.model.user_data import NO_USER_DATA, UserData

    if isinstance(value, Absent):
        return NO_USER_DATA
    if isinstance(value, Unknown):
        return _read_unknown(value, root, name, depth)
    if not isinstance(value.value, str):
        return UserData(True, (), (Reason(ReasonKind.NOT_TEXT),), value.place)
    if _HASH.fullmatch(value.value):
        return UserData(True, (), (Reason(ReasonKind.HASH_ONLY),), value.place)
    return _read_text(value.value, value, name, root)


def _read_unknown(value: Unknown, root: RootIndex, name: str, depth: int) -> UserData:
    from imdsguard.model.user_data import UserData, together

    made_of: list[UserData] = []
    sources = 0
    for reference in value.references if depth < DEEPEST else ():
        found = root.find(reference) if reference.attribute in ((), RENDERED) else None
        record = record_of(found.kind) if found is not None else None
        if found is not None and record is not None and record.parts is not None:
            sources += 1
            parts = record.parts(found)
            made_of += (_read_value(content, root, label or name, depth + 1) for label, content in parts)
    if value.sketch is None or ("\ufffc" in value.sketch and not value.sketch.strip("\ufffc \t\r\n")):
        return together(made_of) if made_of else UserData(True, (), (value.reason,), value.place)
    result = _read_text(value.sketch, value, name, root)
    if isinstance(value.reason, Reason) and value.reason.kind is ReasonKind.REFUSED:
        made_of.append(UserData(True, (), (value.reason,), value.place))  # a part of it is an error
    gaps = list(_GAP_LINE.finditer(value.sketch))
    if len(gaps) <= sources:
        return together([*made_of, result])
    gap = gaps[0]
    line = value.sketch.count("\n", 0, gap.start()) + 1
    reason = Reason(ReasonKind.USER_DATA_LINE, str(line), cause=value.reason)
    doubt = UserData(True, (), (reason,), value.place)
    return together([*made_of, result, doubt])


def _contents(_: RootIndex) -> dict[str, Contents]:
    """Give room for what was read, by its text: the instances of a count or for_each have the same one."""
    return {}


def _read_text(text: str, value: Known | Unknown, name: str, root: RootIndex) -> UserData:
    from imdsguard.aws.user_data import read_user_data
    from imdsguard.model.user_data import MetadataCall, UserData

    known = root.once(_contents)
    contents = known.get(text)
    if contents is None:
        contents = known[text] = read_user_data(text)
    secret = isinstance(value, Known) and value.sensitive
    calls = []
    for call in contents.calls:
        place = _place_of(call.line, call.column, value, contents)
        script = call.script.replace("user data", name) if name else call.script
        calls.append(MetadataCall(call.flaw, "" if secret else call.what, script, call.line, place))
    return UserData(True, tuple(calls), contents.unread, value.place, () if secret else contents.not_seen)


def _place_of(line: int, column: int, value: Known | Unknown, contents: Contents) -> Place | None:
    """Give where a line is written: in the source of the text, if nothing has changed it on the way."""
    written = value.written
    if written is None or written.text.rstrip() != contents.text.rstrip():
        return value.place
    return written.place_of(line, column) or value.place
