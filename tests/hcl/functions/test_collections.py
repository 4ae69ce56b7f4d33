"""Functions on lists, maps and sets.

What is expected was computed by Terraform 1.11.
"""

from __future__ import annotations

import pytest

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.values.jsonform import to_json
from imdsguard.hcl.values.marks import unmark_deep

VALUES = {
    'chunklist(["a", "b", "c"], 2)': '[["a","b"],["c"]]',
    "chunklist([], 2)": "[]",
    'coalesce(null, "", "c")': '"c"',
    'coalesce(true, "x")': '"true"',
    'coalescelist([], [1, "a"])': '[1,"a"]',
    'compact(["a", "", null, "b"])': '["a","b"]',
    'concat(tolist(["a"]), [1])': '["a",1]',
    'contains([1, 2], "1")': "false",
    'distinct([1, 1.0, "2"])': '["1","2"]',
    'element(["a", "b", "c"], 4)': '"b"',
    'element(tolist(["a", "b"]), -1)': '"b"',
    'flatten([["a"], [], [["b", [toset(["c"])]]], null])': '["a","b","c",null]',
    'index(["a", "b"], "b")': "1",
    "keys({ b = 1, a = 2 })": '["a","b"]',
    'lookup({ a = 1 }, "b", "x")': '"x"',
    'lookup({ a = null }, "a", "x")': "null",
    'matchkeys(["i1", "i2"], ["w", "x"], ["x"])': '["i2"]',
    'merge({ a = 1, b = 2 }, null, { b = "x" })': '{"a":1,"b":"x"}',
    "one([])": "null",
    'reverse(toset(["b", "a"]))': '["b","a"]',
    'setintersection(["a", 1], ["1"])': '["1"]',
    'setproduct(["a", "b"], [1, 2])': '[["a",1],["a",2],["b",1],["b",2]]',
    'setsubtract([1, 2, 3], ["2"])': '["1","3"]',
    'setunion([1], ["a"])': '["1","a"]',
    'slice(["a", "b", "c"], 1, 3)': '["b","c"]',
    'transpose({ a = ["1", "2"], b = ["2"] })': '{"1":["a"],"2":["a","b"]}',
    "values({ b = 1, a = 2 })": "[2,1]",
    'zipmap(["a", "b"], [1, "x"])': '{"a":1,"b":"x"}',
    'alltrue([true, "false"])': "false",
    "anytrue([null, true])": "true",
}

ERRORS = [
    'element(["a", "b"], -1)',
    "element([], 0)",
    'one(["a", "b"])',
    'slice(["a"], 0, 2)',
    'concat(["a"], toset(["b"]))',
    'lookup({ a = 1 }, "b")',
    'zipmap(["a"], [1, 2])',
    'setproduct(["a"])',
    'contains("abc", "a")',
    'coalesce("", null)',
    'index(["1"], 1)',
]


@pytest.mark.parametrize("text", VALUES)
def test_gives_what_terraform_gives(evaluate, text):
    assert to_json(unmark_deep(evaluate(text))[0]) == VALUES[text]


@pytest.mark.parametrize("text", ERRORS)
def test_refuses_what_terraform_refuses(evaluate, text):
    with pytest.raises(EvaluationError) as caught:
        evaluate(text)
    assert caught.value.stage == "dynamic"
