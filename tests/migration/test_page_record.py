"""The record behind the page: launches of documents, counted, put into waves and places."""

from __future__ import annotations

import pytest

from imdsguard.migration.page import page_of
from imdsguard.migration.rows import Named, rows_of
from imdsguard.migration.trend import day_of, trend_of
from imdsguard.migration.waves import Wave
from imdsguard.model.launch import State
from tests.migration.inspected import (
    answer,
    answered,
    finding,
    findings,
    inspect,
    inspected,
    launch,
    readiness,
    scanned,
)

TEMPLATE = launch("aws_launch_template.web", unset=True, line=20)
GROUP = launch("aws_autoscaling_group.web", unset=True, line=30, through=["aws_launch_template.web"])


def page(*documents, group_by="root", answers=()):
    """The page of documents of one repository."""
    named = [Named("", scanned(each) if "findings" in each else inspected(each)) for each in documents]
    return page_of(named, rows_of(named, answered(readiness(*answers)).launches), group_by)


def counts(numbers):
    return {key.value: number for key, number in numbers.items() if number}


def test_templates_are_not_counted_and_one_that_is_used_is_no_row():
    alone = launch("aws_launch_template.alone")
    made = page(inspect(TEMPLATE, GROUP, alone, launch()))
    assert [row.address for row in made.rows] == [
        "aws_autoscaling_group.web",
        "aws_instance.web",
        "aws_launch_template.alone",
    ]
    assert (made.launches, made.templates, counts(made.states)) == (2, 1, {"optional": 2})


def test_a_launch_counts_once_in_the_worst_state_and_the_first_wave_of_its_environments():
    dev = launch(state="optional", environments=["dev"])
    prod = launch(state="required", environments=["stage", "prod"])
    made = page(inspect(dev, prod), group_by="environment")
    assert (len(made.rows), counts(made.states), counts(made.waves)) == (2, {"optional": 1}, {"observe": 1})
    assert [(bar.name, counts(bar.states)) for bar in made.bars] == [
        ("dev", {"optional": 1}),
        ("prod", {"required": 1}),
        ("stage", {"required": 1}),
    ]


def test_equal_addresses_without_environments_are_two_launches():
    assert page(inspect(launch(), launch())).launches == 2


@pytest.mark.parametrize(
    ("group_by", "names"),
    [
        ("root", [".", "b"]),
        ("account", ["111111111111", "account not known"]),
        ("region", ["Region not known", "eu-west-1"]),
        ("environment", ["no environment"]),
        ("tag.Team", ["no tag Team", "web"]),
        ("tag.Owner", ["no tag Owner", "tag Owner cannot be told"]),
    ],
)
def test_the_picture_has_a_bar_for_each_group(group_by, names):
    other = launch("aws_instance.other", "required", root="b", account=None, region=None, tags={"Owner": None})
    made = page(inspect(launch(tags={"Team": "web"}), other), group_by=group_by)
    assert sorted(bar.name for bar in made.bars) == names


def test_where_most_is_left_comes_first():
    roots = [("a", "required"), ("b", "optional"), ("c", "optional"), ("c", "unknown")]
    made = page(inspect(*(launch(f"aws_instance.{n}", state, root=root) for n, (root, state) in enumerate(roots))))
    assert [(bar.name, bar.left) for bar in made.bars] == [("c", 2), ("b", 1), ("a", 0)]


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        # The end of the way: where the value is written.
        (launch(trace=["aws_instance.web (main.tf:4)", "var.tokens (prod.tfvars:3)"]), "prod.tfvars:3"),
        (launch(trace=['module.m["a (b)"].x (main.tf:12)']), "main.tf:12"),
        (launch(trace=["service default"]), "main.tf:4"),
        # Nothing is written: the block that could say it.
        (launch(unset=True), "main.tf:1"),
        (launch('module.m["a.b"].aws_instance.web[0]', unset=True), "main.tf:1"),
        (GROUP, "main.tf:20"),
    ],
)
def test_the_place_where_one_edit_switches(entry, place):
    (switch,) = page(inspect(TEMPLATE, entry)).switches if entry is GROUP else page(inspect(entry)).switches
    assert str(switch.spot) == place


def test_a_block_is_named_without_its_keys():
    entry = launch('module.m["a\\"]"].aws_instance.web[0]', unset=True)
    assert [each.spot.label for each in page(inspect(entry)).switches] == ["module.m.aws_instance.web"]


def test_places_with_most_ready_launches_come_first_then_those_that_switch_most():
    def at(name, line):
        return launch(f"aws_instance.{name}", trace=[f"var.tokens (prod.tfvars:{line})"])

    entries = [at("a", 1), at("b", 1), at("c", 1), at("d", 2), at("e", 3), at("f", 3)]
    made = page(inspect(*entries), answers=[answer("ready", "aws_instance.d"), answer("not_ready", "aws_instance.a")])
    told = [(str(each.spot), each.launches, each.ready, each.waves[Wave.MEND]) for each in made.switches]
    assert told == [("prod.tfvars:2", 1, 1, 0), ("prod.tfvars:1", 3, 0, 1), ("prod.tfvars:3", 2, 0, 0)]


