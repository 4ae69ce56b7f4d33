"""The words that HTML and Markdown share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.migration.page import TAG
from imdsguard.migration.waves import Wave
from imdsguard.model.launch import State

if TYPE_CHECKING:
    from imdsguard.migration.documents import ProblemEntry
    from imdsguard.migration.page import Page, Provenance
    from imdsguard.migration.rows import Row

TITLES = {
    Wave.OBSERVE: "Observe",
    Wave.MEND: "Mend scripts",
    Wave.SWITCH: "Switch",
    Wave.REFRESH: "Refresh",
    Wave.DETECT: "Detect",
    Wave.DONE: "Done",
}
STATES = {
    State.OPTIONAL: "optional: answer calls without a token",
    State.UNKNOWN: "cannot be told",
    State.REQUIRED: "required",
    State.DISABLED: "disabled: no metadata service",
}


def title_of(group_by: str) -> str:
    """Name what launches are grouped by."""
    if group_by.startswith(TAG):
        return f"tag {group_by.removeprefix(TAG)}"
    return {"root": "root module", "account": "account", "region": "Region", "environment": "environment"}[group_by]


def count(number: int, one: str, many: str) -> str:
    """Count things."""
    return f"{number} {one if number == 1 else many}"


def root_name(row: Row) -> str:
    """Say where a launch is from, as short as it can be said: repository, root module, environments."""
    root = "" if row.root == "." else row.root
    name = ": ".join(part for part in (row.source, root) if part)
    inside = f" (in {', '.join(row.environments)})" if row.environments else ""
    return f"{name}{inside}".strip()


def origin_text(origin: Provenance) -> str:
    """Say of a repository what of it is on the page, of when."""
    name = f"{origin.source}: " if origin.source else ""
    launches = count(origin.launches, "launch", "launches") if origin.launches >= 0 else "only what was found"
    facts = [launches]
    facts += [f"of {origin.generated}"] if origin.generated else []
    facts += [f"commit {origin.commit[:12]}"] if origin.commit else []
    facts += [f"imdsguard {origin.version}"] if origin.version else []
    return f"{name}{', '.join(facts)}"


def problem_text(source: str, problem: ProblemEntry) -> str:
    """Say what could not be checked, with its place."""
    place = f"{problem.file}:{problem.line}" if problem.file and problem.line else problem.file or ""
    name = source if source and source != problem.file else ""
    remedy = f" ({problem.remedy})" if problem.remedy else ""
    return ": ".join(part for part in (name, place, problem.message) if part) + remedy


def percent(part: int, whole: int) -> int:
    """Give a share in whole percent: 100 only of all, and 0 only of none."""
    if not whole or part == whole:
        return 100
    return max(1, min(99, round(100 * part / whole))) if part else 0


def summary(page: Page) -> str:
    """Say in a line how far the migration is, and what is next."""
    left = [
        f"{TITLES[wave].lower()} {number}" for wave, number in page.waves.items() if number and wave is not Wave.DONE
    ]
    launches = count(page.launches, "launch", "launches")
    answers = "answers" if page.secure == 1 else "answer"
    return f"{page.secure} of {launches} {answers} no call without a token; next: {', '.join(left) or 'nothing'}"
