"""Metadata calls in shell scripts: a walk in the order of the text that does what a shell would do, without doing it.

Each variable holds the texts that it may have, files keep what was written into them, and functions are followed where
they are called. It is taken for granted that the metadata service answers, and wants tokens: a branch that runs only
where no token could be had is known as such.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from imdsguard.aws.user_data.script import GAP, Language, ScriptCall
from imdsguard.aws.user_data.shell_assignments import assign, assignments, declare
from imdsguard.aws.user_data.shell_conditions import decided
from imdsguard.aws.user_data.shell_expansion import arguments_of
from imdsguard.aws.user_data.shell_redirections import REDIRECTS, file_readings, redirected, redirected_statement
from imdsguard.aws.user_data.shell_state import ScriptFile, ScriptFrame, ShellState, World
from imdsguard.aws.user_data.shell_statements import define, run_case, run_for, run_if, run_list, run_while
from imdsguard.aws.user_data.shell_values import (
    EMPTY,
    UNKNOWN,
    Readings,
    agreed,
    joined,
    merged,
    shown,
)
from imdsguard.aws.user_data.syntax_tree import text_of, tree_of, walk
from imdsguard.model.user_data import Flaw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_sitter import Node

    from imdsguard.aws.user_data.shell_expansion import Argv

Status = bool | None
"""How a command ends: well, not well, or nobody can say."""

_DEEPEST = 90
_INLINE = 8
_MOST_CALLS = 100
_NO_WORDS = frozenset({"variable_assignment", "file_redirect", "herestring_redirect", "heredoc_redirect", "comment"})


class Shell:
    """One shell process that reads one text after the other."""

    def __init__(self, world: World, frame: ScriptFrame, state: ShellState | None = None) -> None:
        self.world = world
        self.frame = frame
        self.state = state or ShellState()
        self.positional: list[Readings] | None = None
        self.sinks: list[list[Readings]] = []
        self.stdin: Readings | None = None
        self.traps: list[tuple[str, ScriptFrame]] = []
        self.called: set[str] = set()
        self.locals: list[dict[str, Readings | None]] = []
        self.depth = 0
        self.inlined = 0
        self.branch = 0  # inside what may or may not run
        self.untaken = 0  # inside what runs only where no token could be had
        self.ended = False

    # --- texts -------------------------------------------------------------------------------------------------

    def run_text(self, text: str, frame: ScriptFrame) -> Status:
        """Read a text as this shell's commands."""
        before, self.frame = self.frame, frame
        text = frame.mended(text)
        frame.watch(text)
        if not self.world.spend(1 + len(text) // 200):
            return None
        tree = tree_of(Language.SHELL, text)
        status = self.visit(tree)
        if not self.depth:
            self._end()
        if frame.watched:
            self._account(tree, frame)
        self.frame = before
        return status

    def run_words(self, text: str, line: int) -> Status:
        """Read a text that the script put together, all of it at one line."""
        if self.depth > _DEEPEST:
            self.world.gave_up = True
            return None
        frame = ScriptFrame(self.frame.name, line, False, flat=True)
        self.depth += 1
        status = self.run_text(text, frame)
        self.depth -= 1
        return status

    def _end(self) -> None:
        """Run what was left for the end."""
        traps, self.traps = self.traps, []
        for text, frame in traps:
            self.ended = False
            self.depth += 1
            self.run_text(text, frame)
            self.depth -= 1

    def _account(self, tree: Node, frame: ScriptFrame) -> None:
        """Say where the metadata service is named and nothing has dealt with it."""
        broken = [n for n in walk(tree) if n.type == "ERROR"]
        inside = [at for at in frame.watched if any(n.start_byte <= at < n.end_byte for n in broken[:100])]
        dead = [node for name, node in frame.bodies if name not in self.called or not inside]
        for node in [*(n for n in walk(tree) if n.type == "comment"), *dead]:
            frame.account_for(node)
        if not frame.watched:
            return
        at = frame.watched[0]
        data = tree.text or b""
        line = frame.line if frame.flat else frame.line + data.count(b"\n", 0, at)
        start = data.rfind(b"\n", 0, at) + 1
        text = data[start : data.find(b"\n", at) if b"\n" in data[at:] else None].decode(errors="replace")
        self.found(Flaw.NOT_UNDERSTOOD, text.strip()[:120], line, 0)

    # --- findings ----------------------------------------------------------------------------------------------

    def found(self, flaw: Flaw, what: str, line: int, column: int) -> None:
        """Keep a call, or what may be one."""
        if self.untaken and flaw in {Flaw.NO_TOKEN, Flaw.BROKEN_TOKEN}:
            flaw = Flaw.FALLBACK
        elif self.untaken and flaw in {Flaw.UNDECIDED, Flaw.NOT_UNDERSTOOD}:
            return
        call = ScriptCall(flaw, shown(what), self.frame.name, line, column if self.frame.exact else 0)
        self.world.calls.setdefault((line, column, flaw), call)
        if len(self.world.calls) > _MOST_CALLS:
            self.world.gave_up = True

    def not_understood(self, argv: Argv, node: Node) -> None:
        """Keep a command that names the metadata service and that no reading knows."""
        line, column = self.place(node)
        self.found(Flaw.NOT_UNDERSTOOD, " ".join(" ".join(argv).split())[:120], line, column)

    def place(self, node: Node) -> tuple[int, int]:
        """The line of the user data, and the column there, of a node."""
        return self.frame.row(node), 0 if self.frame.flat else self.frame.column(node)

    # --- output ------------------------------------------------------------------------------------------------

    def write(self, readings: Readings) -> None:
        """Write to where the output goes now."""
        if self.sinks and self.world.spend(sum(map(len, readings)) // 2_000):
            self.sinks[-1].append(readings)

    def captured(self, run: Callable[[], Status]) -> tuple[Readings, Status]:
        """What a piece of the script writes."""
        self.sinks.append([])
        try:
            status = run()
        finally:
            parts = self.sinks.pop()
        return joined(parts) if parts else EMPTY, status

    def output_of(self, node: Node) -> Readings:
        """What `$(...)` or backticks give; how it ends stays in `last`."""
        saved = self._subshell()
        inner = [c for c in node.children if c.type not in {"$(", ")", "`", "<(", ">("}]
        if len(inner) == 1 and inner[0].type == "file_redirect":  # $(< file)
            readings, status = file_readings(self, inner[0]), None
        else:
            readings, status = self.captured(lambda: self.run_all(inner))
        self._rejoin(saved)
        self.last = status
        return merged(tuple(text.rstrip("\n") for text in readings))

    last: Status = None

    def file_of(self, node: Node) -> str:
        """The name of the file that stands for a process substitution."""
        name = f"/dev/fd/{self.frame.row(node)}-{node.start_byte}"
        if node.children and node.children[0].type == ">(":
            saved = self._subshell()
            self.stdin = UNKNOWN
            self.run_all(node.children)
            self._rejoin(saved)
        else:
            urls = len(self.world.files)
            readings = self.output_of(node)
            loaded = self._loaded_by(node) if readings == UNKNOWN or not urls else ""
            self.world.files[name] = ScriptFile(readings, self.flat_frame(node), loaded_from=loaded)
            self.world.ran.add(name)
        return name

    def _loaded_by(self, node: Node) -> str:
        from imdsguard.aws.user_data.shell_clients import address_in

        words = [
            w
            for n in walk(node)
            if n.type == "command"
            for argv in arguments_of(self, n.named_children)[:1]
            for w in argv
        ]
        return address_in(words)

    def flat_frame(self, node: Node) -> ScriptFrame:
        """A frame for a text that is put together here."""
        return ScriptFrame(self.frame.name, self.frame.row(node), False, flat=True)

    def _subshell(self) -> tuple[ShellState, Readings | None, bool, list[Readings] | None]:
        saved = (self.state, self.stdin, self.ended, self.positional)
        self.world.spend(self.state.size)
        self.state = self.state.copy()
        return saved

    def _rejoin(self, saved: tuple[ShellState, Readings | None, bool, list[Readings] | None]) -> None:
        self.state, self.stdin, self.ended, self.positional = saved

    @contextmanager
    def child(self, positional: list[Readings] | None = None) -> Iterator[None]:
        """A shell of its own, with this one's environment."""
        saved = (*self._subshell(), self.traps, self.called, self.locals)
        self.state = saved[0].child()
        self.positional, self.ended, self.traps = positional or [], False, []
        self.called, self.locals = set(), []
        if saved[0].exported_functions:
            self.called = saved[5]
        yield
        self.depth += 1
        self._end()
        self.depth -= 1
        self.state, self.stdin, self.ended, self.positional, self.traps, self.called, self.locals = saved

    # --- branches ----------------------------------------------------------------------------------------------

    def maybe(self, run: Callable[[], Status]) -> Status:
        """Run what may be run or not: what it sets is one more reading."""
        before = self.state
        self.world.spend(before.size)
        self.state = before.copy()
        ended = self.ended
        self.branch += 1
        status = run()
        self.branch -= 1
        after, self.state = self.state, before
        self.state.merge(after, before)
        self.ended = ended
        return status

    def never(self, run: Callable[[], Status]) -> None:
        """Read what is not run where the metadata service gives tokens: nothing that it sets counts."""
        before, ended = self.state, self.ended
        files, ran = dict(self.world.files), set(self.world.ran)
        self.world.spend(before.size)
        self.state = before.copy()
        self.ended = False
        self.untaken += 1
        self.captured(run)
        self.untaken -= 1
        self.state, self.ended = before, ended
        self.world.files, self.world.ran = files, ran

    def either(self, choices: list[Callable[[], Status]]) -> Status:
        """Run one of several, nobody knows which; the last one may be to do nothing."""
        before, ended = self.state, self.ended
        states, statuses, endings = [], [], []
        outputs: list[Readings] = []
        self.branch += 1
        for choice in choices:
            self.world.spend(before.size)
            self.state, self.ended = before.copy(), ended
            readings, status = self.captured(choice)
            outputs.append(readings)
            states.append(self.state)
            statuses.append(status)
            endings.append(self.ended)
        self.branch -= 1
        going_on = [s for s, e in zip(states, endings, strict=True) if not e]
        self.ended = ended or not going_on
        self.state = (going_on or states)[0]
        for other in going_on[1:]:
            self.state.merge(other, before)
        self.write(merged(*outputs))
        return agreed(statuses)

    # --- statements --------------------------------------------------------------------------------------------

    def visit(self, node: Node) -> Status:
        """Do what a statement does."""
        if self.depth > _DEEPEST or not self.world.spend():
            self.world.gave_up = True
            return None
        self.depth += 1
        try:
            return self._visit(node)
        finally:
            self.depth -= 1

    def _visit(self, node: Node) -> Status:
        statement = _STATEMENTS.get(node.type)
        return statement(self, node) if statement is not None else self.run_all(node.children)

    def subshell(self, node: Node) -> Status:
        """Run `( ... )`: what it sets is gone afterwards."""
        saved = self._subshell()
        status = self.run_all(node.children)
        self._rejoin(saved)
        return status

    def negated(self, node: Node) -> Status:
        """Run `! ...`."""
        status = self.run_all(node.children)
        return None if status is None else not status

    def pipeline(self, node: Node) -> Status:
        """Run `a | b`."""
        return self.pipe([c for c in node.children if c.is_named and c.type != "comment"])

    def run_all(self, nodes: list[Node]) -> Status:
        """Run statements one after the other; what stands behind `exit` does not run."""
        status: Status = True
        for number, node in enumerate(nodes):
            if not node.is_named or node.type == "comment":
                continue
            if self.ended:
                rest = nodes[number:]
                ended = self.ended
                self.never(lambda rest=rest: self.run_all(rest))  # type: ignore[misc]
                self.ended = ended
                return status
            status = self.visit(node)
        return status

    stdin_frame: ScriptFrame | None = None

    def file_text(self, path: str) -> Readings:
        """What is in a file, as far as the scripts wrote it."""
        if path in {"/dev/stdin", "-", "/proc/self/fd/0"}:
            return self.stdin if self.stdin is not None else UNKNOWN
        if path == "/dev/null":
            return EMPTY
        written = self.world.files.get(path)
        return written.readings if written is not None else UNKNOWN

    def write_file(self, path: str, readings: Readings, adds: bool, frame: ScriptFrame) -> None:
        """Keep what is written to a file."""
        if path.startswith("/dev/") or len(self.world.files) > 500:
            return
        old = self.world.files.get(path)
        if adds and old is not None:
            readings, frame = joined([old.readings, readings]), old.frame
        elif old is not None and self.branch:
            readings = merged(old.readings, readings)
        loaded = "" if old is None or not adds else old.loaded_from
        self.world.files[path] = ScriptFile(readings, frame, old is not None and old.executable, loaded)
        self.world.ran.discard(path)

    # --- commands ----------------------------------------------------------------------------------------------

    def pipe(self, parts: list[Node], stdin: Readings | None = None) -> Status:
        """Run commands of which each reads what the one before wrote."""
        saved, saved_frame = self.stdin, self.stdin_frame
        if stdin is not None:
            self.stdin = stdin
        status: Status = None
        self.piped += 1
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            if last:
                status = self.visit(part)
            else:
                readings, _ = self.captured(lambda part=part: self.visit(part))  # type: ignore[misc]
                self.stdin = readings
                self.stdin_frame = None
                self.stdin_source = self._loaded_by(part) if GAP in readings[0] else ""
        self.piped -= 1
        self.stdin_source = ""
        self.stdin, self.stdin_frame = saved, saved_frame
        return status

    piped = 0
    stdin_source = ""

    def command(self, node: Node) -> Status:
        """Run a command with its redirections."""
        from imdsguard.aws.user_data.shell_commands import run_argv

        redirects = [c for c in node.children if c.type in REDIRECTS]
        if redirects:
            return redirected(self, redirects, lambda: self._simple(node, run_argv), node)
        return self._simple(node, run_argv)

    def _simple(self, node: Node, run: Callable[[Shell, Argv, Node], Status]) -> Status:
        words = [c for c in node.children if c.type not in _NO_WORDS]
        assignments = [c for c in node.children if c.type == "variable_assignment"]
        restored: dict[str, tuple[Readings | None, bool]] = {}
        for each in assignments:
            target = each.child_by_field_name("name")
            name = text_of(target) if target is not None else ""
            restored.setdefault(name, (self.state.variables.get(name), name in self.state.exported))
            assign(self, each)
            self.state.exported.add(name)
        choices = arguments_of(self, words)
        if len(choices) == 1:
            status = run(self, choices[0], node)
        else:
            outputs, statuses = [], []
            for argv in choices:
                readings, status = self.captured(lambda argv=argv: run(self, argv, node))  # type: ignore[misc]
                outputs.append(readings)
                statuses.append(status)
            self.write(merged(*outputs))
            status = agreed(statuses)
        for name, (old, exported) in restored.items():
            self.state.variables.pop(name, None)
            if old is not None:
                self.state.variables[name] = old
            if not exported:
                self.state.exported.discard(name)
        return status

    def call(self, name: str, arguments: Argv) -> Status:
        """Run a function with its arguments."""
        if not self.world.spend(10) or self.inlined >= _INLINE or self.depth > _DEEPEST:
            return None
        self.called.add(name)
        runs: list[Callable[[], Status]] = [
            partial(self._inline, body, frame, arguments) for body, frame in self.state.functions[name]
        ]
        return self.either(runs) if len(runs) > 1 else runs[0]()

    def _inline(self, body: Node, frame: ScriptFrame, arguments: Argv) -> Status:
        saved = (self.positional, self.frame, self.ended)
        self.positional, self.frame = [(a,) for a in arguments], frame
        self.locals.append({})
        self.inlined += 1
        status = self.visit(body)
        self.inlined -= 1
        for local, old in self.locals.pop().items():
            self.state.variables.pop(local, None)
            if old is not None:
                self.state.variables[local] = old
        self.positional, self.frame, self.ended = saved
        return status


_STATEMENTS: dict[str, Callable[[Shell, Node], Status]] = {
    "function_definition": define,
    "command": Shell.command,
    "variable_assignment": assignments,
    "variable_assignments": assignments,
    "declaration_command": declare,
    "unset_command": declare,
    "redirected_statement": redirected_statement,
    "pipeline": Shell.pipeline,
    "list": run_list,
    "if_statement": run_if,
    "case_statement": run_case,
    "for_statement": run_for,
    "c_style_for_statement": run_for,
    "while_statement": run_while,
    "subshell": Shell.subshell,
    "negated_command": Shell.negated,
    "test_command": decided,
}
