"""A real Chromium, the one that the machine has, and axe-core: what the page of a migration is looked at with.

`make test-slow` fetches playwright and axe-core; a Chromium is looked for, and never downloaded. Without one the tests
are skipped, but not under CI=true, where nobody would notice.
"""

from __future__ import annotations

import os
import resource
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from imdsguard.migration.html import page_html

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""The page is ours, and Chromium refuses its sandbox to root; the others keep it from asking the network for itself."""


def missing(what):
    """Skip, saying what is missing; fail where the tests are the gate."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}: the page is not tested")
    pytest.skip(what)


@pytest.fixture(scope="session")
def chromium():
    """The browser, started once."""
    try:
        from playwright import sync_api
    except ImportError:
        missing("playwright is not installed (make test-slow brings it)")
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        missing("no Chromium on this machine (apt-get install chromium)")
    if resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY:
        missing("the address space is limited (ulimit -v), and Chromium reserves more than it ever uses")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield browser
        browser.close()


@dataclass
class Seen:
    """A page that is open, and what it did: what it asked for, what it complained of."""

    page: object
    address: str
    requests: list = field(default_factory=list)
    complaints: list = field(default_factory=list)
    refused: list = field(default_factory=list)

    def rows(self):
        """The addresses of the launches that are shown, in order."""
        return self.page.eval_on_selector_all(
            "#launches tbody tr[data-w]", "rows => rows.map(row => row.querySelector('.code').textContent)"
        )

    def violations(self):
        """What axe-core finds: rule, and the elements."""
        if not AXE.is_file():
            missing("axe-core is not installed (npm ci in tests/page; make test-slow does it)")
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run(document)")["violations"]
        return [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in found]


@pytest.fixture
def opened(chromium, tmp_path):
    """Opens a page from its file, without a network: it must ask for nothing, and complain of nothing."""
    seen = []

    def open_page(made, **options):
        file = tmp_path / f"page{len(seen)}.html"
        file.write_text(page_html(made), encoding="utf-8")
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, "offline": True, **options})
        page = context.new_page()
        each = Seen(page, file.as_uri())
        page.on("request", lambda request: each.requests.append(request.url))
        page.on("requestfailed", lambda request: request.failure == "csp" and each.refused.append(request.url))
        page.on("console", lambda message: each.complaints.append(message.text))
        page.on("pageerror", lambda error: each.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (each.complaints.append(dialog.message), dialog.dismiss()))
        page.goto(each.address)
        seen.append(each)
        return each

    yield open_page
    for each in seen:
        each.page.context.close()
        assert (each.requests, each.complaints) == ([each.address], [])
