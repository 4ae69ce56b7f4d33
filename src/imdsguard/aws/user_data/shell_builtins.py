"""Builtins that print, read and remember."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.aws.user_data.script import GAP
from imdsguard.aws.user_data.shell_state import ScriptFrame
from imdsguard.aws.user_data.shell_values import UNKNOWN, UNSET, merged

if TYPE_CHECKING:
    from tree_sitter import Node

    from imdsguard.aws.user_data.shell import Shell, Status
    from imdsguard.aws.user_data.shell_expansion import Argv


def echo(shell: Shell, argv: Argv, node: Node) -> Status:
    """`echo -n -e TEXT...`."""
    words = list(argv[1:])
    end, escapes = "\n", False
    while words and re.fullmatch(r"-[neE]+", words[0]):
        option = words.pop(0)
        end = "" if "n" in option else end
        escapes = escapes or "e" in option
    text = " ".join(words)
    if escapes:
        text = _unescape(text)
    shell.write((text.replace(UNSET, "") + end,))
    del node
    return True


def _unescape(text: str) -> str:
    kinds = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}

    def one(found: re.Match[str]) -> str:
        if found[1][:1] == "x":
            return chr(int(found[1][1:], 16))
        if found[1].isdigit():
            return chr(int(found[1], 8) & 0xFF)
        return kinds.get(found[1], found[0])

    return re.sub(r"\\(x[0-9a-fA-F]{1,2}|0?[0-7]{3}|.)", one, text, flags=re.DOTALL)


def printf(shell: Shell, argv: Argv, node: Node) -> Status:
    """`printf FORMAT TEXT...`, to the output or, with `-v`, a variable."""
    words = list(argv[1:])
    name = ""
    if words[:1] == ["-v"] and len(words) > 1:
        name, words = words[1], words[2:]
    if words[:1] == ["--"]:
        words = words[1:]
    text = _formatted(words[0], words[1:]) if words else ""
    if name:
        shell.state.set(name, (text,))
    else:
        shell.write((text,))
    del node
    return True


def _formatted(pattern: str, words: list[str]) -> str:
    """The text that printf makes: the format again for as many words as there are."""
    pattern = _unescape(pattern)
    out: list[str] = []
    rest = list(words)

    def one(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        value = rest.pop(0) if rest else ""
        return _unescape(value) if found[1] == "b" else value

    for _ in range(200):
        before = len(rest)
        out.append(re.sub(r"%(?:%|[-+ 0#]*\d*(?:\.\d+)?([sdiuqbxXofc]))", one, pattern))
        if not rest or len(rest) == before:
            break
    return "".join(out).replace(UNSET, "")


def trap(shell: Shell, argv: Argv, node: Node) -> Status:
    """`trap TEXT EXIT` runs at the end; other signals are those of accidents."""
    words = [w for w in argv[1:] if w not in {"--", "-p", "-l"}]
    if len(words) < 2 or words[0] in {"-", ""}:
        if words[1:] and {"EXIT", "0"} & set(words[1:]):
            shell.traps.clear()
        return True
    frame = ScriptFrame(shell.frame.name, shell.place(node)[0], False, flat=True)
    if {"EXIT", "0", "exit", "DEBUG"} & set(words[1:]):
        shell.traps.append((words[0], frame))
    else:
        shell.never(lambda: shell.run_words(words[0], frame.line))
    return True


def shift(shell: Shell, argv: Argv, node: Node) -> Status:
    """`shift N`."""
    if shell.positional is not None:
        count = int(argv[1]) if len(argv) > 1 and re.fullmatch(r"\d{1,3}", argv[1]) else 1
        shell.positional = shell.positional[count:]
    del node
    return True


def read(shell: Shell, argv: Argv, node: Node) -> Status:
    """`read NAME...`: each line of the input may be read."""
    names, words, array = [], list(argv[1:]), ""
    while words:
        word = words.pop(0)
        if re.fullmatch(r"-[A-Za-z]*[adinNptu]", word):
            value = words.pop(0) if words else ""
            if word.endswith("a"):
                array = value
        elif not word.startswith("-"):
            names.append(word)
    texts = shell.stdin if shell.stdin is not None else UNKNOWN
    lines = [line for text in texts for line in text.rstrip("\n").split("\n")][:8] or [""]
    if array:
        shell.state.arrays[array] = {str(i): (w,) for i, w in enumerate(lines[0].split()[:200])}
    for number, name in enumerate(names or ["REPLY"]):
        if len(names) < 2:
            values = [line.strip() for line in lines]
        else:
            parts = [line.split(None, len(names) - 1) for line in lines]
            values = [p[number].strip() if number < len(p) else (GAP if GAP in "".join(p) else "") for p in parts]
        shell.state.set(name, merged(tuple(values)))
    del node
    return True if texts != UNKNOWN else None


def mapfile(shell: Shell, argv: Argv, node: Node) -> Status:
    """`mapfile NAME`: the lines of the input become an array."""
    name = argv[-1] if len(argv) > 1 and not argv[-1].startswith("-") else "MAPFILE"
    text = (shell.stdin or UNKNOWN)[0]
    shell.state.variables.pop(name, None)
    shell.state.arrays[name] = {str(i): (line,) for i, line in enumerate(text.rstrip("\n").split("\n")[:200])}
    del node
    return True


def define_alias(shell: Shell, argv: Argv, node: Node) -> Status:
    """`alias NAME=TEXT`."""
    for word in argv[1:]:
        name, equals, text = word.partition("=")
        if equals:
            shell.state.aliases[name] = text
    del node
    return True
