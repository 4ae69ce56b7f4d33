"""Writes `main.tf` with a launch for every row, and `plan.json` as Terraform plans it, with the oracle.

    PYTHON -m tests.aws.truth_table.make ../shared/oracle

PYTHON is one that the oracle's README tells how to set up.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.aws.truth_table.rows import HOP_REGIONS, REGIONS, ROWS, Row

FOLDER = Path(__file__).resolve().parent


IMAGE = """\
resource "aws_ami" "{region}" {{
  region       = "{region}"
  name         = "golden"
  imds_support = "v2.0"
}}
"""
DEFAULT = """\
resource "aws_ec2_instance_metadata_defaults" "{region}" {{
  region = "{region}"
  {option} = {value}
}}
"""
LAUNCHES = """\
resource "aws_instance" "{name}" {{
  region        = "{region}"
  ami           = {image}
  instance_type = "t3.micro"
{block}}}

resource "aws_launch_template" "{name}" {{
  region   = "{region}"
  image_id = {image}
{block}}}

resource "aws_autoscaling_group" "{name}" {{
  region             = "{region}"
  availability_zones = ["{region}a"]
  min_size           = 1
  max_size           = 1

  launch_template {{
    id      = aws_launch_template.{name}.id
    version = aws_launch_template.{name}.latest_version
  }}
}}
"""


def source() -> str:
    """The configuration."""
    blocks = ['provider "aws" {\n  region = "us-east-1"\n}\n']
    for account, region in REGIONS.items():
        if account:
            blocks.append(DEFAULT.format(region=region, option="http_tokens", value=f'"{account}"'))
    for hops, region in HOP_REGIONS.items():
        blocks.append(DEFAULT.format(region=region, option="http_put_response_hop_limit", value=hops))
    blocks += [IMAGE.format(region=region) for region in (*REGIONS.values(), *HOP_REGIONS.values())]
    return "\n".join([*blocks, *map(launches, ROWS)])


def launches(row: Row) -> str:
    """An instance, and a launch template with a group, that are the same row."""
    image = f"aws_ami.{row.region}.id" if row.image else '"ami-0123456789abcdef0"'
    value = f'"{row.launch}"' if row.option == "http_tokens" else row.launch
    block = f"\n  metadata_options {{\n    {row.option} = {value}\n  }}\n" if row.launch else ""
    return LAUNCHES.format(name=row.name, region=row.region, image=image, block=block)


def main(oracle: str) -> None:
    (FOLDER / "main.tf").write_text(source(), encoding="utf-8")
    sys.path.insert(0, oracle)
    from planjson import Oracle

    with Oracle() as terraform:
        plan = terraform.plan(FOLDER)
    plan.pop("timestamp", None)
    (FOLDER / "plan.json").write_text(json.dumps(plan, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
