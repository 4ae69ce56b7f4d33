"""What a condition of a shell script comes to: `[ ... ]`, `[[ ... ]]`, `test`, and the patterns of `case`."""

from __future__ import annotations

import re
from fnmatch import translate
from itertools import islice, product
from typing import TYPE_CHECKING

from imdsguard.aws.user_data.script import GAP
from imdsguard.aws.user_data.shell_expansion import text_readings
from imdsguard.aws.user_data.shell_values import UNSET, agreed, is_filled, plain
from imdsguard.aws.user_data.syntax_tree import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from imdsguard.aws.user_data.shell import Shell, Status
    from imdsguard.aws.user_data.shell_expansion import Argv

_MOST_PAIRS = 64
_NUMBERS = {
    "-eq": int.__eq__,
    "-ne": int.__ne__,
    "-lt": int.__lt__,
    "-le": int.__le__,
    "-gt": int.__gt__,
    "-ge": int.__ge__,
}


def decided(shell: Shell, node: Node) -> Status:
    """Whether a test holds, where the metadata service gives tokens; None if that cannot be told."""
    shell.frame.account_for(node)
    return _decided(shell, node, 0)


def _decided(shell: Shell, node: Node, depth: int) -> Status:
    if depth > 20:
        return None
    kind = node.type
    if kind == "unary_expression":
        operator = node.children[0]
        if operator.type == "!" and len(node.children) > 1:
            inner = _decided(shell, node.children[1], depth + 1)
            return None if inner is None else not inner
        if len(node.children) == 2:
            return agreed(_unary(shell, text_of(operator), text) for text in text_readings(shell, node.children[1]))
        return None
    if kind == "binary_expression" and len(node.children) == 3:
        left, operator, right = node.children
        if operator.type in {"&&", "||", "-a", "-o"} or text_of(operator) in {"-a", "-o"}:
            both = operator.type in {"&&", "-a"} or text_of(operator) == "-a"
            return _combined(both, _decided(shell, left, depth + 1), _decided(shell, right, depth + 1))
        pairs = islice(product(text_readings(shell, left), text_readings(shell, right)), _MOST_PAIRS)
        glob = right.type in {"extglob_pattern", "regex", "word", "concatenation"}
        return agreed(_binary(a, text_of(operator), b, glob) for a, b in pairs)
    inside = [c for c in node.children if c.is_named and c.type != "comment"]
    if kind in {"test_command", "parenthesized_expression"}:
        return _decided(shell, inside[0], depth + 1) if len(inside) == 1 else None
    return agreed(is_filled(text) for text in text_readings(shell, node))


def decided_words(shell: Shell, words: Argv) -> Status:
    """Whether `test WORDS` holds."""
    if words[:1] == ("!",):
        inner = decided_words(shell, words[1:])
        return None if inner is None else not inner
    if len(words) == 1:
        return is_filled(words[0])
    if len(words) == 2:
        return _unary(shell, words[0], words[1])
    if len(words) == 3:
        return _binary(words[0], words[1], words[2], False)
    return False if not words else None


def matches(text: str, pattern: str) -> Status:
    """Whether a text fits a pattern of the shell."""
    if pattern == "*":
        return True
    if GAP in text or GAP in pattern or len(text) > 5_000 or len(pattern) > 200:
        return None
    return re.match(translate(pattern), plain(text)) is not None


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """Whether one answer is yes; None if that cannot be told."""
    found = set(answers)
    return True if True in found else None if None in found else False


def _combined(both: bool, left: Status, right: Status) -> Status:
    deciding = not both
    if deciding in (left, right):
        return deciding
    return None if None in (left, right) else both


def _unary(shell: Shell, operator: str, text: str) -> Status:
    filled = is_filled(text)
    if operator == "-n":
        return filled
    if operator == "-z":
        return None if filled is None else not filled
    if operator in {"-e", "-f", "-s", "-r", "-x"} and text in shell.world.files:
        written = shell.world.files[text]
        return written.executable or None if operator == "-x" else True
    return None


def _binary(left: str, operator: str, right: str, glob: bool) -> Status:
    if operator in {"=", "==", "!="}:
        equal: Status
        if glob and any(c in right for c in "*?["):
            equal = matches(left, right)
        elif GAP in left or GAP in right:
            equal = None
        else:
            equal = plain(left) == plain(right)
        return equal if operator != "!=" or equal is None else not equal
    if operator in _NUMBERS:
        numbers = [plain(t).strip() for t in (left, right)]
        if all(re.fullmatch(r"-?\d{1,9}", n) for n in numbers):
            return bool(_NUMBERS[operator](int(numbers[0]), int(numbers[1])))
        return None
    if operator == "=~" and GAP not in left + right and UNSET not in right and len(left) < 5_000:
        import re2

        try:
            return re2.search(right, plain(left)) is not None
        except re2.error:
            return None
    return None
