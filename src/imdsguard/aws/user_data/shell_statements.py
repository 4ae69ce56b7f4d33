"""Lists, branches and loops of a shell script: which parts run where the metadata service gives tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.user_data.shell_conditions import any_of, matches
from imdsguard.aws.user_data.shell_expansion import arguments_of, text_readings
from imdsguard.aws.user_data.shell_values import MOST_READINGS, UNKNOWN, Readings, agreed, merged
from imdsguard.aws.user_data.syntax_tree import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_sitter import Node

    from imdsguard.aws.user_data.shell import Shell, Status


def define(shell: Shell, node: Node) -> Status:
    """Keep a function."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is not None and body is not None:
        shell.state.functions[text_of(name)] = ((body, shell.frame),)
        shell.frame.bodies.append((text_of(name), body))
        if shell.untaken:
            shell.frame.account_for(body)
    return True


def run_list(shell: Shell, node: Node) -> Status:
    """Run `a && b || c`."""
    parts = [c for c in node.children if c.is_named and c.type != "comment"]
    operator = next((c.type for c in node.children if c.type in {"&&", "||"}), "")
    status = shell.visit(parts[0]) if parts else None
    for part in parts[1:]:
        status = second(shell, operator, status, part)
    return status


def second(shell: Shell, operator: str, first: Status, part: Node) -> Status:
    """Run what stands behind `&&` or `||`, as the first part ended."""
    if first is None:
        second = shell.maybe(lambda: shell.visit(part))
        return second if second == (operator == "||") else None
    if first == (operator == "&&"):
        return shell.visit(part)
    shell.never(lambda: shell.visit(part))
    return first


def run_if(shell: Shell, node: Node) -> Status:
    """Run `if`: one arm, if the conditions can be told."""
    arms: list[tuple[list[Node], list[Node]]] = []
    condition: list[Node] = []
    body: list[Node] = []
    target = condition
    otherwise: list[Node] = []
    for child in node.children:
        if child.type == "then":
            target = body
        elif child.type == "elif_clause":
            at = next((i for i, c in enumerate(child.children) if c.type == "then"), len(child.children))
            arms.append((child.children[1:at], child.children[at + 1 :]))
        elif child.type == "else_clause":
            otherwise = child.children[1:]
        elif child.type not in {"if", "fi"}:
            target.append(child)
    return _arms(shell, [(condition, body), *arms], otherwise)


def _arms(shell: Shell, arms: list[tuple[list[Node], list[Node]]], otherwise: list[Node]) -> Status:
    if not arms:
        return shell.run_all(otherwise)
    (condition, body), rest = arms[0], arms[1:]
    status = shell.run_all(condition)
    if status is None:
        return shell.either([lambda: shell.run_all(body), lambda: _arms(shell, rest, otherwise)])
    if status:
        result = shell.run_all(body)
        ended = shell.ended
        shell.never(lambda: _arms(shell, rest, otherwise))
        shell.ended = ended
        return result
    shell.never(lambda: shell.run_all(body))
    return _arms(shell, rest, otherwise)


def run_case(shell: Shell, node: Node) -> Status:
    """Run `case`."""
    value = node.child_by_field_name("value")
    readings = text_readings(shell, value) if value is not None else UNKNOWN
    choices: list[Callable[[], Status]] = []
    decided = False
    for item in node.children:
        if item.type != "case_item":
            continue
        end = next((i for i, c in enumerate(item.children) if c.type == ")"), 0)
        patterns = [p for c in item.children[:end] if c.is_named for p in text_readings(shell, c)]
        body = item.children[end + 1 :]
        fits = agreed(any_of(matches(text, pattern) for pattern in patterns) for text in readings)
        if fits is False or decided:
            shell.never(lambda body=body: shell.run_all(body))  # type: ignore[misc]
            continue
        choices.append(lambda body=body: shell.run_all(body))  # type: ignore[misc]
        decided = fits is True
    if decided and len(choices) == 1:
        return choices[0]()
    return shell.either([*choices, *([] if decided else [lambda: None])])


def run_for(shell: Shell, node: Node) -> Status:
    """Run the body of a loop once, its variable with all its values."""
    name = node.child_by_field_name("variable")
    body = node.child_by_field_name("body") or (node.children[-1] if node.children else None)
    if name is not None:
        nodes = node.children_by_field_name("value")
        words = [w for argv in arguments_of(shell, nodes) for w in argv] if nodes else list(_flat(shell.positional))
        shell.state.set(text_of(name), merged(tuple(words)) if words else UNKNOWN)
    else:
        shell.run_all([c for c in node.children if c.type == "variable_assignment"])
    return _body(shell, body)


def _body(shell: Shell, body: Node | None) -> Status:
    if body is None:
        return None
    ended = shell.ended
    status = shell.visit(body)
    shell.ended = ended
    return status if status is None else None


def run_while(shell: Shell, node: Node) -> Status:
    """Run the body of `while` or `until` once, if it may run."""
    until = bool(node.children) and node.children[0].type == "until"
    body = node.child_by_field_name("body")
    condition = [c for c in node.children if c != body]
    status = shell.run_all(condition)
    runs = status if not until or status is None else not status
    if body is not None:
        if runs is False:
            shell.never(lambda: shell.visit(body))
        elif runs is None:
            shell.maybe(lambda: _body(shell, body))
        else:
            _body(shell, body)
    return True


def _flat(positional: list[Readings] | None) -> Iterator[str]:
    for readings in (positional or [])[:MOST_READINGS]:
        yield from readings
