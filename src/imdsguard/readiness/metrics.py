"""GetMetricData: the hourly sums of one metric for each of many instances, in as few calls as there can be.

It is asked with explicit metrics: Metrics Insights and SEARCH end at 500 series, and ListMetrics forgets after two
weeks. (CloudWatch API, GetMetricData: 500 metrics and 100,800 data points a call, NextToken for what is more)
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any

from imdsguard.model.readiness import Doubt
from imdsguard.model.record import record
from imdsguard.readiness.fleet import in_batches
from imdsguard.readiness.trouble import Trouble, attempt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from imdsguard.model.readiness import Window

NAMESPACE = "AWS/EC2"
ACTION = "cloudwatch:GetMetricData"
HOUR = 3600
"""Seconds of a period: data points of an hour are kept for 455 days. (CloudWatch API, GetMetricData)"""
MOST_DAYS = 455
_BATCH = 500
_MOST_PAGES = 1_000
_STATES = {"Complete": None, "PartialData": Doubt.PARTIAL, "InternalError": Doubt.PARTIAL, "Forbidden": Doubt.DENIED}


@record(frozen=True, slots=True)
class Question:
    """An instance, and the metric to ask of it."""

    instance: str
    metric: str


@record(frozen=True, slots=True)
class Series:
    """The sums by hour, each by the second at which the hour began. `trouble`: there may be more."""

    hours: dict[int, float] = field(default_factory=dict)
    trouble: Trouble | None = None

    @property
    def calls(self) -> int:
        """The sum of all."""
        return round(sum(self.hours.values()))

    @property
    def last(self) -> int | None:
        """The last hour with a call."""
        return max((hour for hour, calls in self.hours.items() if calls > 0), default=None)


def ask(
    client: Any, questions: Sequence[Question], window: Window, tell: Callable[[int], None] = lambda _: None
) -> dict[Question, Series]:
    """Ask all; `tell` hears how many are answered. What is lost in one batch leaves the others as they are."""
    answers: dict[Question, Series] = {}
    lost: Trouble | None = None
    for batch in in_batches(questions, _BATCH):
        if lost is None or not lost.lasts:
            found, lost = _batch(client, batch, window)
            answers.update(found)
        else:
            answers.update((each, Series(trouble=lost)) for each in batch)
        tell(len(answers))
    return answers


def _batch(client: Any, batch: Sequence[Question], window: Window) -> tuple[dict[Question, Series], Trouble | None]:
    """Ask one batch, page by page. What came before something went wrong is kept, and is not all."""
    hours: list[dict[int, float]] = [{} for _ in batch]
    states: list[str | None] = [None] * len(batch)
    said: list[str] = [""] * len(batch)
    pages = _pages(client, batch, window)
    lost: Trouble | None = None
    while True:
        page = attempt(ACTION, lambda: next(pages, None))
        if page is None:
            break
        if isinstance(page, Trouble):
            lost = page
            break
        general = _messages(page)
        for result in page.get("MetricDataResults", ()):
            number = _number(result.get("Id"), len(batch))
            if number is None:
                continue
            states[number] = str(result.get("StatusCode", "Complete"))
            said[number] = _messages(result) or general or said[number]
            for stamp, value in zip(result.get("Timestamps", ()), result.get("Values", ()), strict=False):
                second = int(stamp.timestamp())
                if window.start <= second < window.end and value >= 0:
                    hours[number][second] = float(value)
    found = {}
    for number, each in enumerate(batch):
        found[each] = Series(hours[number], lost or _incomplete(states[number], said[number]))
    return found, lost


def _incomplete(state: str | None, said: str) -> Trouble | None:
    """Say why a series is not all there is; None where it is."""
    if state is None:
        return Trouble(Doubt.PARTIAL, ACTION, said or "CloudWatch left this metric out of its answer")
    doubt = _STATES.get(state, Doubt.PARTIAL)
    return Trouble(doubt, ACTION, f"{state}: {said}" if said else state) if doubt is not None else None


def _pages(client: Any, batch: Sequence[Question], window: Window) -> Iterator[dict[str, Any]]:
    from datetime import datetime, timezone

    question = {
        "MetricDataQueries": [_query(number, each) for number, each in enumerate(batch)],
        "StartTime": datetime.fromtimestamp(window.start, timezone.utc),
        "EndTime": datetime.fromtimestamp(window.end, timezone.utc),
        "ScanBy": "TimestampAscending",
    }
    token: str | None = None
    for _ in range(_MOST_PAGES):
        page: dict[str, Any] = client.get_metric_data(**question, **({"NextToken": token} if token else {}))
        yield page
        following = page.get("NextToken")
        if not following or following == token:
            return
        token = following


def _query(number: int, each: Question) -> dict[str, Any]:
    metric = {
        "Namespace": NAMESPACE,
        "MetricName": each.metric,
        "Dimensions": [{"Name": "InstanceId", "Value": each.instance}],
    }
    return {"Id": f"m{number}", "MetricStat": {"Metric": metric, "Period": HOUR, "Stat": "Sum"}, "ReturnData": True}


def _number(identifier: Any, count: int) -> int | None:
    text = str(identifier or "")[1:]
    return int(text) if text.isdigit() and int(text) < count else None


def _messages(of: dict[str, Any]) -> str:
    said = (f"{each.get('Code', '')}: {each.get('Value', '')}".strip(": ") for each in of.get("Messages", ()))
    return "; ".join(said)[:300]
