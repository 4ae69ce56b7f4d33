"""What the benchmarks read: ordinary Terraform, made from the examples, in any amount."""

from __future__ import annotations

import re
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "legacy-web"

LITERAL = """\
resource "aws_instance" "web" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }
}
"""

NOTHING_TO_SAY = """\
resource "aws_s3_bucket" "logs_{n}" {{
  bucket = "logs-{n}-${{var.environment}}" # one a team

  tags = {{
    Team = "team-{n}"
    Cost = lookup(var.cost_centres, "team-{n}", "none")
  }}
}}

resource "aws_iam_policy" "logs_{n}" {{
  name   = "logs-{n}"
  policy = <<-JSON
    {{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}}]}}
  JSON
}}
"""


def ordinary(size: int) -> str:
    """At least `size` characters of the example's own code, each copy under names of its own."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(EXAMPLE.glob("[!pv]*.tf")))
    header = re.compile(r'^((?:resource|data) "\w+" "|module ")(\w+)"', flags=re.MULTILINE)
    return "\n".join(header.sub(rf'\1\2_{number}"', text) for number in range(size // len(text) + 1))


def beside_the_point(size: int) -> str:
    """At least `size` characters of code that has nothing to do with EC2."""
    one = NOTHING_TO_SAY.format(n=0)
    return "\n".join(NOTHING_TO_SAY.format(n=number) for number in range(size // len(one) + 1))


def expressions() -> list[str]:
    """A few hundred expressions as people write them, no two alike."""
    shapes = (
        '"${{var.name}}-{n}"',
        "var.environment == \"prod\" ? {n} : {n} + 1",
        'merge(local.tags, {{ Name = "web-{n}", Index = {n} }})',
        "[for index, zone in var.zones : upper(\"${{zone}}-{n}\") if index < {n}]",
        'lookup(var.sizes, "size-{n}", "t3.micro")',
        "cidrsubnet(var.cidr, 8, {n} % 200)",
        "{{ for key, value in var.sizes : key => \"${{value}}.{n}\" if value != null }}",
        "try(var.settings.web[{n}].http_tokens, \"required\")",
        "(var.count * {n} + 3) / 2 >= 7 && !var.paused || contains(var.zones, \"z{n}\")",
        "aws_instance.web{n}[*].private_ip",
    )  # fmt: skip
    return [shape.format(n=number) for number in range(40) for shape in shapes]
