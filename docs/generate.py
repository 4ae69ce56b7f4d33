"""Writes what follows from the code: docs/rules/*.md from the rules, docs/cli.md from `--help`, README.md's demo.

Also policies/schema.json, from the declaration of a policy and the rules, and policies/test-schema.json, from that of
its tests.

`make docs` runs it. `tests/test_docs.py` fails when a page no longer says what the code says.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_type_hints

from imdsguard import load_rules
from imdsguard import rule_files as files_by_id
from imdsguard.policy.cases import cases_schema
from imdsguard.policy.parameters import in_yaml, name_of
from imdsguard.policy.read import RESERVED
from imdsguard.policy.schema import policy_schema
from imdsguard.policy.shipped import shipped_policies

if TYPE_CHECKING:
    from types import ModuleType


DOCS = Path(__file__).resolve().parent
CHECKS = DOCS.parent / "checks"
README = DOCS.parent / "README.md"
SCHEMA = DOCS.parent / "policies" / "schema.json"
TEST_SCHEMA = DOCS.parent / "policies" / "test-schema.json"
OTHER_SCANNERS = DOCS / "from-other-scanners.md"
SCANNERS = ("Checkov", "Trivy", "tfsec", "Semgrep", "Terrascan", "Prowler")
WIDTH = 100
SHOWN = ("aws_instance.bastion", 'module.service["checkout"]')
"""The findings of the demo that the README shows."""
GENERATED = "<!-- Written by `make docs` from {source}: edit that. -->"


def pages() -> dict[Path, str]:
    """Every generated page with the text it should have."""
    written = {DOCS / "rules" / f"{rule_id(path)}.md": rule_page(path) for path in rule_files()}
    written[DOCS / "cli.md"] = command_page()
    written[README] = readme()
    written[OTHER_SCANNERS] = scanners_page()
    written[SCHEMA] = schema()
    written[TEST_SCHEMA] = json.dumps(cases_schema(), indent=2) + "\n"
    return written


def schema() -> str:
    """The schema of policies, with what an editor offers for our own rules and policies."""
    return json.dumps(policy_schema(load_rules(files_by_id()), RESERVED, shipped_policies()), indent=2) + "\n"


def stale_rule_pages() -> list[Path]:
    """Pages of rules that are no longer there."""
    ids = {rule_id(path) for path in rule_files()}
    return [page for page in sorted((DOCS / "rules").glob("*.md")) if page.stem not in ids]


def rule_files() -> list[Path]:
    """The files of the rules, by name."""
    return sorted(CHECKS.glob("[!_]*.py"))


def rule_id(path: Path) -> str:
    """A rule's id is the name of its file."""
    return path.stem.replace("_", "-")


def rule_page(path: Path) -> str:
    """The rule's docstring under its name, followed by what its code says about severity, parameters and controls."""
    from imdsguard.run.rule_page import controls_part

    rule = load(path)
    parts = [
        GENERATED.format(source=f"checks/{path.name}"),
        f"# {rule_id(path)}",
        f"Severity: {rule.SEVERITY.value}",
        (rule.__doc__ or "").strip(),
    ]
    parameters = getattr(rule, "Parameters", None)
    if parameters is not None:
        parts += ["## Parameters", (parameters.__doc__ or "").strip(), parameter_table(parameters)]
    controls = getattr(rule, "CONTROLS", None)
    if controls:
        parts.append(controls_part(controls))
    return "\n\n".join(part for part in parts if part) + "\n"


def parameter_table(parameters: type) -> str:
    """One row a field: the name, what a policy may write, and what it is if a policy says nothing."""
    hints = get_type_hints(parameters)
    default = parameters()
    rows = [
        f"| `{field.name}` | {name_of(hints[field.name])} | `{in_yaml(getattr(default, field.name))}` |"
        for field in dataclasses.fields(parameters)
    ]
    return "\n".join(["| name | what it takes | default |", "|---|---|---|", *rows])