def test_a_region_default_switches_what_says_nothing_itself():
    elsewhere = launch("aws_instance.b", unset=True, region="us-east-1")
    made = page(inspect(launch("aws_instance.a", unset=True), elsewhere, launch("aws_instance.c")))
    assert [(area.account, area.region, area.launches) for area in made.defaults] == [
        ("111111111111", "eu-west-1", 1),
        ("111111111111", "us-east-1", 1),
    ]


CALL = {"file": "boot.sh", "line": 3, "call": "curl http://169.254.169.254/latest/meta-data/"}


def test_calls_are_those_that_the_launch_itself_is_said_to_make():
    """A document says of each launch what it runs, be it its template's."""
    own = {**GROUP, "address": "aws_autoscaling_group.own"}
    made = page(inspect({**TEMPLATE, "boot_calls": [CALL]}, own))
    assert [row.breaks for row in made.rows] == [()]
    made = page(inspect({**TEMPLATE, "boot_calls": [CALL]}, {**GROUP, "boot_calls": [CALL]}))
    assert [(row.wave, row.breaks) for row in made.rows] == [(Wave.MEND, (f"boot.sh:3: {CALL['call']}",))]


def test_a_call_is_told_once_with_how_many_make_it():
    others = [launch(f"aws_instance.{name}", boot_calls=[CALL]) for name in "ab"]
    once = {**CALL, "line": 9}
    made = page(inspect(*others, launch("aws_instance.c", boot_calls=[once, CALL]), launch("aws_instance.d")))
    assert [(each.call.partition(" ")[0], each.first, each.launches) for each in made.calls] == [
        ("boot.sh:3:", "aws_instance.a", 3),
        ("boot.sh:9:", "aws_instance.c", 1),
    ]


def test_findings_tell_of_calls_where_a_document_of_an_old_version_does_not():
    old = {key: value for key, value in launch().items() if key != "boot_calls"}
    found = findings(finding("user-data-tokenless-call"))
    assert [row.wave for row in page(inspect(old), found).rows] == [Wave.MEND]
    assert [row.wave for row in page(inspect(launch()), found).rows] == [Wave.OBSERVE]


@pytest.mark.parametrize("away", [{"verdict": "pass"}, {"suppressed": {"by": "comment"}}, {"root": "other"}])
def test_findings_that_do_not_count_or_are_of_others_say_nothing(away):
    required = launch(state="required", alarm={"covered": True})
    found = finding("launch-template-version-stale")
    assert [row.wave for row in page(inspect(required), findings(found)).rows] == [Wave.REFRESH]
    assert [row.wave for row in page(inspect(required), findings({**found, **away})).rows] == [Wave.DONE]


def test_what_instances_keep_is_refreshed_until_they_are_seen_to_require_tokens():
    kept = launch(state="required", refresh="none", refresh_reason="the group has no instance_refresh")
    assert [row.stale for row in page(inspect(kept)).rows] == [("the group has no instance_refresh",)]
    assert [row.wave for row in page(inspect(kept)).rows] == [Wave.REFRESH]
    assert [row.wave for row in page(inspect(kept), answers=[answer("enforced")]).rows] == [Wave.DETECT]
    assert [row.wave for row in page(inspect({**kept, "refresh": "in_place"})).rows] == [Wave.DETECT]


def test_what_may_break_is_told_and_decides_no_step():
    containers = {"runs": True, "hop_limit": 1, "cut_off": True}
    (row,) = page(inspect(launch(containers=containers, code_not_seen=["http://a.example/x"]))).rows
    assert row.wave is Wave.OBSERVE
    assert row.breaks == (
        "containers with a network of their own get no token: the hop limit is 1",
        "runs code at boot that nobody has read: http://a.example/x",
    )


def test_what_cloudwatch_saw_is_told():
    seen = answer("not_ready", calls={"MetadataNoToken": 12}, last="2026-11-30T04:00:00Z")
    (row,) = page(inspect(launch()), answers=[seen]).rows
    assert row.breaks == ("12 calls without a token, the last at 2026-11-30T04:00:00Z",)
    refused = answer("enforced", calls={"MetadataNoToken": None, "MetadataNoTokenRejected": 1})
    (row,) = page(inspect(launch(state="required")), answers=[refused]).rows
    assert (row.wave, row.breaks) == (Wave.MEND, ("1 call refused for want of a token",))


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ([answer("ready")], "ready"),
        ([answer("ready", root=".")], "ready"),
        ([answer("ready", root="other")], None),
        # Of a state: what it calls the root module is no root module of the code.
        ([answer("ready", root="prod.tfstate")], "ready"),
        ([answer("ready", region="us-east-1")], None),
        ([answer("ready", account="222222222222")], None),
        ([answer("ready", "aws_instance.other")], None),
        # Which of the two it is cannot be told.
        ([answer("ready", account="111111111111"), answer("not_ready")], None),
    ],
)
def test_an_answer_counts_for_the_launch_that_it_is_surely_of(said, taken):
    other = launch("aws_instance.elsewhere", root="other")
    rows = page(inspect(launch(), other), answers=said).rows
    assert [row.answer for row in rows if row.address == "aws_instance.web"] == [taken]


