"""What `inspect`, `scan` and `readiness` write is what the page reads: neither side changes without the other."""

from __future__ import annotations

from imdsguard.migration.documents import FindingsDocument, InspectDocument, ReadinessDocument, decoded, schema_of
from imdsguard.model.readiness import TOKENLESS, InstanceAnswer, LaunchAnswer, Readiness, ReadinessAnswers, Window
from imdsguard.model.stamp import Stamp
from imdsguard.report.json import inspect_json, render
from imdsguard.report.readiness_json import readiness_json
from tests.estates import small_estate
from tests.report.samples import REPORT

STAMP = Stamp("2026-12-01T06:00:00Z", "0123456789abcdef")


def test_inspects_document_is_read_whole():
    data = inspect_json(small_estate(), REPORT.problems, stamp=STAMP).encode()
    assert schema_of(data) == "imdsguard/inspect/v1"
    document = decoded(data, InspectDocument)
    good, bad, unknown = document.launches
    assert (good.address, good.state, good.account, good.tags, good.boot_calls) == (
        "aws_instance.good",
        "required",
        None,
        {},
        [],
    )
    assert good.alarm.by == ["aws_cloudwatch_metric_alarm.refused"]
    assert bad.options["http_tokens"].trace == ["http_tokens (main.tf:14)", "var.tokens (prod.tfvars:2)"]
    assert unknown.reason == "var.x has no value"
    assert (document.generated, document.commit) == ("2026-12-01T06:00:00Z", "0123456789abcdef")
    assert [each.message for each in document.problems] == [each.message for each in REPORT.problems]


def test_scans_document_is_read_whole():
    data = render(REPORT).encode()
    assert schema_of(data) == "imdsguard/findings/v1"
    document = decoded(data, FindingsDocument)
    told = [(each.rule, each.verdict, each.severity, each.address, each.message) for each in document.findings]
    assert told == [
        (each.rule, each.verdict.value, each.severity.value, each.address, each.message) for each in REPORT.findings
    ]
    assert [each.suppressed is None for each in document.findings] == [
        each.suppressed is None for each in REPORT.findings
    ]


def test_readiness_document_is_read_whole():
    instance = InstanceAnswer("i-1", Readiness.NOT_READY, {TOKENLESS: 12}, last=1_764_561_600, launched=0)
    answer = LaunchAnswer("aws_instance.web", Readiness.NOT_READY, "prod.tfstate", "prod", instances=(instance,))
    data = readiness_json(ReadinessAnswers(Window(0, 86_400), (answer,)), {}, stamp=STAMP).encode()
    assert schema_of(data) == "imdsguard/readiness/v1"
    (entry,) = decoded(data, ReadinessDocument).launches
    assert (entry.address, entry.verdict, entry.root, entry.environment) == (
        "aws_instance.web",
        "not_ready",
        "prod.tfstate",
        "prod",
    )
    assert [(each.calls, each.last) for each in entry.instances] == [({TOKENLESS: 12}, "2025-12-01T04:00:00Z")]
