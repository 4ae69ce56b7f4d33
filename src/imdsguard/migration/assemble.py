"""From documents and the files beside them to the page, and the page into files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.migration.documents import InspectDocument
from imdsguard.migration.gather import answers, earlier
from imdsguard.migration.page import page_of
from imdsguard.migration.rows import rows_of
from imdsguard.migration.trend import trend_of
from imdsguard.model.place import Place
from imdsguard.model.problem import Problem
from imdsguard.run.writing import write_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.migration.documents import ProblemEntry, ReadinessEntry
    from imdsguard.migration.page import Page
    from imdsguard.migration.rows import Named


def page_of_files(
    documents: Sequence[Named],
    problems: Sequence[tuple[str, ProblemEntry]],
    readiness_files: Sequence[str],
    history: Sequence[str],
    group_by: str,
) -> Page:
    """Put the page together. What is wrong with one of the files is a problem of the page."""
    found = list(problems)
    asked: list[ReadinessEntry] = []
    for file in readiness_files:
        said, wrong = answers(file)
        asked += said.launches if said is not None else []
        found += wrong
    before = earlier(history)
    found += before.problems
    now = [(each.source, each.document) for each in documents if isinstance(each.document, InspectDocument)]
    trend = trend_of([*before.documents, *now]) if history else ()
    return page_of(documents, rows_of(documents, asked), group_by, trend, found)


def problems_of(page: Page) -> tuple[Problem, ...]:
    """Give what could not be checked as problems of this run."""
    return tuple(
        Problem(
            f"{source}: {each.message}" if source and source != each.file else each.message,
            Place(each.file, each.line or 0) if each.file else None,
            each.remedy or "",
        )
        for source, each in page.problems
    )


def write_page(form: str, file: str, page: Page) -> None:
    """Write the page as `html` or `markdown`. Raises `RunError` if it cannot be written."""
    if form == "html":
        from imdsguard.migration.html import page_html

        text = page_html(page)
    else:
        from imdsguard.migration.markdown import page_markdown

        text = page_markdown(page)
    write_text(file, text)
