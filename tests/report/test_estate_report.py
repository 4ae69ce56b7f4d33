"""The estate in the formats of `inspect`: totals, CSV and Markdown, whole and filtered."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest

from imdsguard.model.estate import Estate
from imdsguard.model.launch import Kind, Launch, State
from imdsguard.model.not_made import EmptyBy, NotMade
from imdsguard.model.place import Place
from imdsguard.model.problem import Problem
from imdsguard.report.estate import estate_text
from imdsguard.report.estate_csv import COLUMNS, estate_csv
from imdsguard.report.estate_markdown import estate_markdown
from imdsguard.report.estate_rows import totals_of
from imdsguard.report.markdown import LARGEST
from imdsguard.run.errors import UsageError
from imdsguard.run.filters import parse_filters
from tests.estates import launch, small_estate
from tests.report.samples import HOSTILE
from tests.report.test_github_report import run as commands_of

UNMADE = NotMade("aws_instance.none", "aws_instance", Place("main.tf", 9), ".", EmptyBy.COUNT)


def template(address: str = "aws_launch_template.web", state: State = State.REQUIRED) -> Launch:
    return replace(launch(address, state), kind=Kind.TEMPLATE)


def inside(made: Launch, environment: str) -> Launch:
    return replace(made, resource=replace(made.resource, environment=environment))


def several() -> Estate:
    """Launches of two root modules, a template among them."""
    return Estate(
        (
            launch("aws_instance.a", State.OPTIONAL, root="stacks/a"),
            launch("aws_instance.b", State.REQUIRED, root="stacks/b"),
            launch("aws_autoscaling_group.b", State.UNKNOWN, root="stacks/b", reason="who knows"),
            template(),
        )
    )


@pytest.mark.parametrize(
    ("launches", "expected"),
    [
        ((), []),
        ((launch(),), ["1 launch: 1 optional"]),
        ((launch(), template()), ["1 launch: 1 optional", "1 template: 1 required"]),
        (
            (
                launch("aws_instance.a", State.DISABLED),
                launch("aws_instance.b"),
                launch("aws_instance.c", State.REQUIRED),
            ),
            ["3 launches: 1 optional, 1 required, 1 disabled"],
        ),
        (
            tuple(
                inside(launch(state=state), name) for state, name in ((State.REQUIRED, "dev"), (State.OPTIONAL, "prod"))
            ),
            ["1 launch: 1 optional"],
        ),
        (
            (launch("aws_instance.w[0]"), launch("aws_instance.w[1]", State.REQUIRED)),
            ["2 launches: 1 optional, 1 required"],
        ),
    ],
    ids=["none", "one", "a template is apart", "worst first", "once over environments", "instances count each"],
)
def test_totals(launches: tuple[Launch, ...], expected: list[str]) -> None:
    assert totals_of(Estate(launches), Estate(launches)) == expected


@pytest.mark.parametrize(
    ("given", "addresses", "totals"),
    [
        ((), ["aws_instance.a", "aws_instance.b", "aws_autoscaling_group.b", "aws_launch_template.web"], None),
        (("state=optional",), ["aws_instance.a"], ["1 of 3 launches: 1 optional", "0 of 1 template"]),
        (("state=optional", "state=unknown"), ["aws_instance.a", "aws_autoscaling_group.b"], None),
        (("state=required", "type=aws_l*"), ["aws_launch_template.web"], ["0 of 3 launches", "1 template: 1 required"]),
        (("root=stacks/*",), ["aws_instance.a", "aws_instance.b", "aws_autoscaling_group.b"], None),
        (("root=**/b", "type=aws_instance"), ["aws_instance.b"], None),
        (("root=.",), ["aws_launch_template.web"], None),
        (("root=stacks",), [], None),
        (("root=./stacks/a/",), ["aws_instance.a"], None),
    ],
)  # fmt: skip
def test_filters(given: tuple[str, ...], addresses: list[str], totals: list[str] | None) -> None:
    whole = several()
    estate = parse_filters(given).of_estate(whole)
    assert [each.address for each in estate.launches] == addresses
    assert totals is None or totals_of(estate, whole) == totals


def test_what_has_no_state_matches_no_state() -> None:
    whole = small_estate()
    by_state, by_type = parse_filters(["state=optional"]), parse_filters(["type=aws_instance"])
    assert not (by_state.of_estate(whole).alarms or by_state.of_estate(whole).region_defaults)
    assert [len(each.of_not_made((UNMADE,))) for each in (by_state, by_type)] == [0, 1]
    (alarm,) = parse_filters(["type=*_alarm"]).of_estate(whole).alarms
    assert alarm.address == "aws_cloudwatch_metric_alarm.refused"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("state", '"state" is not KEY=VALUE'),
        ("state=", '"state=" is not KEY=VALUE'),
        ("stat=optional", 'there is no key "stat"; did you mean "state"?'),
        ("colour=red", 'there is no key "colour" (known: root, state, type)'),
        ("state=requird", 'there is no state "requird"; did you mean "required"?'),
        ("state=opt*", 'there is no state "opt*"'),
    ],
)
def test_a_filter_that_means_nothing_is_refused(given: str, said: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_filters([given])
    assert said in str(error.value)


def test_a_filter_that_nothing_matches_says_what_there_is() -> None:
    one = Estate((launch(),))
    assert estate_text(Estate(), whole=one) == "Nothing matches the filter; there is: 1 launch: 1 optional.\n"
    assert "Nothing matches the filter" in estate_markdown(Estate(), whole=small_estate())


def test_csv_has_a_row_for_each_thing() -> None:
    text = estate_csv(small_estate(), (Problem("broken", Place("bad.tf", 3)),), (UNMADE,))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["what"], row["address"], row["state"], row["file"], row["line"]) for row in rows] == [
        ("launch", "aws_instance.good", "required", "main.tf", "1"),
        ("launch", "aws_instance.bad", "optional", "main.tf", "11"),
        ("launch", "module.m.aws_instance.open[0]", "unknown", "m/main.tf", "1"),
        ("region_default", "aws_ec2_instance_metadata_defaults.here", "", "defaults.tf", "1"),
        ("alarm", "aws_cloudwatch_metric_alarm.refused", "", "alarms.tf", "1"),
        ("not_made", "aws_instance.none", "", "main.tf", "9"),
        ("problem", "", "", "bad.tf", "3"),
    ]
    good, bad, unsure = rows[:3]
    assert (good["alarm_covered"], good["alarm_by"], bad["alarm_covered"], unsure["alarm_covered"]) == (
        "yes", "aws_cloudwatch_metric_alarm.refused", "no", "",
    )  # fmt: skip
    assert (good["decided_line"], unsure["http_tokens"], unsure["reason"]) == ("4", "?", "var.x has no value")


def test_csv_tells_environments_once_and_templates_apart() -> None:
    made = tuple(inside(each, name) for name in ("dev", "prod") for each in (launch(), template()))
    rows = list(csv.DictReader(io.StringIO(estate_csv(Estate(made)))))
    assert [(row["what"], row["environments"]) for row in rows] == [("launch", "dev, prod"), ("template", "dev, prod")]


def test_markdown_has_totals_tables_and_reasons() -> None:
    text = estate_markdown(small_estate(), (Problem("broken", Place("bad.tf", 3)),), (UNMADE,))
    assert text.startswith(
        "## imdsguard inspect\n\n- 3 launches: 1 optional, 1 unknown, 1 required\n- 1 Region default, 1"
    )
    assert "### Could not be read\n\n- `bad.tf:3`: broken\n" in text
    assert (
        "| `aws_instance.bad` | ❌ optional | `optional` | `1` | `launch` | `main.tf:14` | `no` | `eu-west-1` |" in text
    )
    assert "### Notes\n\n- `module.m.aws_instance.open[0]` is unknown: `var.x` has no value\n" in text
    assert text.endswith("### Not made\n\n- `aws_instance.none` is not made: count is 0\n")


def test_markdown_stays_within_what_a_page_takes_and_counts_the_rest() -> None:
    text = estate_markdown(Estate(tuple(launch(f"aws_instance.x{number}") for number in range(9000))))
    assert len(text.encode()) <= LARGEST
    assert " more rows have no room here.**" in text


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_neither_lets_hostile_text_out(text: str) -> None:
    made = launch(f"aws_instance.{text}", state=State.UNKNOWN, file=text, root=text, reason=text)
    unmade = replace(UNMADE, address=f"aws_instance.{text}", root=text, place=Place(text, 1))
    problem = Problem(text, Place(text, 1), text)
    estate = Estate((made, launch(root=".")))
    written = estate_csv(estate, (problem,), (unmade,))
    rows = list(csv.reader(io.StringIO(written)))
    assert [len(row) for row in rows] == [len(COLUMNS)] * 5
    assert not [cell for row in rows for cell in row if cell.lstrip().startswith(("=", "+", "-", "@"))]
    drawn = estate_markdown(estate, (problem,), (unmade,))
    assert commands_of(written) == commands_of(drawn) == []
    assert not {"\x1b", "\u202e", "\u200b", "\ud800"} & set(written + drawn)
    outside = re.sub("`[^`\n]*`|</?code>", "", drawn)
    assert not re.search(r"[<>@]|\]\(|https?:|\*\*|[^#&]#\w", outside), "none of it is markup outside of code"
