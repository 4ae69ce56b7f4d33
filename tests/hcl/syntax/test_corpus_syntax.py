"""The conformance corpus: what Terraform parses we parse, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import SyntaxProblem
from imdsguard.hcl.syntax.json import parse_json_body
from imdsguard.hcl.syntax.native import scan
from imdsguard.hcl.syntax.source import SourceText

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from imdsguard.hcl.syntax.body import SyntaxBody


def parses(source: SourceText) -> bool:
    body, problems = scan(source)
    try:
        return not problems and not source.problems and all(True for _ in nodes(body))
    except SyntaxProblem:
        return False


def nodes(body: SyntaxBody) -> Iterator[object]:
    for attribute in body.attributes().values():
        yield attribute.expression.node()
    for block_type in body.block_types():
        for block in body.blocks(block_type):
            yield from nodes(block.body)


def test_expressions(shared: Path) -> None:
    lines = (shared / "conformance" / "expressions.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    assert len(cases) > 1000
    wrong = []
    for case in cases:
        accepted = parses(SourceText.of_text("main.tf", f"locals {{\n  result = {case['expr']}\n}}\n"))
        if accepted != (case["expect"].get("stage") != "syntax"):
            wrong.append(case["id"])
    assert wrong == []


def test_configurations(shared: Path) -> None:
    refused_by_terraform = {"err-heredoc-marker-not-alone", "err-syntax-missing-brace"}
    refused = set()
    folder = shared / "conformance" / "configs"
    endings = (".tf", ".tfvars", ".tf.json", ".tfvars.json")
    files = sorted(f for f in folder.rglob("*") if f.name.endswith(endings) and not f.name.startswith("."))
    assert len(files) > 100
    for file in files:
        if file.suffix == ".json":
            body, problems = parse_json_body(SourceText(file.name, file.read_bytes()))
            assert problems == (), file
            for attribute in body.attributes().values():
                attribute.expression.node()
        elif not parses(SourceText(file.name, file.read_bytes())):
            refused.add(file.parent.name)
    assert refused == refused_by_terraform
