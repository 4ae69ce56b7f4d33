"""What a running shell knows: variables, arrays, functions, aliases; and what all shells of an instance share."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from imdsguard.aws.user_data.metadata_service import named_hosts
from imdsguard.aws.user_data.shell_values import UNKNOWN, UNSET, Readings, merged, named

if TYPE_CHECKING:
    from tree_sitter import Node

    from imdsguard.aws.user_data.script import Script, ScriptCall
    from imdsguard.model.reason import Reason
    from imdsguard.model.user_data import Flaw

MOST_STEPS = 100_000
"""Nodes of syntax trees that are followed in one piece of user data, and what copies cost."""


_JOINED = re.compile(r"(?<=[^\s\"'`;|&<>(){}$\\=])\$([A-Za-z_]\w*)(?=[^\s\"'`;|&<>(){}$\\\w\[])")
_MOST_MENDED = 1_000


@dataclass
class ScriptFrame:
    """A text that is being read: where it stands, and the metadata addresses in it that nothing has accounted for yet.

    `watched` are byte offsets in the text. `flat` texts were put together by the script: all of it is at one line.
    `bodies` are the functions that it defines, `added` the columns of braces that were put in, by row.
    """

    name: str
    line: int
    exact: bool
    flat: bool = False
    watched: list[int] = field(default_factory=list)
    bodies: list[tuple[str, Node]] = field(default_factory=list)
    added: dict[int, list[int]] = field(default_factory=dict)

    def mended(self, text: str) -> str:
        """The text with `${NAME}` for `$NAME` where the grammar would end a word in front of the name.

        tree-sitter-bash 0.25 makes two words of `$A/$B/x`.
        """
        count = 0

        def braced(found: re.Match[str]) -> str:
            nonlocal count
            start = text.rfind("\n", 0, found.start()) + 1
            row = text.count("\n", 0, start) if count < _MOST_MENDED else -1
            count += 1
            self.added.setdefault(row, []).append(len(text[start : found.start()].encode()))
            return f"${{{found[1]}}}"

        return _JOINED.sub(braced, text)

    def column(self, node: Node) -> int:
        """The column that a node starts at, in bytes from 1."""
        column = node.start_point.column
        before = 0
        for at in self.added.get(node.start_point.row, ()):
            before += 2 if at + before < column else 0
        return column - before + 1

    def row(self, node: Node) -> int:
        """The line of the user data that a node starts on."""
        return self.line if self.flat else self.line + node.start_point.row

    def watch(self, text: str) -> None:
        """Take note of each metadata address in the text of this frame."""
        found = named_hosts(text)
        if text.isascii():
            self.watched = found
        else:  # in bytes, counted on from one address to the next
            starts = [len(text[a:b].encode()) for a, b in pairwise([0, *found])]
            self.watched = list(accumulate(starts))

    def account_for(self, node: Node) -> None:
        """Strike off the addresses in a node that a reading has dealt with."""
        first = bisect_left(self.watched, node.start_byte)
        del self.watched[first : bisect_left(self.watched, node.end_byte, first)]


@dataclass
class ScriptFile:
    """A file as far as it is known: what was written into it, and where that stands in the user data."""

    readings: Readings
    frame: ScriptFrame
    executable: bool = False
    loaded_from: str = ""


@dataclass
class World:
    """What all scripts of an instance share: its files, and what was found in them so far."""

    files: dict[str, ScriptFile] = field(default_factory=dict)
    ran: set[str] = field(default_factory=set)
    calls: dict[tuple[int, int, Flaw], ScriptCall] = field(default_factory=dict)
    inner: list[Script] = field(default_factory=list)
    unread: list[Reason] = field(default_factory=list)
    not_seen: list[str] = field(default_factory=list)
    steps: int = 0
    gave_up: bool = False

    def spend(self, steps: int = 1) -> bool:
        """Count work; false where it was enough."""
        self.steps += steps
        if self.steps > MOST_STEPS:
            self.gave_up = True
        return not self.gave_up


Function = tuple[tuple["Node", ScriptFrame], ...]
"""The bodies that a function may have: one, unless branches define it in several ways."""


@dataclass
class ShellState:
    """One shell's variables and names. `open_names`: something out of sight may have set any variable."""

    variables: dict[str, Readings] = field(default_factory=dict)
    arrays: dict[str, dict[str, Readings]] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    exported: set[str] = field(default_factory=set)
    exports_all: bool = False
    exported_functions: bool = False
    expands_aliases: bool = False
    open_names: bool = False

    def get(self, name: str) -> Readings:
        """The readings of a variable."""
        known = self.variables.get(name)
        if known is not None:
            return known
        elements = self.arrays.get(name)
        if elements is not None:
            return elements.get("0", (UNSET,))
        if self.open_names or name.isdigit() or not name.isidentifier() or name in _GIVEN:
            return UNKNOWN
        return (UNSET,)

    def set(self, name: str, readings: Readings) -> None:
        """Give a variable its readings."""
        self.arrays.pop(name, None)
        self.variables[name] = readings
        if self.exports_all:
            self.exported.add(name)

    def copy(self) -> ShellState:
        """The same knowledge for a subshell, which may change it."""
        return ShellState(
            dict(self.variables),
            {name: dict(elements) for name, elements in self.arrays.items()},
            dict(self.functions),
            dict(self.aliases),
            set(self.exported),
            self.exports_all,
            self.exported_functions,
            self.expands_aliases,
            self.open_names,
        )

    def child(self) -> ShellState:
        """What a program that this shell starts gets of it: the environment."""
        variables = {n: v for n, v in self.variables.items() if n in self.exported}
        functions = dict(self.functions) if self.exported_functions else {}
        return ShellState(variables, {}, functions, {}, set(self.exported), open_names=self.open_names)

    @property
    def size(self) -> int:
        """What a copy costs, in steps."""
        return 1 + (len(self.variables) + len(self.arrays) + len(self.functions)) // 20

    def merge(self, other: ShellState, before: ShellState) -> None:
        """Take in what another branch, that may run in place of this one, has set; `before` stood before both."""
        for name in {*self.variables, *other.variables}:
            mine, theirs = self.variables.get(name), other.variables.get(name)
            if mine != theirs and name not in self.arrays and name not in other.arrays:
                old = before.get(name)
                self.variables[name] = merged(theirs if theirs is not None else old, mine if mine is not None else old)
        for name, elements in other.arrays.items():
            if name not in self.arrays and name not in self.variables:
                self.arrays[name] = elements
            elif name in self.arrays and self.arrays[name] != elements:
                longer = max(self.arrays[name], elements, key=len)
                self.arrays[name] = {
                    key: merged(elements.get(key, ("",)), self.arrays[name].get(key, ("",))) for key in longer
                }
        for name, bodies in other.functions.items():
            own = self.functions.get(name, ())
            self.functions[name] = (*own, *(b for b in bodies if b not in own))[:4]
        self.aliases |= {n: f for n, f in other.aliases.items() if n not in self.aliases}
        self.exported |= other.exported
        self.open_names = self.open_names or other.open_names
        self.expands_aliases = self.expands_aliases or other.expands_aliases


_GIVEN = frozenset(
    named(
        "HOME PATH USER LOGNAME SHELL PWD OLDPWD HOSTNAME LANG TERM UID EUID PPID RANDOM SECONDS LINENO IFS REPLY "
        "OPTARG OPTIND BASH_SOURCE FUNCNAME PIPESTATUS BASH_VERSION HOSTTYPE MACHTYPE OSTYPE ID VERSION_ID"
    )
)
"""Variables that a shell, or what is usually sourced, sets by itself. ID and VERSION_ID are of /etc/os-release."""