def load(path: Path) -> ModuleType:
    """Import one rule from its file."""
    spec = importlib.util.spec_from_file_location(f"documented_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def command_page() -> str:
    """What `--help` says, for the command, for each of its commands, and for theirs."""
    overview = help_text()
    commands = commands_in(overview)
    assert commands, "--help lists no commands"
    parts = [GENERATED.format(source="`imdsguard --help`"), "# The command line", f"```text\n{overview}```"]
    for command in commands:
        text = help_text(command)
        parts += [f"## {command}", f"```text\n{text}```"]
        for below in commands_in(text):
            parts += [f"### {command} {below}", f"```text\n{help_text(command, below)}```"]
    return "\n\n".join(parts) + "\n"


def commands_in(text: str) -> list[str]:
    """The commands that a help lists."""
    listing = text.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
    return [line.split()[0] for line in listing if line.startswith("  ") and not line.startswith("   ")]


def readme() -> str:
    """The README with a fresh demo in it, and a fresh table of the rules."""
    text = README.read_text(encoding="utf-8")
    before, mark, rest = text.partition("<!-- make demo -->\n```text\n")
    assert mark, "the README has no place for the demo"
    text = before + mark + excerpt(run([str(DOCS.parent / "examples" / "demo")])) + rest[rest.index("```\n") :]
    return filled(text, "rules", rules_table())


def rules_table() -> str:
    """One row a rule: how bad it is, and the first sentence of its page."""
    rows = ["| rule | severity | says |", "|---|---|---|"]
    for path in rule_files():
        rule, name = load(path), rule_id(path)
        says = (rule.__doc__ or "").strip().partition("\n")[0]
        rows.append(f"| [`{name}`](docs/rules/{name}.md) | {rule.SEVERITY.value} | {says} |")
    return "\n".join(rows) + "\n"


def filled(text: str, name: str, content: str) -> str:
    """Put content between `<!-- name -->` and `<!-- /name -->`."""
    before, mark, rest = text.partition(f"<!-- {name} -->\n")
    assert mark, f"there is no place for {name}"
    return before + mark + content + rest[rest.index(f"<!-- /{name} -->") :]


def scanners_page() -> str:
    """The page for people who come from another scanner, with a fresh table of its checks."""
    return filled(OTHER_SCANNERS.read_text(encoding="utf-8"), "scanners", scanners_table())


def scanners_table() -> str:
    """One row a check of another scanner: the rules that say they take its place."""
    taken: dict[tuple[str, str], list[str]] = {}
    for path in rule_files():
        controls = getattr(load(path), "CONTROLS", {})
        for scanner in SCANNERS:
            for check in controls.get(scanner, ()):
                taken.setdefault((scanner, check), []).append(rule_id(path))
    rows = ["| scanner | check | here |", "|---|---|---|"]
    for scanner, check in sorted(taken, key=lambda one: (SCANNERS.index(one[0]), one[1])):
        links = ", ".join(f"[`{rule}`](rules/{rule}.md)" for rule in taken[scanner, check])
        rows.append(f"| {scanner} | `{check}` | {links} |")
    return "\n".join(rows) + "\n"


def excerpt(demo: str) -> str:
    """The command lines, the `SHOWN` findings and the summaries of a demo; `...` for what is left out."""
    parts: list[str] = []
    for paragraph in demo.strip("\n").split("\n\n"):
        head = paragraph.partition("\n")[0]
        if head.startswith("$") or head[0].isdigit() or any(name in head for name in SHOWN):
            parts.append(paragraph)
        elif parts[-1] != "...":
            parts.append("...")
    return "\n\n".join(parts[:-1] if parts[-1] == "..." else parts) + "\n"


def help_text(*command: str) -> str:
    """What a terminal of fixed width shows."""
    program = "import sys; from imdsguard.cli import main; sys.argv[0] = 'imdsguard'; main()"
    return run([sys.executable, "-c", program, *command, "--help"]).strip("\n") + "\n"


def run(command: list[str]) -> str:
    """What a command prints to a terminal of fixed width, without colour. Our own command is this environment's."""
    environment = {**os.environ, "COLUMNS": str(WIDTH), "NO_COLOR": "1"}
    environment["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    environment.pop("FORCE_COLOR", None)
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", check=True
    )
    return done.stdout


def main() -> None:
    """Write each page that differs, and remove those of rules that are gone."""
    for page, text in pages().items():
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(text, encoding="utf-8")
            print(f"wrote {page.relative_to(DOCS.parent)}")
    for page in stale_rule_pages():
        page.unlink()
        print(f"removed {page.relative_to(DOCS.parent)}")


if __name__ == "__main__":
    main()
