"""The page on the migration does what it says: its commands are run in their order, on a copy of the example."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, Command
from tests.end_to_end.git import Checkout

PAGE = (REPOSITORY / "docs/migration.md").read_text(encoding="utf-8")
COMMANDS = [
    line
    for text in re.findall(r"^```bash\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    for line in text.splitlines()
]


def test_there_are_commands_for_each_step() -> None:
    used = {line.split()[1] for line in COMMANDS}
    assert {"scan", "inspect", "report", "explain", "fix"} <= used
    steps = re.findall(r"^## \d\. (\w+)", PAGE, flags=re.MULTILINE)
    assert steps == ["Observe", "Mend", "Switch", "Refresh", "Detect"]


def readiness() -> str:
    """What `imdsguard readiness` would have said of the bastion."""
    instance = {"id": "i-0", "verdict": "ready", "calls": {"MetadataNoToken": 0}, "last": None}
    launch = {"address": "aws_instance.bastion", "root": ".", "verdict": "ready", "instances": [instance]}
    return json.dumps({"schema": "imdsguard/readiness/v1", "launches": [launch], "problems": []})


@pytest.mark.slow
def test_its_commands_work_in_their_order(imdsguard: Command, tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "examples/legacy-web", tmp_path / "project")
    project = Checkout.made(tmp_path / "project")
    folder = project.folder
    (folder / "readiness.json").write_text(readiness())
    before = {"schema": "imdsguard/inspect/v1", "launches": [], "problems": [], "generated": "2026-10-31T04:00:00Z"}
    (folder / "last-month.json").write_text(json.dumps(before))
    for line in COMMANDS:
        words = shlex.split(line)
        words, target = (words[:-2], words[-1]) if words[-2] == ">" else (words, "")
        assert words[0] == "imdsguard", line
        done = imdsguard(*words[1:], cwd=folder)
        assert done.returncode in (0, 1), (line, done.stderr)
        assert "problem" not in done.stderr, line
        if target:
            (folder / target).write_text(done.stdout)
        if words[1] == "fix":
            assert done.stdout.startswith("diff --git"), line
    assert "2026-10-31" in (folder / "migration.md").read_text()
    page = (folder / "migration.html").read_text()
    assert "Switch: 1 launch is ready" in page
    assert "web-platform" not in page  # the last page is grouped by root module
