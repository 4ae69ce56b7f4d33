"""No text that parses makes evaluation raise anything but its own errors."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.hcl.evaluate.compile import compile_expression
from imdsguard.hcl.syntax.parser import parse_expression
from imdsguard.hcl.values.jsonform import expect_form
from imdsguard.hcl.values.value import Value
from imdsguard.model.place import Place
from tests.hcl.evaluate.corpus_scope import ModuleScope

HERE = Place("main.tf", 1, 1, 1, 1)
ATOMS = st.sampled_from(
    ["1", "-0", "0.5", "1e300", "true", "null", '"a"', '"x${1}"', "[]", "{}", "[1, null]", "{ a = 1, b = null }",
     "toset([1, 2])", "tomap({ a = \"x\" })", "timestamp()", "tolist([])", "nope", "sensitive(\"s\")", "1 / 0",
     "[timestamp()]", "split(\",\", timestamp())", "range(3)"]
)  # fmt: skip


def combined(inner):
    operator = st.sampled_from(["+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||"])
    function = st.sampled_from(
        [
            "length",
            "upper",
            "jsonencode",
            "tolist",
            "toset",
            "tomap",
            "tostring",
            "tonumber",
            "try",
            "can",
            "merge",
            "concat",
            "flatten",
            "keys",
            "values",
            "lookup",
            "coalesce",
            "element",
            "join",
            "format",
            "max",
            "distinct",
            "setunion",
            "zipmap",
            "reverse",
            "sort",
            "one",
            "sum",
            "yamlencode",
        ]
    )
    return st.one_of(
        st.builds("({} {} {})".format, inner, operator, inner),
        st.builds("({} ? {} : {})".format, inner, inner, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("{{ a = {}, ({}) = {} }}".format, inner, inner, inner),
        st.builds("[for k, v in {} : {} if {}]".format, inner, inner, inner),
        st.builds("{{for k, v in {} : k => v...}}".format, inner),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("({}).a".format, inner),
        st.builds("({})[*]".format, inner),
        st.builds("({}).*.a".format, inner),
        st.builds('"${{{}}}-${{{}}}"'.format, inner, inner),
        st.builds("{}({}, {})".format, function, inner, inner),
        st.builds("{}({})".format, function, inner),
        st.builds("{}({}...)".format, function, inner),
        st.builds("(-{})".format, inner),
        st.builds("(!{})".format, inner),
    )


def evaluated(text):
    try:
        value = compile_expression(parse_expression(text, lambda start, end: HERE)).evaluate(ModuleScope(None))
        assert isinstance(value, Value)
        expect_form(value)
    except (EvaluationError, LimitReached):
        return


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.recursive(ATOMS, combined, max_leaves=8))
def test_expressions_of_every_kind(text):
    evaluated(text)


@settings(max_examples=150, deadline=None)
@given(st.text('{}[]()"$%~.*,:?=!<>&|+-/ \nabfor1eninv\\', max_size=40))
def test_noise(text):
    evaluated(text)
