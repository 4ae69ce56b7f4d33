"""The library call: from paths, inputs and a policy to a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.report.report import Report
    from imdsguard.run.config import RunConfig
    from imdsguard.terraform.inputs import Inputs


def scan(
    paths: Sequence[str] = (),
    inputs: Inputs | None = None,
    policy: str | RunConfig | None = None,
    *,
    stdin: bytes | None = None,
    run_terraform: bool = False,
) -> Report:
    """Read what is below `paths`, judge it by a policy, and say what was found and what could not be checked.

    It is `prepare`, `read` and `report_on`, one after the other, as the commands call them; `policy` is what `prepare`
    takes or gives, and `stdin` and `run_terraform` are those of `read`. Nothing is written, but for a baseline that the
    options ask for. Raises what these three raise: `PolicyError`, `RuleError`, `UsageError` and `RunError`; nothing
    that stands in the code that is read is raised.
    """
    from imdsguard.run.config import RunConfig, prepare
    from imdsguard.run.reading import read
    from imdsguard.run.report import report_on

    config = policy if isinstance(policy, RunConfig) else prepare(policy)
    reading = read(paths, inputs, config.policy.assumptions, stdin=stdin, run_terraform=run_terraform)
    return report_on(reading, config)
