"""Assignments of a shell script: variables, arrays, `export`, `local`, `unset`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.user_data.shell_expansion import arguments_of, text_readings
from imdsguard.aws.user_data.shell_values import EMPTY, joined, merged
from imdsguard.aws.user_data.syntax_tree import text_of, walk

if TYPE_CHECKING:
    from tree_sitter import Node

    from imdsguard.aws.user_data.shell import Shell, Status


def assignments(shell: Shell, node: Node) -> Status:
    """Do what stands alone on a line: `A=1 B=2`; it ends as the last `$(...)` in it does."""
    shell.last = True
    nodes = node.children if node.type == "variable_assignments" else [node]
    for each in nodes:
        if each.type == "variable_assignment":
            assign(shell, each)
    return shell.last


def assign(shell: Shell, node: Node) -> str:
    """Do an assignment; return the name."""
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if name is None:
        return ""
    shell.frame.account_for(name)
    index: str | None = None
    key = text_of(name)
    if name.type == "subscript":
        inner = [c for c in name.children if c.type not in {"[", "]"}]
        key = text_of(inner[0]) if inner else key
        index = text_readings(shell, inner[1])[0] if len(inner) > 1 else "0"
    adds = any(c.type == "+=" for c in node.children)
    if value is not None and value.type == "array":
        _assign_array(shell, key, value, adds)
        return key
    if not any(c.type == "command_substitution" for c in (walk(value) if value is not None else ())):
        shell.last = True
    new = text_readings(shell, value) if value is not None else EMPTY
    if index is not None:
        elements = shell.state.arrays.setdefault(key, {})
        elements[index] = joined([elements.get(index, EMPTY), new]) if adds else new
    elif adds:
        old = shell.state.get(key)
        shell.state.set(key, joined([old, new]))
    else:
        shell.state.set(key, new)
    return key


def _assign_array(shell: Shell, key: str, value: Node, adds: bool) -> None:
    shell.frame.account_for(value)
    elements = dict(shell.state.arrays.get(key, {})) if adds else {}
    for node in value.children:
        if not node.is_named or node.type == "comment":
            continue
        text = text_of(node)
        if text.startswith("[") and "]=" in text:
            index = text[1 : text.index("]=")].strip("\"'")
            readings = tuple(t.partition("]=")[2] for t in text_readings(shell, node))
            elements[index] = readings
            continue
        fields = arguments_of(shell, [node])
        longest = max(fields, key=len)
        for at in range(len(longest)):
            options = tuple(f[at] for f in fields if at < len(f))
            elements[str(len(elements))] = merged(options)
    if len(elements) <= 2_000:
        shell.state.variables.pop(key, None)
        shell.state.arrays[key] = elements


def declare(shell: Shell, node: Node) -> Status:
    """`export`, `local`, `declare`, `readonly`, `typeset`, `unset`."""
    what = node.children[0].type if node.children else ""
    options = "".join(text_of(c) for c in node.children[1:] if text_of(c).startswith("-"))
    if what == "unset":
        return _unset(shell, node)
    for child in node.children[1:]:
        name = ""
        if child.type == "variable_assignment":
            target = child.child_by_field_name("name")
            if what in {"local", "declare", "typeset"} and target is not None:
                _keep_local(shell, text_of(target))
            name = assign(shell, child)
        elif child.type == "variable_name":
            name = text_of(child)
            if what == "local":
                _keep_local(shell, name)
                shell.state.set(name, EMPTY)
        elif child.is_named and not text_of(child).startswith("-"):
            for argv in arguments_of(shell, [child]):
                for word in argv:
                    target_name, equals, text = word.partition("=")
                    if equals and target_name.isidentifier():
                        shell.state.set(target_name, (text,))
                        name = target_name
        if name and (what == "export" or "x" in options):
            if "f" in options:
                shell.state.exported_functions = True
                shell.called.add(name)
            shell.state.exported.add(name)
    return True


def _keep_local(shell: Shell, name: str) -> None:
    if shell.locals:
        shell.locals[-1].setdefault(name, shell.state.variables.get(name))


def _unset(shell: Shell, node: Node) -> Status:
    for child in node.children[1:]:
        name = text_of(child)
        shell.state.variables.pop(name, None)
        shell.state.arrays.pop(name, None)
        if child.is_named and name.isidentifier() and not shell.state.open_names:
            shell.state.variables[name] = EMPTY
    return True
