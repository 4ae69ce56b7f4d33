"""What a tree and its own policy say reaches terminals and runners as text, whatever command is called."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING

import pytest

from tests.report.test_github_report import run as commands_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Command

EVIL = "x\\n::error::e \\u001b[31m ##[error]e ##vso[a]b <script> [l](https://evil.example) \\u202e"
POLICY = f"""
version: 1
extends: baseline
requirements:
  - {{id: ours, require: {{http_tokens: required}}, message: "{EVIL}", where: {{"tags.{EVIL}": "{EVIL}"}}}}
  - {{id: also, require: {{http_tokens: required}}, message: "{EVIL}"}}
estates:
  "{EVIL}": {{roots: ["."]}}
exemptions:
  - {{rule: instance-tokens-optional, address: aws_instance.b, reason: "{EVIL}", expires: 2099-01-01}}
  - {{rule: instance-tokens-optional, address: "aws_instance.{EVIL}", reason: "{EVIL}", expires: 2099-01-01}}
"""
CODE = f"""
provider "aws" {{
  region = "{EVIL}"
}}
locals {{
  x = {{ "{EVIL}" = "{EVIL}" }}
}}
output "x" {{
  value = local.x
}}
resource "aws_instance" "a" {{
  for_each = local.x
  ami      = "ami-1"
  tags     = local.x
}}
resource "aws_instance" "b" {{
  ami = "ami-1"
  metadata_options {{
    http_tokens = file("{EVIL}")
  }}
}}
module "m" {{
  source = "./{EVIL}"
}}
module "n" {{
  source = "{EVIL}"
}}
"""
COMMANDS = (
    "scan -v --show-suppressed",
    "inspect",
    "inspect --format json",
    "explain aws_instance.b",
    "explain aws_instance.b --format json",
    "explain also",
    "explain ours",
    "rules",
    "rules --format json",
    "suppressions",
    "suppressions --format json",
    "policy show",
    "policy check",
    "console -e local.x",
    "console -e local.x --format json",
    "console --dump",
    "init --dry-run",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_lets_it_out(imdsguard: Command, tmp_path: Path, command: str) -> None:
    (tmp_path / ".imdsguard.yaml").write_text(POLICY)
    (tmp_path / "main.tf").write_text(CODE)
    done = imdsguard(*command.split(), cwd=tmp_path)
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    assert [each for each in set(said) if unicodedata.category(each) in ("Cc", "Cf", "Cs") and each != "\n"] == []
    assert commands_of(said) == []
    assert not re.search(r"##\w*\[", said)


def test_the_page_of_a_requirement_has_neither_headings_nor_links_of_its_message(
    imdsguard: Command, tmp_path: Path
) -> None:
    (tmp_path / ".imdsguard.yaml").write_text(POLICY.replace("x\\n", "x\\n\\n## Fine\\n\\n"))
    (tmp_path / "main.tf").write_text(CODE)
    (run,) = json.loads(imdsguard("scan", "--format", "sarif", cwd=tmp_path).stdout)["runs"]
    (page,) = [rule["help"]["markdown"] for rule in run["tool"]["driver"]["rules"] if rule["id"] == "also"]
    assert re.findall("^#.*", page, flags=re.MULTILINE) == ["# also", "## What it checks"]
    assert r"[l]\(https://evil.example) \u202e." in page
    assert r"\<script>" in page
