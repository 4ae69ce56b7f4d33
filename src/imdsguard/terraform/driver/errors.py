"""What stops a run of Terraform, in words for people."""

from __future__ import annotations


class DriverError(Exception):
    """Terraform could not be run, or not in the way that was asked for. The text is one line for people."""


class TerraformFailedError(DriverError):
    """Terraform ended with an error. `output` is what it wrote: its own words, to be passed on unchanged."""

    def __init__(self, step: str, status: int, output: bytes) -> None:
        ended = f"was killed by signal {-status}" if status < 0 else f"ended with exit status {status}"
        super().__init__(f"{step} {ended}")
        self.output = output


class InterruptedBySignalError(BaseException):
    """Ctrl-C, or a request to end. Everything has been stopped and is to be cleaned up; `signal` is its number."""

    def __init__(self, signal: int) -> None:
        super().__init__(f"interrupted by signal {signal}")
        self.signal = signal
