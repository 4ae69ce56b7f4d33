"""`make new-rule NAME=my-rule`: the three things that a rule is, for the tests to say what is to be filled in."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

CHECK = '''"""What {rule} finds, in one sentence of at most 100 characters that ends with a full stop

## What it checks

## Why

## Wrong

```terraform
resource "aws_instance" "web" {{
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
}}
```

## Right

```terraform
resource "aws_instance" "web" {{
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  metadata_options {{
    http_tokens = "required"
  }}
}}
```

## How to fix
"""

from __future__ import annotations

from collections.abc import Iterable

from imdsguard import Judgement, Launch, Severity

SEVERITY = Severity.NOTE


def check(launch: Launch) -> Iterable[Judgement]:
    """Judge one launch: pass, fail, or say why it cannot be told."""
    raise NotImplementedError("checks/{module}.py does not say yet what {rule} makes of a launch")
'''

INSTANCE = """resource "aws_instance" "web" {{
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
{options}}}
"""
OPTIONS = "\n  metadata_options {{\n    http_tokens = {tokens}\n  }}\n"

FIXTURES = {
    "found/nothing_is_set": INSTANCE.format(options=""),
    "silent/tokens_are_required": INSTANCE.format(options=OPTIONS.format(tokens='"required"')),
    "unknown/variable_without_a_value": 'variable "tokens" {}\n\n'
    + INSTANCE.format(options=OPTIONS.format(tokens="var.tokens")),
}
"""A case of each group, to begin with; `make accept` writes what the rule says of each into its `expected.txt`."""


class NewRuleError(Exception):
    """A rule that cannot be made."""


def files_of(rule: str) -> dict[str, str]:
    """Give the files of a new rule, by their paths in the repository; all but its page. Raises `NewRuleError`."""
    if NAME.fullmatch(rule) is None:
        raise NewRuleError(f'"{rule}" is no rule id: words in lower case, joined by hyphens, as in hop-limit-too-high')
    module = rule.replace("-", "_")
    cases = {f"tests/fixtures/{rule}/{case}/main.tf": text for case, text in FIXTURES.items()}
    return {f"checks/{module}.py": CHECK.format(rule=rule, module=module), **cases}


def write(rule: str, root: Path) -> list[str]:
    """Write them, and give their paths. Nothing is overwritten. Raises `NewRuleError`."""
    files = files_of(rule)
    there = [path for path in files if (root / path).exists()]
    if there:
        raise NewRuleError(f"there is a rule {rule} already: {there[0]}")
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return list(files)


def main(arguments: list[str]) -> int:
    """Write the files of a rule and its page."""
    if len(arguments) != 1 or not arguments[0]:
        print("make new-rule NAME=my-rule", file=sys.stderr)
        return 2
    (rule,) = arguments
    try:
        written = write(rule, ROOT)
    except NewRuleError as error:
        print(error, file=sys.stderr)
        return 2
    from docs.generate import rule_page

    page = f"docs/rules/{rule}.md"
    (ROOT / page).write_text(rule_page(ROOT / written[0]), encoding="utf-8")
    print("\n".join([*written, page]))
    print(
        f"\nFill in {written[0]}, name the cases after what they show, and then:\n"
        f"  pytest tests/checks -k {rule}   # says what is missing\n"
        "  make accept                     # writes each case's expected.txt, after showing it\n"
        "  make docs                       # writes the page, the schema of policies, the README"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
