"""The modules that read a policy lean on each other one way, also in functions and for types."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import imdsguard.policy

FOLDER = Path(imdsguard.policy.__file__).parent


def leans_on(path: Path) -> set[str]:
    """The modules of the same folder that a module imports anywhere."""
    found = {
        node.module or "" for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
    }  # fmt: skip
    return {name.rpartition(".")[2] for name in found if name.startswith("imdsguard.policy.")}


def test_there_is_no_circle() -> None:
    graph = {path.stem: leans_on(path) for path in FOLDER.glob("*.py")}
    order = list(TopologicalSorter(graph).static_order())
    assert order.index("nodes") < order.index("declaration") < order.index("document") < order.index("read")
