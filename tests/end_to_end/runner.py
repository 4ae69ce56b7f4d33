"""A runner of GitHub Actions, as far as `action.yml` needs one: expressions, environment, outputs, summary."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import quiet_environment

HOUSE = Path(__file__).resolve().parents[2]
EXPRESSION = re.compile(r"\$\{\{ *(.*?) *\}\}")


def action() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((HOUSE / "action.yml").read_text(encoding="utf-8"))
    return loaded


@dataclass
class Job:
    """One use of the action in a workspace. `skip` are steps that are not run; their outputs are given in `outputs`."""

    workspace: Path
    temporary: Path
    inputs: dict[str, str]
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    log: str = ""
    summary: str = ""
    code: int = 0

    def run(self, *skip: str) -> Job:
        declared = action()["inputs"]
        assert set(self.inputs) <= set(declared), "an input that the action does not have"
        self.inputs = {name: declared[name]["default"] for name in declared} | self.inputs
        self.temporary.mkdir(parents=True, exist_ok=True)
        for step in action()["runs"]["steps"]:
            if step["id"] in skip or "uses" in step:
                continue
            self._step(step)
            if self.code:
                break
        return self

    def output(self, name: str) -> str:
        """What a workflow sees as `steps.x.outputs.name`."""
        return self._text(action()["outputs"][name]["value"])

    def _step(self, step: dict[str, Any]) -> None:
        assert step["shell"] == "bash"
        files = {name: self.temporary / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV")}
        for file in files.values():
            file.write_text("")
        environment = quiet_environment() | {
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(HOUSE),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temporary),
            **{name: str(file) for name, file in files.items()},
            **{name: self._text(value) for name, value in step["env"].items()},
        }
        script = self.temporary / "script.sh"
        script.write_text(step["run"])
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=self.workspace,
            env={name: value for name, value in environment.items() if "\0" not in value},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
            check=False,
        )
        self.code = done.returncode
        self.log += done.stdout.decode("utf-8", "surrogateescape")
        self.outputs[step["id"]] = parse(files["GITHUB_OUTPUT"].read_text(encoding="utf-8"))
        self.summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        assert files["GITHUB_ENV"].read_text() == ""

    def _text(self, template: str) -> str:
        return EXPRESSION.sub(lambda match: self._value(match[1]), template)

    def _value(self, expression: str) -> str:
        match expression.split("."):
            case ["inputs", name]:
                return self.inputs[name]
            case ["steps", "python", "outputs", "python-path"]:
                return sys.executable
            case ["steps", step, "outputs", name]:
                return self.outputs.get(step, {}).get(name, "")
            case _:
                raise AssertionError(f"the action uses {expression}, which this runner does not know")


def parse(text: str) -> dict[str, str]:
    """Read a file of outputs as the runner does: `name=value`, or `name<<END` up to the line END."""
    outputs: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, equals, value = line.partition("=")
        heredoc, arrows, end = line.partition("<<")
        if arrows and (not equals or len(heredoc) < len(name)):
            outputs[heredoc] = "\n".join(iter(lambda end=end: next(lines), end))
            continue
        assert equals, f"the runner refuses the line {line!r}"
        outputs[name] = value
    return outputs


def installed() -> dict[str, dict[str, str]]:
    """The outputs of the step that installs, as if it had installed into the environment that the tests run in."""
    return {"install": {"bin": os.fspath(Path(sys.executable).parent)}}
