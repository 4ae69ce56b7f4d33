"""Metadata calls in PowerShell: Invoke-RestMethod, Invoke-WebRequest, their aliases, and the classes of .NET.

Sources: learn.microsoft.com, about_Splatting, Invoke-RestMethod, Start-BitsTransfer, System.Net.WebRequest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imdsguard.aws.user_data.metadata_service import Target, has_token_header, names_host, target_of
from imdsguard.aws.user_data.packages import old_pins
from imdsguard.aws.user_data.script import GAP, Language, Script, ScriptCall, ScriptReading
from imdsguard.aws.user_data.shell_values import named
from imdsguard.aws.user_data.syntax_tree import place_of, text_of, tree_of, walk
from imdsguard.model.user_data import Flaw

if TYPE_CHECKING:
    from tree_sitter import Node

_CLIENTS = frozenset(
    named(
        "invoke-restmethod invoke-webrequest irm iwr curl curl.exe wget wget.exe start-bitstransfer bitsadmin certutil"
    )
)
_METHODS = frozenset(
    named(
        "downloadstring downloadfile downloaddata openread getstringasync getasync create sendasync downloadstringasync"
    )
)
_TEXT_METHODS = frozenset(
    named("gethostentry gethostaddresses replace contains startswith format split trim tostring writeline parse new")
)
_RUN = frozenset({"invoke-expression", "iex"})
_WRITE = frozenset({"set-content", "add-content", "out-file", "sc", "ac"})
_SHELLS = frozenset({"powershell", "powershell.exe", "pwsh", "pwsh.exe"})
_TEXT = frozenset(
    named(
        "write-host write-output write-verbose write-warning write-error write-information echo out-null "
        "test-connection new-netroute route route.exe get-netroute remove-netroute test-netconnection ping "
        "new-netfirewallrule netsh new-variable set-variable join-path select-string"
    )
)
_VARIABLE = re.compile(r"\$\{?(?:(?:global|script|local|private|env):)?(\w+)\}?", re.IGNORECASE)
_SPLAT = re.compile(r"(?<![\w@])@(\w+)")
_HERE = re.compile(r"@(['\"])[ \t]*\r?\n(.*?)\r?\n\1@", re.DOTALL)
_QUOTED = re.compile(r"\"((?:[^\"`]|`.|\"\")*)\"|'((?:[^']|'')*)'", re.DOTALL)
_FORMAT = re.compile(r"['\"]?([^'\"\s]{0,500}\{0\}[^'\"\s]{0,500})['\"]?\s+-f\s+['\"]?([^'\"\s)]{1,200})['\"]?")
_LONGEST = 4_000


@dataclass
class _PowerShellReader:
    """One walk through a script. Names are case-insensitive there."""

    script: Script
    variables: dict[str, str] = field(default_factory=dict)
    calls: list[ScriptCall] = field(default_factory=list)
    inner: list[Script] = field(default_factory=list)

    def visit(self, node: Node) -> None:
        """Read one node."""
        if node.type == "assignment_expression":
            self._assign(node)
        elif node.type == "command":
            self._command(node)
        elif node.type == "invokation_expression":
            self._method(node)

    def _command(self, node: Node) -> None:
        found = node.child_by_field_name("command_name")
        name = text_of(found).lower() if found is not None else ""
        name = name.rsplit("\\", 1)[-1]
        source = text_of(node)
        line, _ = place_of(node)
        if name in _CLIENTS:
            self._judge(node, source)
        elif name in _RUN:
            self._text(source[len(name) :], line, "Invoke-Expression")
        elif name in _SHELLS:
            code = re.search(r"\s-(?:c|co[a-z]*)\s+(.+)$", source, re.IGNORECASE | re.DOTALL)
            if code is not None:
                self._text(code[1], line, "powershell")
        elif name in _WRITE:
            parent = node.parent
            whole = parent if parent is not None and parent.type.startswith("pipeline") else node
            self._written(text_of(whole), place_of(whole)[0])
        elif name not in _TEXT:
            text = self._substituted(source)
            words = re.split(r"[\s\"']+", text.strip())
            self.calls += (
                ScriptCall(Flaw.OLD_SDK, pin, self.script.name, self.script.line + line - 1, 0)
                for pin in old_pins(words)
            )
            parent = node.parent
            piped = parent is not None and any(
                {*text_of(c).lower().split(None, 1)[:1]} & (_WRITE | _RUN) for c in parent.named_children if c != node
            )
            if names_host(text) and not piped and not any(n.type == "command" for n in walk(node) if n != node):
                self._found(Flaw.NOT_UNDERSTOOD, node, source)

    def _text(self, source: str, line: int, what: str) -> None:
        """Keep code that is a text: what is quoted, or what a variable holds."""
        text = self._substituted(source.strip().strip("{}& ")).strip().strip("\"'")
        if text:
            name = f"{self.script.name}, {what}"
            self.inner.append(Script(name, Language.POWERSHELL, text, self.script.line + line - 1, exact=False))

    def _written(self, source: str, line: int) -> None:
        """Keep a script that is written to a file whose name says that it is one."""
        if not re.search(r"\.(?:ps1|bat|cmd)\b", source, re.IGNORECASE):
            return
        here = _HERE.search(source)
        text = here[2] if here is not None else self._substituted(source)
        if here is None:
            given = re.search(r"-value\s+\$(\w+)", source, re.IGNORECASE) or re.match(r"\s*\$(\w+)\s*\|", source)
            quoted = max((m[1] or m[2] or "" for m in _QUOTED.finditer(text)), key=len, default="")
            text = self.variables.get(given[1].lower(), "").replace("\n", "; ") if given is not None else quoted
        row = self.script.line + line - 1 + (source.count("\n", 0, here.start(2)) if here is not None else 0)
        language = Language.POWERSHELL if ".ps1" in source.lower() else Language.BATCH
        self.inner.append(Script(self.script.name, language, text, row, exact=False))

    def _method(self, node: Node) -> None:
        member = next((c for c in node.children if c.type == "member_name"), None)
        name = text_of(member).lower() if member is not None else ""
        if name == "add":
            self._add(node)
        elif name in _METHODS:
            self._judge(node, text_of(node))
        elif name not in _TEXT_METHODS and names_host(self._substituted(text_of(node.children[-1]))):
            self._found(Flaw.NOT_UNDERSTOOD, node, text_of(node))

    def _assign(self, node: Node) -> None:
        parts = [c for c in node.children if c.is_named]
        if len(parts) < 2:
            return
        name, operator, value = text_of(parts[0]).strip(), text_of(parts[1]), text_of(parts[-1])
        found = _VARIABLE.fullmatch(name.split(".", 1)[0].split("[", 1)[0])
        if found is None:
            return
        key = found[1].lower()
        # $h["X-..."] = $t, $client.Headers = ... and += add to what the name stands for
        added = operator != "=" or not _VARIABLE.fullmatch(name)
        text = self._substituted(name[len(found[0]) :] + " " + value if added else value)
        if any(n.type in {"command", "invokation_expression"} for n in walk(parts[-1])) and names_host(text):
            text = GAP  # what a call answers is not what it was asked
        here = _HERE.fullmatch(value.strip())
        if here is not None:
            text = here[2] if here[1] == "'" else self._substituted(here[2])
        self.variables[key] = (self.variables.get(key, "") + " " + text if added else text)[:_LONGEST]

    def _add(self, node: Node) -> None:
        """Remember what `$client.Headers.Add("X-...", $t)` adds."""
        source = text_of(node)
        found = _VARIABLE.match(source)
        if found is not None and has_token_header(source):
            key = found[1].lower()
            self.variables[key] = (self.variables.get(key, "") + " " + source[len(found[0]) :])[:_LONGEST]

    def _judge(self, node: Node, source: str) -> None:
        text = self._substituted(source)
        splatted = _SPLAT.search(source)
        table = self.variables.get(splatted[1].lower(), GAP) if splatted is not None else ""
        whole = _filled(f"{text} {table}")
        if has_token_header(whole) or self._armed_later(node):
            return
        if target_of(whole) is not Target.DATA:
            if target_of(whole) is Target.NOTHING and names_host(whole) and "noproxy" not in whole.lower():
                self._found(Flaw.NOT_UNDERSTOOD, node, source)
            return
        hidden = GAP in table and not names_host(table.replace(GAP, ""))
        open_headers = hidden or re.search(rf"-head\w*\s+{GAP}", text, re.IGNORECASE) is not None
        self._found(Flaw.UNDECIDED if open_headers else Flaw.NO_TOKEN, node, source)

    def _armed_later(self, node: Node) -> bool:
        """Whether the request that the call makes gets its header afterwards: `$r.Headers.Add(...)`."""
        parent = node.parent
        for _ in range(12):
            if parent is None or parent.type == "assignment_expression":
                break
            parent = parent.parent
        if parent is None:
            return False
        name = text_of(parent).split("=", 1)[0].strip()
        if not _VARIABLE.fullmatch(name):
            return False
        pattern = re.compile(rf"{re.escape(name)}\.Headers[^\n]{{0,200}}", re.IGNORECASE)
        return any(has_token_header(m[0]) for m in pattern.finditer(self.script.text[:200_000]))

    def _found(self, flaw: Flaw, node: Node, source: str) -> None:
        line, column = place_of(node)
        what = source.split("\n", 1)[0].strip()[:120]
        row = self.script.line + line - 1
        self.calls.append(ScriptCall(flaw, what, self.script.name, row, column if self.script.exact else 0))

    def _substituted(self, text: str) -> str:
        """The text with variables replaced by what they were last set to, quotes of their values taken off."""

        def value(match: re.Match[str]) -> str:
            known = self.variables.get(match[1].lower())
            return GAP if known is None else known.strip().strip("\"'")

        return _VARIABLE.sub(value, text[:_LONGEST])[:_LONGEST]


def _filled(text: str) -> str:
    """The text with `'{0}' -f 'x'` put together."""
    return _FORMAT.sub(lambda m: m[1].replace("{0}", m[2]), text)


def read_powershell(script: Script) -> ScriptReading:
    """Find the calls in a PowerShell script."""
    reader = _PowerShellReader(script)
    for node in walk(tree_of(Language.POWERSHELL, script.text)):
        reader.visit(node)
    return ScriptReading(tuple(reader.calls), tuple(reader.inner))
