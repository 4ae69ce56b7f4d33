"""Every expression of the conformance corpus, evaluated in a small stand-in for a module."""

from __future__ import annotations

import json
from decimal import Decimal

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.evaluate.compile import compile_expression
from imdsguard.hcl.syntax.native import parse_body
from imdsguard.hcl.syntax.source import Source
from imdsguard.hcl.values.jsonform import Exact, expect_form
from tests.hcl.evaluate.corpus_scope import ModuleScope

FILES_ARE_NOT_OUR_BUSINESS = {
    "fn-fileset-004": "the stand-in's glob is not Terraform's",
    "fn-fileset-010": "the stand-in's glob is not Terraform's",
    "fn-fileset-011": "the stand-in's glob is not Terraform's",
    "fn-fileset-016": "the stand-in's glob is not Terraform's",
    "fn-path-004": "the stand-in does not clean paths",
    "fn-base64-014": "the bytes that Go's compressor gives cannot be reproduced",
}


def outcome(expr, scope):
    """The value in the corpus' form, or the stage at which there is none."""
    body, problems = parse_body(Source("main.tf", f"locals {{\n  result = {expr}\n}}\n".encode()))
    if problems:
        return "syntax"
    try:
        compiled = compile_expression(body.blocks("locals")[0].body.attributes()["result"].expression.node())
        compiled.check(scope)
        value = compiled.evaluate(scope)
    except EvaluationError as error:
        return error.stage
    try:
        return expect_form(value)
    except EvaluationError:
        return "store"


def comparable(data, folder):
    if isinstance(data, Exact) or (isinstance(data, int) and not isinstance(data, bool)):
        return Decimal(data)
    if isinstance(data, str):
        return data.replace("@@MODULE_DIR@@", folder)
    if isinstance(data, list):
        return [comparable(v, folder) for v in data]
    return {k: comparable(v, folder) for k, v in data.items()} if isinstance(data, dict) else data


def test_every_expression_is_what_terraform_computes(shared, monkeypatch):
    monkeypatch.setenv("HOME", "/home/corpus")
    corpus = shared / "conformance"
    wrong = {}
    for line in (corpus / "expressions.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line, parse_float=Decimal)
        if case["id"] in FILES_ARE_NOT_OUR_BUSINESS:
            continue
        folder = corpus / "fixtures" / case["files"] if "files" in case else None
        expect = case["expect"]
        got = outcome(case["expr"], ModuleScope(folder))
        if expect.pop("nondeterministic", False) and isinstance(got, dict):
            got.pop("value", None)
        wanted = expect["stage"] if "error" in expect else comparable(expect, str(folder))
        if comparable(got, str(folder)) != wanted:
            wrong[case["id"]] = (case["expr"], wanted, got)
    assert not wrong


def test_exceptions_are_still_exceptions(shared):
    lines = (shared / "conformance" / "expressions.jsonl").read_text("utf-8").splitlines()
    ids = {json.loads(line)["id"] for line in lines}
    assert ids >= FILES_ARE_NOT_OUR_BUSINESS.keys()
