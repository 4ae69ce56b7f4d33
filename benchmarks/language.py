"""The language: finding blocks, parsing and evaluating expressions, against python-hcl2 and tree-sitter-hcl."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from benchmarks.material import expressions, ordinary
from benchmarks.measure import Figure, best

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.scope import Scope
    from imdsguard.hcl.evaluate.compile import Compiled

SIZE = 500_000
SMALL = 30_000
"""What python-hcl2 gets: it is timed on less, and the time scaled."""


def figures() -> Iterator[Figure]:
    """Reading a file into blocks and attributes, then what its expressions cost."""
    yield from files()
    yield from parsing()


def files() -> Iterator[Figure]:
    """From bytes to blocks and attributes, expressions left alone; the others know no such halt."""
    import hcl2
    import tree_sitter
    import tree_sitter_hcl

    from imdsguard.hcl.syntax.native import parse_body
    from imdsguard.hcl.syntax.source import SourceText

    text = ordinary(SIZE)
    data = text.encode()
    ours = best(lambda: parse_body(SourceText("main.tf", data)))
    note = f"{len(data) / ours / 1e6:.1f} MB/s"

    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))
    theirs = best(lambda: parser.parse(data))
    yield Figure("scan 0.5 MB into blocks and attributes", ours, "tree-sitter-hcl", theirs, note)

    less = ordinary(SMALL)
    slow = best(lambda: hcl2.loads(less), runs=2) * len(text) / len(less)
    yield Figure("", ours, "python-hcl2", slow, "its time scaled from 30 KB")


def parsing() -> Iterator[Figure]:
    """Expressions a second, each parsed and compiled from nothing."""
    import hcl2

    from imdsguard.hcl.evaluate.compile import compile_expression
    from imdsguard.hcl.syntax.parser import parse_expression
    from imdsguard.hcl.syntax.source import SourceText

    texts = expressions()
    places = [SourceText.of_text("main.tf", text).place for text in texts]
    ours = best(lambda: [parse_expression(text, place) for text, place in zip(texts, places, strict=True)])
    yield Figure(f"parse {len(texts)} expressions", ours, note=f"{len(texts) / ours:,.0f}/s")

    body = "locals {\n" + "".join(f"  e{number} = {text}\n" for number, text in enumerate(texts)) + "}\n"
    theirs = best(lambda: hcl2.loads(body), runs=2)
    yield Figure("", ours, "python-hcl2 on the same", theirs)

    nodes = [parse_expression(text, place) for text, place in zip(texts, places, strict=True)]
    compiled = best(lambda: [compile_expression(node) for node in nodes])
    yield Figure(f"compile {len(texts)} expressions", compiled, "parsing them", ours)

    from benchmarks.scope import Scope

    ready, scope = [compile_expression(node) for node in nodes], Scope()
    evaluated = best(lambda: evaluate(ready, scope))
    yield Figure(
        f"evaluate {len(texts)} expressions", evaluated, "parsing them", ours, f"{len(texts) / evaluated:,.0f}/s"
    )


def evaluate(ready: list[Compiled], scope: Scope) -> None:
    """Compute each; an index out of range is an answer too."""
    from imdsguard.hcl.errors import EvaluationError

    for one in ready:
        with suppress(EvaluationError):
            one.evaluate(scope)
