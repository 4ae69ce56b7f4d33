"""Boot scripts are read as they run: each is judged by a sandbox with a metadata service that requires tokens.

200 scripts by default; `IMDSGUARD_SCRIPTS=2000` for more. The judge runs them as root in namespaces of their own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from imdsguard.aws.user_data import read_user_data
from tests.aws.user_data.composed import composed

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7200), pytest.mark.xdist_group("judge")]

NUMBER = int(os.environ.get("IMDSGUARD_SCRIPTS", "200"))
AT_ONCE = 25
BROKEN = {"no token", "broken token"}
UNTOLD = {"undecided", "not understood"}


@pytest.fixture(scope="module")
def judge(shared: Path) -> Path:
    """The judge, where it can run: beside the checkout, as root, with namespaces."""
    program = shared / "oracle" / "imds" / "judge.py"
    reason = ""
    if not program.is_file():
        reason = f"the judge is not here ({program})"
    elif not hasattr(os, "geteuid") or os.geteuid() != 0:
        reason = "the judge needs root"
    elif missing := [name for name in ("unshare", "ip", "curl", "wget") if shutil.which(name) is None]:
        reason = f"the judge needs {', '.join(missing)}"
    elif subprocess.run(["unshare", "-m", "-n", "-p", "-f", "true"], capture_output=True, check=False).returncode:
        reason = "the judge needs namespaces of its own (unshare)"
    if reason and os.environ.get("CI"):
        pytest.fail(f"{reason}: CI must not skip the tests that need it")
    if reason:
        pytest.skip(reason)
    return program


def told(script: str) -> str:
    """What the reader says: fail, untold or pass."""
    read = read_user_data(script)
    flaws = {call.flaw.value for call in read.calls}
    if flaws & BROKEN:
        return "fail"
    return "untold" if read.unread or flaws & UNTOLD else "pass"


def verdicts(judge: Path, scripts: list[str], folder: Path) -> list[tuple[str, str]]:
    """Each script that ran, with what it did: `fail` for a call without a valid token, else `pass`."""
    found = []
    for start in range(0, len(scripts), AT_ONCE):
        files = []
        for number, script in enumerate(scripts[start : start + AT_ONCE], start):
            files.append(folder / f"{number}.sh")
            files[-1].write_text(script, encoding="utf-8")
        command = [sys.executable, str(judge), "--timeout", "15", *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        for line in done.stdout.splitlines():
            result = json.loads(line)
            if result["ran"] and not result.get("timed_out"):
                text = Path(result["file"]).read_text(encoding="utf-8")
                found.append((text, "fail" if result["tokenless"] else "pass"))
    return found


def test_composed_scripts_are_read_as_they_run(judge: Path, tmp_path: Path) -> None:
    scripts = composed(NUMBER)
    judged = verdicts(judge, scripts, tmp_path)
    assert len(judged) > 0.95 * len(scripts)
    wrong: dict[str, list[str]] = {"missed": [], "false alarm": [], "untold": []}
    for script, real in judged:
        said = told(script)
        if said == "untold":
            wrong["untold"].append(script)
        elif said != real:
            wrong["missed" if real == "fail" else "false alarm"].append(script)
    print({name: len(scripts) for name, scripts in wrong.items()}, "of", len(judged))
    assert wrong["missed"] == []
    assert len(wrong["false alarm"]) < 0.01 * len(judged), wrong["false alarm"][0]
    assert len(wrong["untold"]) < 0.05 * len(judged), wrong["untold"][0]
