"""The page of a migration in a real Chromium: what it does by mouse and keyboard, in the dark, on paper, on a phone."""

from __future__ import annotations

import pytest

from tests.migration.inspected import answer
from tests.migration.pages import DAYS, HOSTILE, SMALL, everywhere, large, page

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("chromium")]

NAMES = {name: f"aws_instance.{name}" for name in ("bastion", "tax", "mail", "shop", "old", "dark", "done")}
IN_ORDER = list(NAMES.values())


def small(**more):
    return page(*SMALL, said=[answer("ready", "aws_instance.shop")], history=DAYS, **more)


def head(seen, title):
    return seen.page.locator("#launches").get_by_role("columnheader", name=title, exact=True)


def test_a_click_on_a_heading_sorts_and_another_turns_it_round(opened):
    seen = opened(small())
    assert seen.rows() == IN_ORDER
    head(seen, "Launch").get_by_role("button").click()
    assert seen.rows() == sorted(IN_ORDER)
    assert head(seen, "Launch").get_attribute("aria-sort") == "ascending"
    head(seen, "Launch").get_by_role("button").click()
    assert seen.rows() == sorted(IN_ORDER, reverse=True)
    assert head(seen, "Launch").get_attribute("aria-sort") == "descending"
    head(seen, "State").get_by_role("button").click()
    assert [NAMES[name] for name in ("bastion", "mail", "shop", "tax", "old", "dark", "done")] == seen.rows()
    assert head(seen, "Launch").get_attribute("aria-sort") == "none"


@pytest.mark.parametrize(
    ("control", "value", "rows"),
    [
        ("Find", "MAIL", ["mail"]),
        ("Find", "prod.tfvars optional", ["shop"]),
        ("Find", "no such launch", []),
        ("State", "unknown", ["tax"]),
        ("Next step", "detect", ["dark"]),
    ],
)
def test_a_filter_leaves_what_fits_and_says_how_many(opened, control, value, rows):
    seen = opened(small())
    field = seen.page.get_by_label(control, exact=True)
    field.fill(value) if control == "Find" else field.select_option(value)
    assert seen.rows() == [NAMES[name] for name in rows]
    assert seen.page.get_by_role("status").inner_text() == f"{len(rows)} of 7 rows"
    seen.page.get_by_role("button", name="Show all").click()
    assert seen.rows() == IN_ORDER


def test_rows_are_put_into_groups_with_their_numbers(opened):
    seen = opened(page(*large(6), group_by="tag.Team"))
    seen.page.get_by_label("Group by").select_option("tag.Team")
    groups = seen.page.locator("#launches th[scope=rowgroup]").all_inner_texts()
    assert groups == [f"team-{number} (1)" for number in range(6)]
    seen.page.get_by_label("Group by").select_option("region")
    assert seen.page.locator("#launches th[scope=rowgroup]").all_inner_texts() == ["eu-west-1 (6)"]
    assert len(seen.rows()) == 6


def test_a_group_of_the_picture_shows_its_launches_only(opened):
    seen = opened(page(*large(6), group_by="tag.Team"))
    seen.page.get_by_role("button", name="team-4").click()
    assert seen.rows() == ['module.service["checkout-4"].aws_autoscaling_group.this[0]']
    assert seen.page.get_by_role("status").inner_text() == "1 of 6 rows, only team-4"
    assert seen.page.evaluate("document.activeElement.id") == "find"


def test_all_of_it_goes_by_keyboard(opened):
    seen = opened(small())
    keyboard = seen.page.keyboard

    def focused():
        return seen.page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")

    keyboard.press("Tab")
    assert focused() == "To the list of all launches"
    keyboard.press("Enter")
    reached = []
    for _ in range(20):
        keyboard.press("Tab")
        reached.append(focused())
    assert reached[:5] == ["find", "state", "wave", "group", "reset"]
    assert reached[5:12] == ["Launch", "State", "Next", "Why", "What breaks", "Who watches", "Account, Region"]
    head(seen, "Launch").get_by_role("button").focus()
    keyboard.press("Enter")
    assert seen.rows() == sorted(IN_ORDER)
    keyboard.press("Space")
    assert seen.rows() == sorted(IN_ORDER, reverse=True)
    assert seen.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_without_a_script_every_launch_is_there(opened):
    seen = opened(small(), java_script_enabled=False)
    assert seen.page.locator("#launches tbody tr").count() == 7
    assert not seen.page.locator(".controls").is_visible()


def test_it_is_dark_where_people_want_it_dark(opened):
    papers = [
        opened(small(), color_scheme=scheme).page.evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    ]
    assert papers == ["rgb(255, 255, 255)", "rgb(20, 23, 26)"]


def test_on_paper_there_are_no_controls_and_all_is_unfolded(opened):
    seen = opened(small(), color_scheme="dark")
    seen.page.emulate_media(media="print")
    assert not seen.page.locator(".controls").is_visible()
    assert seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    folded = "Array.from(document.querySelectorAll('details'), each => each.open)"
    assert seen.page.evaluate(folded) == [False]
    seen.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert seen.page.evaluate(folded) == [True]
    seen.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert seen.page.evaluate(folded) == [False]


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_window(opened, width):
    seen = opened(page(*large(30), group_by="tag.Team"), viewport={"width": width, "height": 800})
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(opened, scheme, width):
    seen = opened(small(), color_scheme=scheme, viewport={"width": width, "height": 900})
    assert seen.violations() == []
    seen.page.get_by_label("Group by").select_option("account")
    head(seen, "Launch").get_by_role("button").click()
    seen.page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    assert seen.violations() == []


def test_axe_finds_nothing_on_a_page_with_problems_and_on_an_empty_one(opened):
    assert opened(everywhere("plain")).violations() == []
    assert opened(page()).violations() == []


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_does_nothing(opened, text):
    """That nothing was asked for, and no dialog came up, is looked at by the fixture."""
    seen = opened(everywhere(text))
    seen.page.get_by_label("Group by").select_option("tag.Team")
    seen.page.locator("[data-only] button").nth(1).click()  # the first are those without the tag
    assert len(seen.rows()) == 1
    assert seen.page.locator("img, svg[onload], b:not(header b, .steps b, .note b, .totals b)").count() == 0


def test_the_policy_of_the_page_stops_what_it_does_not_name(opened):
    seen = opened(small())
    refused = seen.page.evaluate(
        """() => new Promise((resolve) => {
          const found = [];
          addEventListener("securitypolicyviolation", (event) => {
            found.push(event.effectiveDirective);
            if (found.length === 3) resolve(found.sort());
          });
          const script = document.createElement("script");
          script.textContent = "document.title = 'owned'";
          document.body.append(script);
          const image = document.createElement("img");
          image.src = "http://127.0.0.1:9/";
          document.body.append(image);
          fetch("http://127.0.0.1:9/").catch(() => {});
        })"""
    )
    assert refused == ["connect-src", "img-src", "script-src-elem"]
    assert seen.page.title() != "owned"
    assert seen.refused == seen.requests[1:]  # none left the browser
    del seen.requests[1:]
    seen.complaints.clear()  # Chromium says each of them on its console


def test_two_thousand_launches_are_sorted_and_found_at_once(opened):
    seen = opened(page(*large(2000)))
    seen.page.get_by_label("Find").fill("checkout-1999")
    assert len(seen.rows()) == 1
    seen.page.get_by_role("button", name="Show all").click()
    head(seen, "Why").get_by_role("button").click()
    assert len(seen.rows()) == 2000
