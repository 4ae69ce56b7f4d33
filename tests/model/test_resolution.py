"""What resolves the reasons that readers really give."""

from __future__ import annotations

from pathlib import Path

import pytest

from imdsguard.aws.estate import build
from imdsguard.aws.types.registry import supported_types
from imdsguard.model.launch import State
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.resolution import INIT, PLAN, REGION, STATE, resolution
from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.read import read

INSTANCE = 'resource "aws_instance" "web" {{\n  metadata_options {{\n    http_tokens = {}\n  }}\n}}\n'


@pytest.mark.parametrize(
    ("code", "tokens", "expected"),
    [
        ('variable "tokens" {}', "var.tokens", "a value for var.tokens: --var-file FILE, or --var tokens=VALUE"),
        ('data "aws_ssm_parameter" "tokens" {\n  name = "tokens"\n}', "data.aws_ssm_parameter.tokens.value", PLAN),
        ('data "external" "tokens" {}', "data.external.tokens.result.tokens", PLAN),
        ('resource "terraform_data" "tokens" {}', "terraform_data.tokens.id", STATE),
        ('module "tokens" {\n  source = "example/tokens/aws"\n}', "module.tokens.value", INIT),
    ],
)
def test_each_kind_of_unknown(code: str, tokens: str, expected: str, tmp_path: Path) -> None:
    Path(tmp_path, "main.tf").write_text(f"{code}\n{INSTANCE.format(tokens)}", encoding="utf-8")
    reading = read([str(tmp_path)], Inputs(), supported_types())
    (launch,) = build([(root.stack, root.resources) for root in reading.roots]).launches
    assert launch.state is State.UNKNOWN
    assert resolution(launch.reason) == expected
    region = launch.scope.region
    assert not isinstance(region, str)
    assert resolution(region.reason) == REGION


def test_nothing_resolves_what_nobody_documents() -> None:
    assert resolution(Reason(ReasonKind.UNDOCUMENTED, "what EMR sets")) == ""
    assert resolution(None) == ""
