"""What of a report a person is shown, and in which order: in text, and in one line for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.finding import Verdict
from imdsguard.model.record import record
from imdsguard.model.severity import Severity
from imdsguard.report.groups import grouped
from imdsguard.report.words import counts

if TYPE_CHECKING:
    from imdsguard.model.finding import Finding
    from imdsguard.report.groups import Group
    from imdsguard.report.report import Report

_SEVERITIES = tuple(Severity)


@record(frozen=True, slots=True)
class View:
    """What was asked for. `suppressed`: findings that do not count, too. `notes`: notes beside what is worse, too.

    `quiet`: findings only, and no summary, so that a scan which finds nothing says nothing.
    """

    quiet: bool = False
    suppressed: bool = False
    notes: bool = False

    def groups(self, report: Report) -> list[Group]:
        """Give what is shown, the worst last: it then stands above the prompt, next to the summary."""
        hidden = self.hides_notes(report)
        findings = [
            finding
            for finding in report.findings
            if (self.suppressed or finding.suppressed is None) and not (hidden and _is_note(finding))
        ]
        return sorted(grouped(findings), key=lambda group: _how_bad(group.first))

    def hides_notes(self, report: Report) -> bool:
        """Whether notes are only counted: there is something worse to read, and nobody asked for them.

        A plan's notes are about what its apply is going to do, and are always shown.
        """
        if self.notes or report.fail_on is Severity.NOTE or report.estate.history.plans:
            return False
        return any(counts(finding) and finding.severity is not Severity.NOTE for finding in report.findings)


def _is_note(finding: Finding) -> bool:
    return counts(finding) and finding.severity is Severity.NOTE


def _how_bad(finding: Finding) -> tuple[bool, bool, int]:
    counted = finding.suppressed is None
    return (finding.verdict is not Verdict.PASS, counted, -_SEVERITIES.index(finding.severity))
