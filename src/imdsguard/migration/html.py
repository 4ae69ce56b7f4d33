"""The page as one HTML file: it opens without a network, and nothing in it can ask for one.

All text out of documents is escaped twice over: what a person would not see by `report/escape.py`, what is markup by
Jinja. The only script is ours, and the page's own Content-Security-Policy lets no other run.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from imdsguard.migration.page import GROUPS, NO_ACCOUNT, NO_REGION, names_of_group
from imdsguard.migration.waves import Wave
from imdsguard.migration.wording import STATES, TITLES, count, origin_text, percent, problem_text, root_name, title_of
from imdsguard.report.escape import escape, shorten
from imdsguard.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.migration.page import Page
    from imdsguard.migration.rows import Row

MOST = 25
"""So many lines a list in a wave has; the table below has all."""
MOST_BARS = 20
MOST_PROBLEMS = 200
FEW = 5
LONGEST = 400
"""Characters of one text on the page."""
_TEMPLATES = "templates"


class MissingJinjaError(Exception):
    """The extra `report` is not installed."""


def refuse_without_jinja() -> None:
    """See that the page can be written before anything is read for it. Raises `MissingJinjaError`."""
    from importlib.util import find_spec

    if find_spec("jinja2") is None:
        raise MissingJinjaError("HTML needs jinja2: pip install 'imdsguard[report]', or write --output markdown=FILE")


def page_html(page: Page) -> str:
    """Write the page. Raises `MissingJinjaError`."""
    refuse_without_jinja()
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup

    loader = PackageLoader("imdsguard.migration", _TEMPLATES)
    environment = Environment(loader=loader, autoescape=True, finalize=_visible, trim_blocks=False)
    environment.filters["short"] = _short
    source = loader.get_source
    style, script = (source(environment, f"page.{ending}")[0].strip() for ending in ("css", "js"))
    groupings = list(dict.fromkeys((*GROUPS, page.group_by)))
    rows, names = _rows(page.rows, groupings)
    shown: dict[str, Any] = {
        "page": page,
        "wave": Wave,
        "titles": TITLES,
        "words": {state.value: words for state, words in STATES.items()},
        "percent": percent(page.secure, page.launches),
        "version": __version__,
        "origins": page.origins,
        "unlisted": [origin.source or "what was read" for origin in page.origins if origin.launches < 0],
        "group_title": title_of(page.group_by),
        "groupings": {by: title_of(by) for by in groupings},
        "bars_left": sum(bar.left for bar in page.bars[MOST_BARS:]),
        "largest": max((bar.launches for bar in page.bars), default=1),
        "highest": max((point.launches for point in page.trend), default=1) or 1,
        "views": {wave.value: [_view(row, "") for row in page.in_wave(wave)] for wave in (Wave.MEND, Wave.REFRESH)},
        "rows_shown": rows,
        "names": {"by": names},
        "style": Markup(style),  # noqa: S704 - ours, and the page's policy names its hash
        "script": Markup(script),  # noqa: S704
        "style_hash": _hash(style),
        "script_hash": _hash(script),
        "most": MOST,
        "most_bars": MOST_BARS,
        "most_problems": MOST_PROBLEMS,
        "few": FEW,
        "count": count,
        "said_of": origin_text,
        "problem_text": problem_text,
    }
    return environment.get_template("page.html").render(shown) + "\n"


def _hash(text: str) -> str:
    """Name a script or a style as a Content-Security-Policy does."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _visible(value: object) -> object:
    """Write what cannot be seen so that it can, in every text that is put in."""
    return escape(value) if type(value) is str else value


def _short(text: str) -> str:
    return shorten(escape(text), LONGEST)


def _rows(rows: Sequence[Row], groupings: Sequence[str]) -> tuple[list[dict[str, Any]], list[tuple[str, list[str]]]]:
    """Give the rows of the table, each with the numbers of its groups' names, and those names."""
    names: list[dict[str, int]] = [{} for _ in groupings]
    views = []
    for row in rows:
        keys = []
        for by, known in zip(groupings, names, strict=True):
            name = _short(", ".join(names_of_group(row, by)))
            keys.append(known.setdefault(name, len(known)))
        views.append(_view(row, " ".join(map(str, keys))))
    return views, [(by, list(known)) for by, known in zip(groupings, names, strict=True)]


def _view(row: Row, keys: str) -> dict[str, Any]:
    area = ", ".join(part for part in (row.account, row.region) if part) or f"{NO_ACCOUNT}, {NO_REGION}"
    name = root_name(row)
    where = f"{row.kind}, {row.where}"
    if not f"{row.where.file}/".startswith(f"{row.root}/") or row.source or row.environments:
        where = f"{where}; {name}" if name else where
    return {
        "wave": row.wave.value,
        "state": row.state.value,
        "groups": keys,
        "address": row.address,
        "where": where,
        "root_name": name,
        "why": row.why,
        "breaks": row.breaks,
        "calls": row.calls,
        "seen": row.seen,
        "stale": row.stale,
        "told": f"readiness: {row.told}" if row.told else "",
        "watch": row.watch,
        "area": area,
    }
