"""A policy and all that it extends as one YAML text that means the same, each value with its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.model.place import Place
from imdsguard.policy.nodes import Items, Node, Scalar, Table
from imdsguard.report.escape import escape

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from imdsguard.policy.read import PolicyLayer, ResolvedPolicy

ONCE = (
    *("fail_on", "on_unknown", "on_deployed", "assume", "select"),
    *("stacks", "exclude", "baseline", "honor_comments"),
)
"""Of these the strongest policy that has one counts, as a whole."""
BY_NAME = ("estates", "suppressions")
"""Of these each entry counts by its name."""
_PLAIN = re.compile(r"~|-?[A-Za-z0-9](?:[A-Za-z0-9_./ -]*[A-Za-z0-9_./-])?")
_OFF = ("off", "false", "no")
_ON = ("on", "true", "yes")
_SEVERITY = "severity"
_NOTHING = Table((), Place(""))


def merged_yaml(resolved: ResolvedPolicy, on: Collection[str] = ()) -> str:
    """Write what a policy comes to. `on` has the ids of the rules that its `select` leaves on; unused without one."""
    lines = [f"# {escape(resolved.name)}, with all it extends", "version: 1"]
    for key in ONCE:
        nodes = [node for _, node in _each(resolved.layers, key)]
        if nodes:
            lines += _entry(key, nodes[-1], 0)
    lines += _rules(resolved, on)
    lines += _requirements(resolved)
    lines += _exemptions(resolved)
    for key in BY_NAME:
        by_name = {
            name.text: value for _, node in _each(resolved.layers, key) if isinstance(node, Table)
            for name, value in node.entries
        }  # fmt: skip
        lines += _section(key, [line for name, value in by_name.items() for line in _entry(_word(name), value, 1)])
    return "\n".join(lines) + "\n"


def _rules(resolved: ResolvedPolicy, on: Collection[str]) -> list[str]:
    rules: dict[str, dict[str, Node]] = {}
    for layer in resolved.layers:
        if layer.document.selection is not None:
            rules = {rule: _said(said, _NOTHING) for rule, said in rules.items() if rule in on}
            rules = {rule: said for rule, said in rules.items() if said}
        for _, node in _each((layer,), "rules"):
            for name, value in node.entries if isinstance(node, Table) else ():
                rules[name.text] = _said(rules.get(name.text, {}), value)
    lines: list[str] = []
    for rule, said in rules.items():
        alone = said.get("off") or (said.get("on") if len(said) == 1 else None)
        if alone is not None:
            lines += _entry(rule, alone, 1)
            continue
        if not said:
            lines.append(f"  {rule}: on")
            continue
        lines.append(f"  {rule}:")
        lines += [line for key, value in said.items() if key != "on" for line in _entry(_word(key), value, 2)]
    return _section("rules", lines)


def _said(before: dict[str, Node], node: Node) -> dict[str, Node]:
    """Take in what one more policy says of a rule, by the same law as when it is read."""
    kept = {name: value for name, value in before.items() if name not in ("off", "on")}
    if isinstance(node, Table):
        return {**kept, **{name.text: value for name, value in node.entries}}
    if isinstance(node, Scalar) and not node.quoted and node.text.lower() in _OFF:
        return {**kept, "off": node}
    if isinstance(node, Scalar) and not node.quoted and node.text.lower() in _ON:
        return {**kept, "on": node}
    return {**kept, _SEVERITY: node}


def _requirements(resolved: ResolvedPolicy) -> list[str]:
    by_id: dict[str, Table] = {}
    for _, node in _each(resolved.layers, "requirements"):
        for item in node.items if isinstance(node, Items) else ():
            name = item.get("id") if isinstance(item, Table) else None
            if isinstance(item, Table) and isinstance(name, Scalar):
                by_id[name.text] = item
    return _section("requirements", [line for item in by_id.values() for line in _item(item)])


def _exemptions(resolved: ResolvedPolicy) -> list[str]:
    items = [
        item for _, node in _each(resolved.layers, "exemptions") if isinstance(node, Items)
        for item in node.items
    ]  # fmt: skip
    return _section("exemptions", [line for item in items for line in _item(item)])


def _each(layers: tuple[PolicyLayer, ...], key: str) -> Iterator[tuple[PolicyLayer, Node]]:
    """Give what each policy says under a key, the weakest first."""
    for layer in layers:
        node = layer.node.get(key) if isinstance(layer.node, Table) else None
        if node is not None:
            yield layer, node


def _section(key: str, lines: list[str]) -> list[str]:
    return [f"{key}:", *lines] if lines else []


def _item(node: Node) -> Iterator[str]:
    """Write one item of a list of mappings."""
    entries = node.entries if isinstance(node, Table) else ()
    first, *rest = [line for name, value in entries for line in _entry(_word(name.text), value, 2)]
    yield f"  - {first[4:]}"
    yield from rest


def _entry(key: str, node: Node, depth: int) -> list[str]:
    """Write a key and its value: mappings below it, all else beside it."""
    margin = "  " * depth
    if isinstance(node, Table) and node.entries:
        below = [line for name, value in node.entries for line in _entry(_word(name.text), value, depth + 1)]
        return [f"{margin}{key}:", *below]
    return [f"{margin}{key}: {_flow(node)}  # {_place(node)}"]


def _flow(node: Node) -> str:
    if isinstance(node, Items):
        return f"[{', '.join(_flow(item) for item in node.items)}]"
    if isinstance(node, Table):
        return "{" + ", ".join(f"{_word(name.text)}: {_flow(value)}" for name, value in node.entries) + "}"
    return _word(node.text, quoted=node.quoted) if node.text or node.quoted else "null"


def _word(text: str, *, quoted: bool = False) -> str:
    """Write a word so that YAML reads the same: as it is, or between quotes with YAML's own escapes."""
    if not quoted and _PLAIN.fullmatch(text):
        return text
    return '"' + escape(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def _place(node: Node) -> str:
    return escape(f"{node.place.file}:{node.place.line}")
