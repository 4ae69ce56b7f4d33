"""Expansion of shell words: quotes, parameters, substitutions, field splitting (POSIX.1-2017, Shell, 2.6)."""

from __future__ import annotations

import re
from fnmatch import translate
from itertools import islice, product
from typing import TYPE_CHECKING

from imdsguard.aws.user_data.script import GAP
from imdsguard.aws.user_data.shell_values import (
    EMPTY,
    MOST_READINGS,
    SAMPLE,
    TOKEN,
    UNKNOWN,
    UNSET,
    Readings,
    cut,
    is_filled,
    joined,
    merged,
)
from imdsguard.aws.user_data.syntax_tree import text_of, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tree_sitter import Node

    from imdsguard.aws.user_data.shell import Shell

LITERAL, SPLIT, BREAK = 0, 1, 2
Piece = tuple[str, int]
"""A text of a word: `LITERAL` stays whole, `SPLIT` falls into fields at white space, `BREAK` ends a field."""
Pieces = tuple[Piece, ...]
Argv = tuple[str, ...]

_DEEPEST = 40
_OPERATORS = frozenset(
    (":-", "-", ":=", "=", ":+", "+", ":?", "?", "#", "##", "%", "%%", "/", "//", "/#", "/%", "^", "^^", ",", ",,", ":")
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_QUOTED_ESCAPE = re.compile(r'\\([$`"\\\n])')
_ANSI = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"', "a": "", "e": ""}


def arguments_of(shell: Shell, nodes: Iterable[Node]) -> list[Argv]:
    """The lists of words that a command's words may become, at least one."""
    words = [fields_of(shell, node) for node in nodes]
    found = [tuple(w for word in choice for w in word) for choice in islice(product(*words), MOST_READINGS)]
    return list(dict.fromkeys(found)) or [()]


def fields_of(shell: Shell, node: Node) -> list[Argv]:
    """The fields that one word may become."""
    shell.frame.account_for(node)
    return list(dict.fromkeys(_fields(pieces) for pieces in _pieces(shell, node, quoted=False)))


def text_readings(shell: Shell, node: Node) -> Readings:
    """What a word may be where nothing is split: assigned, compared, redirected to."""
    shell.frame.account_for(node)
    return _texts(_pieces(shell, node, quoted=True))


def heredoc_readings(shell: Shell, body: Node) -> Readings:
    """The text of a here-document without quotes around its marker."""
    shell.frame.account_for(body)
    return _texts(_spread(shell, body, True, 0, _heredoc_text))


def _texts(choices: list[Pieces]) -> Readings:
    texts = (cut("".join(" " if mode == BREAK else text for text, mode in pieces)) for pieces in choices)
    return tuple(dict.fromkeys(texts)) or EMPTY


def _fields(pieces: Pieces) -> Argv:
    found: list[str] = []
    current: str | None = None
    for text, mode in pieces:
        if mode == LITERAL:
            current = cut((current or "") + text)
        elif mode == BREAK:
            if current is not None:
                found.append(current)
            current = None
        else:
            text = text.replace(UNSET, "")
            for number, part in enumerate(re.split(r"[ \t\n]+", text)):
                if number and current is not None:
                    found.append(current)
                    current = None
                if part:
                    current = (current or "") + part
    if current is not None:
        found.append(current)
    return tuple(found)


def _pieces(shell: Shell, node: Node, quoted: bool, depth: int = 0) -> list[Pieces]:
    kind = node.type
    if depth > _DEEPEST or not shell.world.spend():
        return [((GAP, LITERAL),)]
    mode = LITERAL if quoted else SPLIT
    if kind == "raw_string":
        return [((text_of(node)[1:-1], LITERAL),)]
    if kind == "ansi_c_string":
        return [((_ESCAPE.sub(lambda m: _ANSI.get(m[1], m[0]), text_of(node)[2:-1]), LITERAL),)]
    if kind in {"simple_expansion", "expansion"}:
        return _parameter(shell, node, quoted, depth)
    if kind == "command_substitution":
        return [((text, mode),) for text in shell.output_of(node)]
    if kind == "process_substitution":
        return [((shell.file_of(node), LITERAL),)]
    if kind == "arithmetic_expansion":
        for inner in walk(node):
            if inner.type == "command_substitution":
                shell.output_of(inner)
        return [((GAP, LITERAL),)]
    if kind in {"string", "translated_string"}:
        return [((("", LITERAL), *each)) for each in _spread(shell, node, True, depth, _string_text)]
    if not node.children:
        return [((_word_text(text_of(node)), LITERAL),)]
    return _spread(shell, node, quoted, depth, _word_text)


def _spread(
    shell: Shell, node: Node, quoted: bool, depth: int, between: Callable[[str], str], nodes: list[Node] | None = None
) -> list[Pieces]:
    """The pieces of the children, and of the text that stands between them."""
    parts: list[list[Pieces]] = []
    source = node.text or b""
    start = node.start_byte
    children = node.children if nodes is None else nodes
    at = start if nodes is None else (nodes[0].start_byte if nodes else start)
    for child in children:
        gap = between(source[at - start : child.start_byte - start].decode(errors="replace"))
        if gap:
            parts.append([((gap, LITERAL if quoted else SPLIT),)])
        at = child.end_byte
        if child.type in {"string_content", "heredoc_content"} or (
            quoted and child.type == "word" and not child.children and between is not _word_text
        ):
            parts.append([((between(text_of(child)), LITERAL),)])
        elif child.type not in {'"', '$"'}:
            parts.append(_pieces(shell, child, quoted, depth + 1))
    if nodes is None:
        gap = between(source[at - start :].decode(errors="replace"))
        if gap:
            parts.append([((gap, LITERAL if quoted else SPLIT),)])
    found = [tuple(p for part in choice for p in part) for choice in islice(product(*parts), MOST_READINGS)]
    shell.world.spend(sum(len(text) for pieces in found for text, _ in pieces) // 2_000)
    return found


def _string_text(text: str) -> str:
    return _QUOTED_ESCAPE.sub(lambda m: "" if m[1] == "\n" else m[1], text)


def _heredoc_text(text: str) -> str:
    return re.sub(r"\\([$`\\\n])", lambda m: "" if m[1] == "\n" else m[1], text)


def _word_text(text: str) -> str:
    return _ESCAPE.sub(lambda m: "" if m[1] == "\n" else m[1], text) if "\\" in text else text


def _parameter(shell: Shell, node: Node, quoted: bool, depth: int) -> list[Pieces]:
    """`$NAME`, `${NAME}` and all that may stand within the braces."""
    children = [c for c in node.children if c.type not in {"$", "${", "}"}]
    if not children:
        return [((GAP, LITERAL),)]
    prefix = ""
    if children[0].type in {"!", "#"} and len(children) > 1:
        prefix, children = children[0].type, children[1:]
    name, rest = children[0], children[1:]
    mode = LITERAL if quoted else SPLIT
    if name.type == "subscript":
        key, index = _subscript(shell, name)
    else:
        key, index = text_of(name), ""
    if prefix == "!" and index in {"@", "*"}:
        keys = shell.state.arrays.get(key, {})
        return [_broken(list(keys), mode)] if keys else [((GAP, mode),)]
    if key in {"@", "*"}:
        key, index = "@", key
    if index in {"@", "*"} and prefix != "#" and not rest:
        elements = _elements(shell, key)
        if elements is None:
            return [((text, mode),) for text in shell.state.get(key)]
        if index == "*" and quoted:
            return [((text, LITERAL),) for text in joined(elements, " ")]
        return [_broken(list(choice), mode) for choice in islice(product(*elements), MOST_READINGS)]
    readings = _value(shell, key, index)
    if prefix == "!":
        readings = merged(*(shell.state.get(text) if text.isidentifier() else UNKNOWN for text in readings))
    elif prefix == "#":
        readings = tuple(GAP if GAP in t else str(len(t.replace(UNSET, "").replace(TOKEN, SAMPLE))) for t in readings)
    if rest and rest[0].type in _OPERATORS:
        return _operated(shell, node, key, readings, rest, quoted, depth)
    return [((text, mode),) for text in readings]


def _broken(texts: list[str], mode: int) -> Pieces:
    pieces: list[Piece] = []
    for number, text in enumerate(texts):
        if number:
            pieces.append(("", BREAK))
        pieces.append((text, mode))
    return tuple(pieces)


def _subscript(shell: Shell, node: Node) -> tuple[str, str]:
    inner = [c for c in node.children if c.type not in {"[", "]"}]
    key = text_of(inner[0]) if inner else ""
    if len(inner) < 2:
        return key, ""
    return key, text_readings(shell, inner[1])[0]


def _elements(shell: Shell, key: str) -> list[Readings] | None:
    if key == "@":
        return list(shell.positional) if shell.positional is not None else None
    found = shell.state.arrays.get(key)
    return list(found.values()) if found is not None else None


def _value(shell: Shell, key: str, index: str) -> Readings:
    if not index:
        if key.isdigit() and key != "0" and shell.positional is not None:
            at = int(key) - 1 if len(key) < 4 else 1000
            return shell.positional[at] if at < len(shell.positional) else EMPTY
        return shell.state.get(key)
    elements = shell.state.arrays.get(key)
    if elements is None:
        return shell.state.get(key)
    if index in {"@", "*"}:
        return joined(elements.values(), " ")
    if index == "-1" and elements:
        return list(elements.values())[-1]
    if index in elements:
        return elements[index]
    return merged(*elements.values(), EMPTY) if GAP in index else EMPTY


def _operated(
    shell: Shell, node: Node, key: str, readings: Readings, rest: list[Node], quoted: bool, depth: int
) -> list[Pieces]:
    operator, operands = rest[0].type, rest[1:]
    mode = LITERAL if quoted else SPLIT

    def operand() -> list[Pieces]:
        if not operands:
            return [()]
        found = _spread(shell, node, quoted, depth + 1, _word_text, operands)
        if quoted:
            return found
        # Blanks in what is not quoted part words here, too.
        return [
            tuple((t, SPLIT if m == LITERAL and len(operands) == 1 and operands[0].type == "word" else m) for t, m in p)
            for p in found
        ]

    if operator in {":-", "-", ":=", "="}:
        choices = [((text, mode),) for text in readings if is_filled(text) is not False]
        missing = any(is_filled(text) is False for text in readings) or readings == UNKNOWN
        default = operand() if missing else []
        if operator in {":=", "="} and default and choices == []:
            shell.state.set(key, _texts(default))
        return [*choices, *default] if readings != UNKNOWN else [*default, ((GAP, mode),)]
    if operator in {":+", "+"}:
        filled = {is_filled(text) for text in readings}
        found: list[Pieces] = operand() if filled != {False} else []
        return [*found, *([()] if filled & {False, None} else [])]
    if operator in {":?", "?"}:
        return [((text, mode),) for text in readings]
    texts = [_texts([p])[0] for p in operand()] if operands else [""]
    return [((_changed(text, operator, texts[0], [text_of(o) for o in operands]), mode),) for text in readings]


def _changed(text: str, operator: str, pattern: str, operands: list[str]) -> str:
    """The text after removal, replacement, change of case or a cut; as it is where that cannot be told."""
    if TOKEN in text:
        return TOKEN  # a token that was cut or trimmed is taken for one still
    if GAP in text or GAP in pattern:
        return (
            text
            if GAP in text and operator in {"#", "##", "%", "%%"} and len(text) > 1 and not _may_cut(text, pattern)
            else GAP
        )
    text = text.replace(UNSET, "")
    if operator in {"#", "##", "%", "%%"}:
        return _trimmed(text, operator, pattern)
    if operator in {"/", "//", "/#", "/%"}:
        old, _, new = pattern.partition("/")
        if not old or any(c in old for c in "*?["):
            return text if not old else GAP
        return text.replace(old, new) if operator == "//" else text.replace(old, new, 1)
    if operator in {"^", "^^"}:
        return text.upper() if operator == "^^" else text[:1].upper() + text[1:]
    if operator in {",", ",,"}:
        return text.lower() if operator == ",," else text[:1].lower() + text[1:]
    numbers = [o for o in operands if o != ":"]
    if operator == ":" and all(re.fullmatch(r"\s*-?\d{1,6}", n) for n in numbers) and 0 < len(numbers) < 3:
        start = int(numbers[0])
        cut = text[start:] if start >= 0 or -start <= len(text) else ""
        return cut if len(numbers) == 1 else cut[: int(numbers[1])]
    return GAP


def _may_cut(text: str, pattern: str) -> bool:
    return any(c in pattern for c in "*?[" + GAP) or GAP in (text[: len(pattern)] + text[-len(pattern) :])


def _trimmed(text: str, operator: str, pattern: str) -> str:
    if len(text) > 2_000 or len(pattern) > 50 or pattern.count("*") > 3:
        return text
    match = re.compile(translate(pattern)).match
    cuts: Iterator[int] | range = range(len(text) + 1)
    if operator in {"##", "%"}:
        cuts = range(len(text), -1, -1)
    for at in cuts:
        part = text[:at] if operator[0] == "#" else text[at:]
        if match(part):
            return text[at:] if operator[0] == "#" else text[:at]
    return text
