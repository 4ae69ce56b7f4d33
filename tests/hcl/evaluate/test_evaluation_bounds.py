"""Programs that would cost too much end at a bound, soon and without using much memory."""

from __future__ import annotations

import pytest

from imdsguard.hcl.bounds import Bounds
from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.hcl.evaluate.compile import compile_expression
from imdsguard.hcl.syntax.parser import parse_expression
from imdsguard.model.place import Place
from tests.hcl.evaluate.corpus_scope import ModuleScope

HERE = Place("main.tf", 1, 1, 1, 1)


pytestmark = pytest.mark.timeout(60)
"""Each takes well under a second on an idle machine; what runs into no bound takes hours."""


def evaluate(text, scope=None):
    node = parse_expression(text, lambda start, end: HERE)
    return compile_expression(node).evaluate(scope or ModuleScope(None))


@pytest.fixture
def chains(tmp_path):
    """Locals that double the one before: text, list, tuple in tuple."""
    lines = ['text0 = "xxxxxxxxxx"', "list0 = [1]", "tree0 = {}"]
    for i in range(1, 60):
        before = i - 1
        lines += [
            f'text{i} = "${{local.text{before}}}${{local.text{before}}}"',
            f"list{i} = concat(local.list{before}, local.list{before})",
            f"tree{i} = [local.tree{before}, local.tree{before}]",
        ]
    (tmp_path / "main.tf").write_text("locals {\n" + "\n".join(lines) + "\n}\n")
    return ModuleScope(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "local.text40",
        "local.list40",
        "length(local.tree40)",
        "jsonencode(local.tree40)",
        "local.tree40 == local.tree41",
        "issensitive(local.tree30)",
    ],
)
def test_doubling_chains(chains, text):
    with pytest.raises(LimitReached):
        evaluate(text, chains)


@pytest.mark.parametrize(
    "text",
    [
        "setproduct(range(1000), range(1000), range(1000))",
        "1e20000 * 1e20000",
        "1e-20000 * 1e-20000",
    ],
)
def test_bombs(text):
    with pytest.raises(LimitReached):
        evaluate(text)


@pytest.mark.parametrize(("text", "most"), [("{{for n in [{}] : n => n}}", 3), ("[for n in [{}] : n]", 10)])
def test_what_a_loop_makes_is_counted(text, most):
    def looped(count):
        scope = ModuleScope(None)
        scope.bounds = Bounds(max_items=10)
        return evaluate(text.format(", ".join(map(str, range(count)))), scope)

    looped(most)
    with pytest.raises(LimitReached, match="more than 10 elements"):
        looped(most + 1)


@pytest.mark.parametrize(
    ("text", "few", "many", "message"),
    [
        ("{{ {} }}", 5, 6, "more than 10 elements"),
        ("{{ (n) = 1, {} }}", 4, 5, "more than 10 elements"),
        ("[{}]", 10, 11, "more than 10 elements"),
    ],
)
def test_a_collection_that_is_written_out_is_counted_before_it_is_made(text, few, many, message):
    def written(count):
        entries = (f"k{number} = n" if "{{" in text else "n" for number in range(count))
        scope = ModuleScope(None)
        scope.bounds = Bounds(max_items=10)
        return evaluate(f"[for n in [1]: {text.format(', '.join(entries))}]", scope)

    written(few)
    with pytest.raises(LimitReached, match=message):
        written(many)


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ('[for n in range(50): "{}"]', 50 * 999),
        ("[for list in [range({})] : [for n in range(50): length(list)]]", 50 * 900 // 16),
    ],
    ids=["the parts of a text", "a large argument"],
)
def test_what_it_costs_grows_with(text, more):
    def steps(count):
        scope = ModuleScope(None)
        evaluate(text.format("${n}" * count if '"' in text else count), scope)
        return scope.bounds.meter.steps

    assert steps(1000) - steps(1) >= more


def test_a_loop_in_a_loop_in_a_loop_runs_out_of_steps():
    scope = ModuleScope(None)
    scope.bounds = Bounds(max_steps=100_000)
    with pytest.raises(LimitReached, match="steps"):
        evaluate("[for a in range(1000): [for b in range(1000): [for c in range(1000): a]]]", scope)


def test_long_chains_of_operators_and_attributes_are_no_depth():
    assert evaluate("1" + " + 1" * 1900).raw == 1901
    with pytest.raises(EvaluationError, match="not declared"):
        evaluate("x" + ".a" * 1900)


@pytest.mark.parametrize("text", ["[" * 480 + "]" * 480, "!" * 480 + "true", "true ? 1 : " * 480 + "1"])
def test_deep_nesting_never_escapes(text):
    try:
        evaluate(text)
    except (EvaluationError, LimitReached) as problem:
        assert str(problem)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("terraform.workspace == null ? 1 : 2", 3),
        ('"a${terraform.workspace}b"', 5),
        ("[for n in [1, 2, 3] : terraform.workspace]", 9),
    ],
)
def test_work_is_counted(text, steps):
    scope = ModuleScope(None)
    evaluate(text, scope)
    assert scope.bounds.meter.steps == steps