@pytest.mark.parametrize(("root", "taken"), [("a", ["ready", None]), ("prod.tfstate", [None, None])])
def test_an_answer_that_may_be_of_two_launches_is_of_none(root, taken):
    rows = page(inspect(launch(root="a"), launch(root="b")), answers=[answer("ready", root=root)]).rows
    assert [row.answer for row in sorted(rows, key=lambda row: row.root)] == taken


def test_of_several_environments_the_worst_answer_counts():
    both = launch(environments=["dev", "prod"])
    said = [answer("ready", environment="dev"), answer("not_ready", environment="prod")]
    assert [row.answer for row in page(inspect(both), answers=said).rows] == ["not_ready"]
    (dev,) = page(inspect({**both, "environments": ["dev"]}), answers=said).rows
    assert dev.answer == "ready"


@pytest.mark.parametrize(
    ("state", "alarm", "watch"),
    [
        ("required", {"covered": True, "by": ["a", "b", "c", "d"]}, "a, b, c and 1 more"),
        ("required", {"covered": False}, "nobody"),
        ("required", {"covered": None, "reason": "metric math"}, "cannot be told: metric math"),
        ("optional", {"covered": False, "once_required": {"covered": True, "by": ["a"]}}, "a, once required"),
        ("optional", {"covered": False}, "nobody"),
        (
            "optional",
            {"observed": {"covered": True, "by": ["seen"]}},
            "nobody; calls without a token: seen",
        ),
        ("disabled", {"covered": False}, "nothing to watch"),
    ],
)
def test_who_watches(state, alarm, watch):
    assert [row.watch for row in page(inspect(launch(state=state, alarm=alarm))).rows] == [watch]


def test_problems_are_told_as_scan_tells_them():
    """What scan knows from a baseline is not told anew because inspect knows of no baseline."""
    problem = {"message": "a module is not there", "file": "main.tf", "line": 3}
    inspected_alone = page(inspect(launch(), problems=[problem]))
    assert [each.message for _, each in inspected_alone.problems] == ["a module is not there"]
    scanned_too = page(inspect(launch(), problems=[problem]), findings(problems=[{**problem, "known": "the baseline"}]))
    assert scanned_too.problems == ()


def test_repositories_are_kept_apart():
    named = [
        Named(name, inspected(inspect(launch(state=state)))) for name, state in (("a", "optional"), ("b", "required"))
    ]
    named.append(Named("b", scanned(findings(finding("setting-never-sent")))))
    made = page_of(named, rows_of(named), "root")
    assert [(row.source, row.wave) for row in made.rows] == [("a", Wave.OBSERVE), ("b", Wave.REFRESH)]
    assert [bar.name for bar in made.bars] == ["a: .", "b: ."]
    assert [(origin.source, origin.launches) for origin in made.origins] == [("a", 1), ("b", 1)]


def test_of_a_repository_without_inspect_it_is_said_that_its_launches_are_not_there():
    named = [Named("a", scanned(findings(finding("instance-tokens-optional"))))]
    assert [origin.launches for origin in page_of(named, rows_of(named), "root").origins] == [-1]


def test_a_trend_has_a_point_a_day_and_the_last_document_of_a_repository_counts():
    def document(day, *states):
        entries = [launch(f"aws_instance.i{n}", state) for n, state in enumerate(states)]
        return inspected(inspect(*entries, TEMPLATE, generated=day))

    points = trend_of(
        [
            ("shop", document("2026-11-02T04:00:00Z", "required", "optional")),
            ("shop", document("2026-11-01T22:00:00Z", "required", "required")),
            ("shop", document("2026-11-01T04:00:00Z", "optional", "optional")),
            ("pay", document("2026-11-01T05:00:00+00:00", "unknown")),
        ]
    )
    assert [(point.day, counts(point.states), point.documents) for point in points] == [
        ("2026-11-01", {"required": 2, "unknown": 1}, 2),
        ("2026-11-02", {"required": 1, "optional": 1}, 1),
    ]


@pytest.mark.parametrize(
    ("generated", "day"),
    [
        ("2026-11-30", "2026-11-30"),
        ("2026-11-30T04:05:06Z", "2026-11-30"),
        ("2026-11-30T04:05:06.123+01:00", "2026-11-30"),
        ("2026-13-01", None),
        ("2026-11-30T<script>", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_the_day_of_a_document(generated, day):
    assert day_of(generated) == day


def test_every_state_has_its_count():
    made = page(
        inspect(*(launch(f"aws_instance.{state}", state) for state in ("required", "optional", "disabled", "unknown")))
    )
    assert dict(made.states) == dict.fromkeys(State, 1)
    assert made.secure == 2
