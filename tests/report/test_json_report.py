"""The JSON contracts: every key of the design with its type, and whole documents."""

from __future__ import annotations

import json
from typing import Any

import jsonschema

from imdsguard.model.estate import Estate
from imdsguard.model.finding import Finding, Verdict
from imdsguard.model.place import Place
from imdsguard.model.problem import Problem
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.severity import Severity
from imdsguard.model.stamp import Stamp
from imdsguard.report.groups import group_names
from imdsguard.report.json import inspect_json, render
from imdsguard.report.report import Report
from imdsguard.version import __version__
from tests.estates import launch, small_estate

TEXT = {"type": ["string", "null"]}
LINE = {"type": ["integer", "null"], "minimum": 1}


def record(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": sorted(properties), "properties": properties}


def listing(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


PROBLEM = record(file=TEXT, line=LINE, message={"type": "string"})
NOT_MADE = record(address={"type": "string"}, file=TEXT, line=LINE, root={"type": "string"}, reason=TEXT)
UNSEEN = record(kind={"type": "string"}, root=TEXT, subject=TEXT, message={"type": "string"}, remedy=TEXT)
OPTION = record(
    value={"type": ["string", "integer", "null"]},
    confidence={"enum": ["high", "medium", None]},
    source={"enum": ["launch", "launch_template", "region_default", "ami", "service_default", "unknown"]},
    file=TEXT,
    line=LINE,
    given_by={"type": ["object", "null"]},
    trace=listing({"type": "string"}),
)
STATES = ("required", "optional", "disabled", "unknown")
INSPECT = record(
    schema={"const": "imdsguard/inspect/v1"},
    version={"type": "string"},
    generated=TEXT,
    commit=TEXT,
    launches=listing(
        record(
            address={"type": "string"},
            type={"type": "string"},
            state={"enum": list(STATES)},
            options={"type": "object", "additionalProperties": OPTION, "required": ["http_tokens"]},
            provider={"type": "string"},
            region=TEXT,
            root={"type": "string"},
            estate=TEXT,
            alarm=record(covered={"type": ["boolean", "null"]}, by=listing({"type": "string"})),
            reason=TEXT,
        )
    ),
    region_defaults={"type": "array"},
    alarms={"type": "array"},
    problems=listing(PROBLEM),
    unseen=listing(UNSEEN),
    not_made=listing(NOT_MADE),
    no_launch=listing({"type": "string"}),
)
FINDINGS = record(
    schema={"const": "imdsguard/findings/v1"},
    findings=listing(
        record(
            rule={"type": "string"},
            verdict={"enum": ["pass", "fail", "unknown"]},
            severity={"enum": ["error", "warning", "note"]},
            address={"type": "string"},
            message={"type": "string"},
            file=TEXT,
            line=LINE,
            end_line=LINE,
            root={"type": "string"},
            trace=listing({"type": "string"}),
            environments=listing({"type": "string"}),
            fingerprint={"type": "string", "pattern": "^[0-9a-f]{16}$"},
            group={"type": "string", "pattern": "^[0-9a-f]{16}$"},
            suppressed={"type": ["object", "null"]},
        )
    ),
    summary=record(
        launches={"type": "integer"}, by_rule={"type": "object"}, **{state: {"type": "integer"} for state in STATES}
    ),
    problems=listing(PROBLEM),
    unseen=listing(UNSEEN),
)


def test_inspect_is_its_contract() -> None:
    document = json.loads(inspect_json(small_estate(), (Problem("no", Place("a.tf", 3)), Problem("none"))))
    jsonschema.validate(document, INSPECT)
    assert document["launches"][0] == {
        "address": "aws_instance.good",
        "type": "aws_instance",
        "kind": "instance",
        "state": "required",
        "exists": True,
        "exists_reason": None,
        "exists_reason_kind": None,
        "options": {
            "http_tokens": {
                "value": "required",
                "source": "launch",
                "confidence": "high",
                "file": "main.tf",
                "line": 4,
                "trace": ["http_tokens (main.tf:4)", "var.tokens (prod.tfvars:2)"],
                "reason": None,
                "reason_kind": None,
                "given_by": {"root": ".", "address": "http_tokens"},
            },
            "http_put_response_hop_limit": {
                "value": None,
                "source": "service_default",
                "confidence": "high",
                "file": None,
                "line": None,
                "trace": [],
                "reason": None,
                "reason_kind": None,
                "given_by": None,
            },
        },
        "provider": "aws",
        "region": "eu-west-1",
        "account": None,
        "tags": {},
        "root": ".",
        "estate": None,
        "file": "main.tf",
        "line": 1,
        "through": [],
        "alarm": {
            "covered": True,
            "by": ["aws_cloudwatch_metric_alarm.refused"],
            "given_by": [{"root": ".", "address": "aws_cloudwatch_metric_alarm.refused"}],
            "reason": None,
            "reason_kind": None,
            "once_required": {"covered": None, "by": []},
            "observed": {"covered": None, "by": []},
        },
        "reason": None,
        "reason_kind": None,
        "code_not_seen": [],
        "boot_calls": [],
        "refresh": None,
        "refresh_reason": None,
        "containers": {"runs": None, "because": None, "hop_limit": None, "cut_off": None},
        "environments": [],
    }
    assert document["launches"][2]["options"]["http_tokens"]["value"] is None
    assert [(p["file"], p["line"]) for p in document["problems"]] == [("a.tf", 3), (None, None)]
    assert document["alarms"][0]["covers"] == ["aws_instance.good"]
    assert document["region_defaults"][0]["options"]["http_tokens"]["value"] == "no-preference"


def test_findings_are_their_contract() -> None:
    finding = Finding(
        rule="instance-tokens-optional",
        verdict=Verdict.FAIL,
        severity=Severity.ERROR,
        address="aws_instance.bad",
        message="answers metadata calls without a token",
        root=".",
        fingerprint="0123456789abcdef",
        place=Place("main.tf", 14, 19, 16, 2),
        remedy='http_tokens = "required"',
        trace=("http_tokens (main.tf:14)",),
        region="eu-west-1",
    )
    reason = Reason(ReasonKind.NO_VALUE, "var.x")
    where = "p.json", "0" * 16, Place("p.json")
    planned = Finding("b", Verdict.UNKNOWN, Severity.WARNING, "a.b", "m", *where, because=reason)
    stamp = Stamp("2026-01-01T00:00:00Z", "c" * 40)
    document = json.loads(render(Report(small_estate(), (finding, planned), stamp=lambda: stamp)))
    jsonschema.validate(document, FINDINGS)
    assert document == {
        "schema": "imdsguard/findings/v1",
        "version": __version__,
        "generated": "2026-01-01T00:00:00Z",
        "commit": "c" * 40,
        "findings": [
            {
                "rule": "instance-tokens-optional",
                "verdict": "fail",
                "severity": "error",
                "confidence": "high",
                "address": "aws_instance.bad",
                "message": "answers metadata calls without a token",
                "reason_kind": None,
                "remedy": 'http_tokens = "required"',
                "file": "main.tf",
                "line": 14,
                "column": 19,
                "end_line": 16,
                "end_column": 2,
                "root": ".",
                "environments": [],
                "region": "eu-west-1",
                "trace": ["http_tokens (main.tf:14)"],
                "related": [],
                "fingerprint": "0123456789abcdef",
                "group": "f2ae64cbb8c05733",
                "deployed": False,
                "suppressed": None,
            },
            {
                "rule": "b",
                "verdict": "unknown",
                "severity": "warning",
                "confidence": "high",
                "address": "a.b",
                "message": "m",
                "reason_kind": "variable_without_value",
                "remedy": None,
                "file": "p.json",
                "line": None,
                "column": None,
                "end_line": None,
                "end_column": None,
                "root": "p.json",
                "environments": [],
                "region": None,
                "trace": [],
                "related": [],
                "fingerprint": "0000000000000000",
                "group": group_names((planned,))[0],
                "deployed": False,
                "suppressed": None,
            },
        ],
        "summary": {
            "launches": 3,
            "required": 1,
            "optional": 1,
            "disabled": 0,
            "unknown": 1,
            "no_launch": [],
            "by_rule": {"b": 1, "instance-tokens-optional": 1},
            "by_severity": {"error": 1, "warning": 1, "note": 0},
            "suppressed": 0,
        },
        "problems": [],
        "unseen": [],
    }


def test_a_sensitive_value_is_not_printed() -> None:
    document = json.loads(inspect_json(Estate((launch(sensitive=True),)), ()))
    assert document["launches"][0]["options"]["http_tokens"]["value"] == "(sensitive)"


def test_the_text_is_ascii_whatever_is_in_it() -> None:
    assert inspect_json(Estate(), (Problem("\x1b \u202e \ud800 é"),)).isascii()
