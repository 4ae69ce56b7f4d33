"""The JSON contract `imdsguard/readiness/v1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imdsguard.model.stamp import NO_STAMP
from imdsguard.report.readiness_words import NOT_ASKED, moment_of, why

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imdsguard.model.readiness import InstanceAnswer, LaunchAnswer, NotAsked, ReadinessAnswers
    from imdsguard.model.stamp import Stamp
    from imdsguard.model.unseen import Unseen

SCHEMA = "imdsguard/readiness/v1"


def readiness_json(
    answers: ReadinessAnswers,
    evidence: Mapping[tuple[str, str, str], dict[str, Any]],
    unseen: Sequence[Unseen] = (),
    stamp: Stamp = NO_STAMP,
) -> str:
    """Give the document. `evidence` are further keys of launches, by root module, environment and address.

    `unseen` is what was not looked at of the code that is asked about.
    """
    from imdsguard.report.json import json_text, problem_json
    from imdsguard.report.unseen import unseen_json

    return json_text(
        {
            "schema": SCHEMA,
            "window": {
                "start": moment_of(answers.window.start),
                "end": moment_of(answers.window.end),
                "days": answers.window.hours // 24,
            },
            "metrics": answers.metrics,
            "launches": [
                {**answer_json(each), **evidence.get((each.root, each.environment, each.address), {})}
                for each in answers.launches
            ],
            "not_asked": [_not_asked(each) for each in answers.not_asked],
            "problems": [problem_json(problem) for problem in answers.problems],
            "unseen": unseen_json(unseen),
        },
        stamp,
    )


def answer_json(each: LaunchAnswer) -> dict[str, Any]:
    """Give what is known of a launch."""
    return {
        "address": each.address,
        "kind": each.kind,
        "root": each.root,
        "environment": each.environment or None,
        "provider": each.provider,
        "account": each.account,
        "region": each.region,
        "verdict": each.verdict.value,
        **_doubt(each),
        "found_by": {
            "ids": list(each.names.ids),
            "groups": list(each.names.groups),
            "tags": [{"key": key, "value": value} for key, value in each.names.tags],
        },
        "newest": moment_of(each.newest) or None,
        "instances": [_instance(one) for one in each.instances],
    }


def _instance(one: InstanceAnswer) -> dict[str, Any]:
    return {
        "id": one.id,
        "verdict": one.verdict.value,
        "calls": dict(one.calls),
        "last": moment_of(one.last) or None,
        "launched": moment_of(one.launched) or None,
        **_doubt(one),
    }


def _doubt(of: InstanceAnswer | LaunchAnswer) -> dict[str, Any]:
    return {
        "reason": why(of.doubt, of.detail) or None,
        "reason_kind": of.doubt.value if of.doubt is not None else None,
        "reason_detail": of.detail or None,
    }


def _not_asked(each: NotAsked) -> dict[str, Any]:
    return {"address": each.address, "root": each.root, "reason": NOT_ASKED[each.why], "reason_kind": each.why.value}
