"""Whole configurations, computed by real Terraform: ours must come out the same, errors included."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from imdsguard.report.reasons import sentence
from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.source.console import Console, to_text

SHARED = Path(os.environ.get("IMDSGUARD_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))
CASES = sorted(path.parent.name for path in SHARED.glob("conformance/configs/*/expected.json"))


def inputs_of(invocation: dict[str, Any], folder: Path) -> Inputs:
    """The command line and environment of `terraform plan` as ours."""
    files, variables, order = [], [], []
    for argument in invocation["args"]:
        option, _, value = argument.partition("=")
        order.append(option.lstrip("-"))
        (files if order[-1] == "var-file" else variables).append(value)
    return Inputs(
        var_files=tuple(files),
        variables=tuple(variables),
        order=tuple(order),
        environment=invocation["env"],
        workspace=invocation["workspace"],
        working_directory=str(folder),
    )


@pytest.mark.parametrize("case", CASES)
def test_a_configuration_comes_out_as_terraform_computes_it(case: str) -> None:
    folder = SHARED / "conformance" / "configs" / case
    expected = json.loads((folder / "expected.json").read_text("utf-8"), parse_float=Decimal)
    found = Console(".", inputs_of(expected["invocation"], folder), sentence).dump()
    if "error" in expected:
        assert "error" in found, f"Terraform refuses this: {expected['error']}"
        return
    found = json.loads(to_text(found), parse_float=Decimal)
    assert found.get("errors") is None
    assert found["outputs"] == expected["outputs"]
    assert found["resources"] == expected["resources"]


def test_the_corpus_is_there(shared: Path) -> None:
    assert len(CASES) >= 90
