"""Metadata calls in shell scripts: curl, wget and their like, through variables, functions and wrappers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imdsguard.aws.user_data.metadata_service import Target, has_token_header, target_of
from imdsguard.aws.user_data.packages import old_pins
from imdsguard.aws.user_data.script import GAP, Language, Script, ScriptCall, ScriptReading
from imdsguard.aws.user_data.shell_words import LONGEST, MOST_READINGS, Readings, expand
from imdsguard.aws.user_data.syntax_tree import place_of, text_of, tree_of
from imdsguard.model.user_data import Flaw

if TYPE_CHECKING:
    from tree_sitter import Node

_CLIENTS = frozenset({"curl", "wget", "http", "https", "xh", "fetch", "aria2c", "lynx", "GET", "HEAD", "lwp-request"})
_TOOLS = frozenset({"ec2-metadata", "ec2metadata"})
_PREFIXES = frozenset(
    {"sudo", "doas", "env", "exec", "command", "nohup", "time", "nice", "xargs", "timeout", "retry", "eval", "!"}
)
_HEADERS_ELSEWHERE = ("-K", "--config", "@", "-H@", "--header=@", "--header @")
_CONFIGURED = (".curlrc", "wgetrc", "CURL_HOME", "WGETRC")
_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh"})
_INLINE = 4
_DEEPEST = 150
_MOST_STEPS = 100_000


@dataclass
class _ShellReader:
    """One walk through a script, in the order of its text, remembering what variables and functions are."""

    script: Script
    variables: dict[str, Readings] = field(default_factory=dict)
    functions: dict[str, Node] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)
    calls: dict[tuple[int, int, Flaw], ScriptCall] = field(default_factory=dict)
    inner: list[Script] = field(default_factory=list)
    configured: bool = False
    gave_up: bool = False
    branch: int = 0
    inlined: int = 0
    steps: int = 0

    def visit(self, node: Node, depth: int = 0) -> None:
        self.steps += 1
        if depth > _DEEPEST or self.steps > _MOST_STEPS:
            self.gave_up = True
            return
        kind = node.type
        if kind == "function_definition":
            self._define(node)
            return
        if kind in {"if_statement", "case_statement", "elif_clause", "else_clause"}:
            self.branch += 1
            self._children(node, depth)
            self.branch -= 1
            return
        if kind == "for_statement":
            self._loop(node)
        if kind == "redirected_statement":
            self._heredoc(node)
        self._children(node, depth)
        if kind == "variable_assignment":
            self._assign(node)
        elif kind == "command":
            self._command(node, depth)

    def _children(self, node: Node, depth: int) -> None:
        for child in node.children:
            if child.type != "comment":
                self.visit(child, depth + 1)

    def _define(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        body = node.child_by_field_name("body")
        if name is not None and body is not None:
            self.functions[text_of(name)] = body

    def _assign(self, node: Node) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None:
            return
        key = text_of(name.children[0] if name.type == "subscript" else name)
        new: Readings = expand(value, self.variables) if value is not None else ("",)
        old = self.variables.get(key, ())
        added = any(c.type == "+=" for c in node.children)
        if added and old:
            new = tuple((a + " " + b)[:LONGEST] for a in old for b in new)
        keep = old if self.branch or self.inlined else ()
        self.variables[key] = tuple(dict.fromkeys(keep + new))[-MOST_READINGS:]

    def _loop(self, node: Node) -> None:
        name = node.child_by_field_name("variable")
        items: list[str] = []
        for child in node.children_by_field_name("value"):
            items.extend(expand(child, self.variables))
        if name is not None:
            self.variables[text_of(name)] = tuple(items[:MOST_READINGS]) or (GAP,)

    def _command(self, node: Node, depth: int) -> None:
        words = [expand(c, self.variables) for c in node.children if c.type not in _NO_WORDS]
        while words and _program(words[0]) in _PREFIXES:
            words = _without_options(words[1:])
        if not words:
            return
        program = _program(words[0])
        line, column = place_of(node)
        if program in _SHELLS and len(words) > 2 and words[1][0].startswith("-") and words[1][0].endswith("c"):
            self._inner("sh -c", words[2][0], line)
        elif program in _CLIENTS:
            self._client(node, words)
        elif program in _TOOLS:
            self._found(Flaw.OLD_TOOL, program, line, column)
        elif program in self.functions:
            self._inline(program, words[1:], depth)
        else:
            for pin in old_pins([w[0] for w in words]):
                self._found(Flaw.OLD_SDK, pin, line, column)

    def _client(self, node: Node, words: list[Readings]) -> None:
        line, column = place_of(node)
        targets = [r for word in words[1:] for r in word if target_of(r) is Target.DATA]
        if not targets or any(has_token_header(r) for word in words[1:] for r in word):
            return
        others = [w for w in words[1:] if not any(target_of(r) is Target.DATA for r in w)]
        hidden = any(GAP in r or r.startswith(_HEADERS_ELSEWHERE) for w in others for r in w)
        open_headers = hidden or self.configured
        self._found(Flaw.UNDECIDED if open_headers else Flaw.NO_TOKEN, _shown(words[0][0], targets[0]), line, column)

    def _inline(self, name: str, arguments: list[Readings], depth: int) -> None:
        if self.inlined >= _INLINE:
            return
        self.called.add(name)
        saved = {k: v for k, v in self.variables.items() if k.isdigit() or k in {"@", "*"}}
        for key in saved:
            del self.variables[key]
        self.variables |= {str(i): a for i, a in enumerate(arguments, 1)}
        joined = " ".join(a[0] for a in arguments)
        self.variables |= {"@": (joined,), "*": (joined,)}
        self.inlined += 1
        self.visit(self.functions[name], depth + 1)
        self.inlined -= 1
        for key in [k for k in self.variables if k.isdigit() or k in {"@", "*"}]:
            del self.variables[key]
        self.variables |= saved

    def _heredoc(self, node: Node) -> None:
        for redirect in node.children:
            if redirect.type != "heredoc_redirect":
                continue
            bodies = [c for c in redirect.children if c.type == "heredoc_body"]
            if not bodies:
                continue
            text = text_of(bodies[0])
            language = _heredoc_language(node, redirect, text)
            if language is not None:
                line = self.script.line + bodies[0].start_point.row
                # Without quotes around its marker, the shell puts its own variables into the text.
                open_text = not any(text_of(c)[:1] in "'\"\\" for c in redirect.children if c.type == "heredoc_start")
                known = dict(self.variables) if open_text else {}
                text = text.replace("\\$", "$") if open_text else text
                exact = self.script.exact and not open_text
                self.inner.append(Script(self.script.name, language, text, line, exact, known))

    def _inner(self, name: str, text: str, line: int) -> None:
        self.inner.append(
            Script(f"{self.script.name}, {name}", Language.SHELL, text, self.script.line + line - 1, exact=False)
        )

    def _found(self, flaw: Flaw, what: str, line: int, column: int) -> None:
        row = self.script.line + line - 1
        call = ScriptCall(flaw, what, self.script.name, row, column if self.script.exact else 0)
        self.calls.setdefault((line, column, flaw), call)


_NO_WORDS = frozenset({"variable_assignment", "file_redirect", "herestring_redirect", "heredoc_redirect", "comment"})


def read_shell(script: Script) -> ScriptReading:
    """Find the calls in a shell script, and the scripts that it writes or runs itself."""
    reader = _ShellReader(script, variables=dict(script.known))
    reader.configured = any(word in script.text for word in _CONFIGURED) and has_token_header(script.text)
    reader.visit(tree_of(Language.SHELL, script.text))
    for name, body in reader.functions.items():
        if name not in reader.called:
            reader.visit(body)
    unread = (f"{script.name}: it nests too deep, or is too long, to be followed",) if reader.gave_up else ()
    return ScriptReading(tuple(reader.calls.values()), tuple(reader.inner), unread)


def _program(word: Readings) -> str:
    return word[0].rsplit("/", 1)[-1]


def _without_options(words: list[Readings]) -> list[Readings]:
    """Drop what stands between a prefix such as `sudo -u x`, `env A=b`, `timeout 5` and the command it runs."""
    while words:
        first = words[0][0]
        if first.startswith("-"):
            takes_value = first in {"-u", "-g", "-n", "-I", "-P", "-L", "-k", "-s", "-d"} and len(words) > 2
            words = words[2:] if takes_value else words[1:]
        elif "=" in first.split("/", 1)[0] or first.rstrip("smh").replace(".", "").isdigit():
            words = words[1:]
        else:
            break
    return words


def _shown(program: str, target: str) -> str:
    return f"{program.rsplit('/', 1)[-1]} {target}".replace(GAP, "...")


def _heredoc_language(statement: Node, redirect: Node, text: str) -> Language | None:
    first = text.lstrip().split("\n", 1)[0]
    if first.startswith("#!"):
        return Language.PYTHON if "python" in first else Language.SHELL
    files = [text_of(c) for holder in (statement, redirect) for c in holder.children if c.type == "file_redirect"]
    commands = [text_of(c).split() for c in statement.children if c.type == "command"]
    words = [w.strip("'\"") for command in commands for w in command] + [w for f in files for w in f.split()]
    if any(w.endswith(".py") for w in words) or any(c and "python" in c[0] for c in commands):
        return Language.PYTHON
    if any(w.endswith((".sh", ".bash")) or "/bin/" in w for w in words) or any(c and c[0] in _SHELLS for c in commands):
        return Language.SHELL
    return None
