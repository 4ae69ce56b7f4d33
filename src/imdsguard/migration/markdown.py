"""The page as GitHub Flavored Markdown, for a job's summary, an issue or a wiki: at most `LARGEST` bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.migration.waves import Wave
from imdsguard.migration.wording import STATES, TITLES, count, origin_text, percent, problem_text, root_name, title_of
from imdsguard.model.launch import State
from imdsguard.report.escape_markdown import code, prose
from imdsguard.report.markdown import LARGEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from imdsguard.migration.page import Area, Page
    from imdsguard.migration.rows import Row

MOST = 25
_MARKS = {State.OPTIONAL: "❌", State.UNKNOWN: "❓", State.REQUIRED: "✅", State.DISABLED: "✅"}


def page_markdown(page: Page) -> str:
    """Write the page; launches that have no room are counted."""
    parts = ["# From IMDSv1 to IMDSv2", _totals(page)]
    parts += [_origins(page)] if len(page.origins) > 1 or (page.origins and page.origins[0].source) else []
    parts += _problems(page)
    parts += [f"## By {prose(title_of(page.group_by))}", _bars(page)]
    parts += ["## How it went", _trend(page)] if page.trend else []
    for part in (_observe, _mend, _switch, _refresh, _detect):
        parts += part(page)
    parts.append(f"## Done: {count(page.waves[Wave.DONE], 'launch', 'launches')}")
    text = "\n\n".join(parts)
    return f"{text}\n\n{_launches(page, LARGEST - len(text.encode()) - 500)}\n"


def _totals(page: Page) -> str:
    share = f" ({percent(page.secure, page.launches)} %)" if page.launches else ""
    lines = [f"**{page.secure}** of **{page.launches}** launches answer no call without a token{share}.", ""]
    lines += [f"- {_MARKS[state]} {number} {STATES[state]}" for state, number in page.states.items() if number]
    if page.templates:
        lines.append(f"- {count(page.templates, 'template', 'templates')} that nothing here launches through")
    steps = [f"{TITLES[wave]} {number}" for wave, number in page.waves.items()]
    return "\n".join([*lines, "", f"Next: {' → '.join(steps)}"])


def _origins(page: Page) -> str:
    return "\n".join(f"- {prose(origin_text(origin))}" for origin in page.origins)


def _problems(page: Page) -> list[str]:
    if not page.problems:
        return []
    lines = [f"- {prose(problem_text(*each))}" for each in page.problems[:MOST]]
    return ["## Could not be checked", "\n".join([*lines, *_more(len(page.problems), "problems")])]


def _bars(page: Page) -> str:
    head = [title_of(page.group_by), *(state.value for state in page.states), "all"]
    rows = [
        [code(bar.name), *(str(number or "") for number in bar.states.values()), str(bar.launches)]
        for bar in page.bars[:MOST]
    ]
    return _table([prose(head[0]), *head[1:]], rows, len(page.bars), "groups")


def _trend(page: Page) -> str:
    rows = [[point.day, *map(str, point.states.values()), str(point.launches)] for point in page.trend[-MOST:]]
    return _table(["day", *(state.value for state in page.states), "all"], rows, len(rows), "days")


def _observe(page: Page) -> list[str]:
    parts = [f"## 1. Observe: {count(page.waves[Wave.OBSERVE], 'launch', 'launches')}"]
    if page.unasked:
        number = count(page.unasked, "launch", "launches")
        parts.append(f"Nobody asked about {number}: `imdsguard readiness STATE --format json`.")
    if page.reasons:
        rows = [[prose(why), str(number)] for why, number in page.reasons[:MOST]]
        parts.append(_table(["cannot be told, because", "launches"], rows, len(page.reasons), "reasons"))
    parts += _areas(page.unobserved, "no alarm on MetadataNoToken in")
    return parts


def _mend(page: Page) -> list[str]:
    title = f"## 2. Mend scripts: {count(page.waves[Wave.MEND], 'launch', 'launches')}"
    parts = [title]
    if page.calls:
        rows = [[code(each.call), code(each.first), str(each.launches)] for each in page.calls[:MOST]]
        parts.append(_table(["call in a boot script", "launch", "launches"], rows, len(page.calls), "calls"))
    return parts + _list([row for row in page.in_wave(Wave.MEND) if row.seen], "what CloudWatch saw", "seen")


def _switch(page: Page) -> list[str]:
    parts = [f"## 3. Switch: {count(page.waves[Wave.SWITCH], 'launch is', 'launches are')} ready"]
    if page.switches:
        rows = [
            [
                f"{code(str(each.spot))}{f' {prose(each.source)}' if each.source else ''}",
                code(each.spot.label) if each.spot.label else "",
                *(str(each.waves[wave] or "") for wave in (Wave.SWITCH, Wave.MEND, Wave.OBSERVE)),
                str(each.launches),
            ]
            for each in page.switches[:MOST]
        ]
        head = ["one edit here", "what", "ready", "to mend", "to observe", "switches"]
        parts.append(_table(head, rows, len(page.switches), "places"))
    return parts + _areas(page.defaults, "a Region default would switch what says nothing itself in")


def _refresh(page: Page) -> list[str]:
    title = f"## 4. Refresh: {count(page.waves[Wave.REFRESH], 'launch', 'launches')}"
    return [title, *_list(page.in_wave(Wave.REFRESH), "why", "stale")]


def _detect(page: Page) -> list[str]:
    title = f"## 5. Detect: {count(page.waves[Wave.DETECT], 'launch', 'launches')}"
    return [title, *_areas(page.unwatched, "no alarm on MetadataNoTokenRejected in")]


def _list(rows: Sequence[Row], told: str, which: str) -> list[str]:
    if not rows:
        return []
    cells = [[code(row.address) + _named(row), _lines(getattr(row, which), row)] for row in rows[:MOST]]
    return [_table(["launch", told], cells, len(rows), "launches")]


def _areas(areas: Sequence[Area], head: str) -> list[str]:
    rows = [[f"{prose(area.account)}, {prose(area.region)}", str(area.launches)] for area in areas[:MOST]]
    return [_table([head, "launches"], rows, len(areas), "accounts and Regions")] if areas else []


def _launches(page: Page, room: int) -> str:
    """Give the table of all launches, as much of it as fits into so many bytes."""
    lines = _table_head(["launch", "state", "next", "why", "what breaks", "who watches"])
    left = room
    taken = 0
    for line in _rows(page.rows):
        left -= len(line.encode()) + 1
        if left < 0:
            break
        lines.append(line)
        taken += 1
    hidden = len(page.rows) - taken + page.left_out
    more = [f"\n**{hidden} more have no room here.** The page as HTML has them."] if hidden else []
    return "\n".join(["## All launches", "", *lines, *more])


def _rows(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        state = f"{_MARKS[row.state]} {row.state.value}"
        place = f"{code(row.address)} {code(str(row.where))}{_named(row)}"
        yield _line([place, state, TITLES[row.wave], prose(row.why), _lines(row.breaks, row), prose(row.watch)])


def _named(row: Row) -> str:
    name = root_name(row)
    return f" {prose(name)}" if name else ""


def _lines(lines: Sequence[str], row: Row) -> str:
    told = [f"readiness: {row.told}"] if row.told else []
    return "<br>".join(code(line) for line in (*lines, *told))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], total: int, what: str) -> str:
    more = [f"\nand {total - len(rows)} more {what}"] if total > len(rows) else []
    return "\n".join([*_table_head(head), *map(_line, rows), *more])


def _table_head(head: Sequence[str]) -> list[str]:
    return [_line(head), _line(["---"] * len(head))]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _more(total: int, what: str) -> list[str]:
    return [f"- and {total - MOST} more {what}"] if total > MOST else []
