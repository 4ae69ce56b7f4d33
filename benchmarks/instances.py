"""for_each: an expression is compiled once, however many instances use it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Figure, best
from benchmarks.reading import scan

if TYPE_CHECKING:
    from collections.abc import Iterator

STACK = """\
locals {{
  nodes = {{
    for number in range({count}) : "node-${{number}}" => {{ tokens = number % 7 == 0 ? "optional" : "required" }}
  }}
}}

resource "aws_instance" "node" {{
  for_each = local.nodes

  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  metadata_options {{
    http_endpoint               = "enabled"
    http_tokens                 = each.value.tokens
    http_put_response_hop_limit = length(each.key) > 100 ? 2 : 1
  }}

  tags = merge({{ Name = each.key }}, {{ Team = "web" }})
}}
"""


def figures() -> Iterator[Figure]:
    """One instance, a thousand instances."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        times = {}
        for count in (1, 1000):
            (folder / "main.tf").write_text(STACK.format(count=count), encoding="utf-8")
            times[count] = best(lambda: scan(folder))
    yield Figure("for_each over 1 instance", times[1])
    yield Figure("for_each over 1000 instances", times[1000], "one", times[1])
