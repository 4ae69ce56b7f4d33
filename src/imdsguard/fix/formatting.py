"""Whether `terraform fmt` would leave an edited text alone, where there is one to ask."""

from __future__ import annotations

import os
from functools import lru_cache

LONGEST = 20.0
"""Seconds that it may take."""


@lru_cache(maxsize=1)
def _formatter() -> str | None:
    from imdsguard.system.programs import find_program

    return find_program("terraform", os.environ) or find_program("tofu", os.environ)


@lru_cache(maxsize=256)
def formatted(text: str) -> str | None:
    """Give the text as `terraform fmt` writes it; None where there is none, or where it does not read the text.

    It gets the text by stdin, in an empty folder: it sees nothing of the scanned code, and writes no file.
    """
    import subprocess
    import tempfile

    program = _formatter()
    if program is None:
        return None
    kept = ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    with tempfile.TemporaryDirectory(prefix="imdsguard-") as folder:
        try:
            done = subprocess.run(  # noqa: S603 - found on the PATH by its own name; no shell
                [program, "fmt", "-"],
                input=text.encode(),
                capture_output=True,
                timeout=LONGEST,
                check=False,
                cwd=folder,
                env={**environment, "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull, "HOME": folder},
            )
        except (subprocess.TimeoutExpired, OSError):
            return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def leaves_alone(before: str, after: str) -> bool:
    """Whether it would change nothing in the edited text that it would not have changed before.

    True where it cannot be asked. Of a text that its author does not format so, the edit must not make it worse.
    """
    clean = formatted(before.replace("\r\n", "\n"))
    if clean is None or clean != before.replace("\r\n", "\n"):
        return True
    now = formatted(after.replace("\r\n", "\n"))
    return now is None or now == after.replace("\r\n", "\n")
