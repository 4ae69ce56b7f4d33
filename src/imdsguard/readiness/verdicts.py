"""From what EC2 and CloudWatch say to a verdict: `ready` only where the data cover the window, and nothing called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.readiness import REJECTED, TOKENLESS, Doubt, InstanceAnswer, LaunchAnswer, Readiness, worst
from imdsguard.readiness.metrics import HOUR, Question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.model.readiness import Window
    from imdsguard.readiness.fleet import RunningInstance
    from imdsguard.readiness.metrics import Series


def question_of(instance: RunningInstance) -> Question | None:
    """Give what to ask of an instance: None where nothing can call at all, as its endpoint is off."""
    if not instance.endpoint:
        return None
    return Question(instance.id, REJECTED if instance.required else TOKENLESS)


def judge_instance(instance: RunningInstance, series: Series | None, window: Window) -> InstanceAnswer:
    """Judge an instance by its series: of refused calls where it requires tokens, of calls without one where not."""
    if series is None:
        return InstanceAnswer(instance.id, Readiness.ENFORCED, launched=instance.launched)
    calls = series.calls if series.hours else None
    trouble = series.trouble
    if instance.required:
        verdict, metric = Readiness.ENFORCED, REJECTED
        doubt, detail = (trouble.doubt, trouble.said) if trouble is not None else (None, "")
    else:
        metric = TOKENLESS
        doubt, detail = _doubt(instance, series, window)
        verdict = Readiness.NOT_READY if calls else Readiness.UNKNOWN if doubt is not None else Readiness.READY
        if calls:
            doubt, detail = None, ""
    return InstanceAnswer(instance.id, verdict, {metric: calls}, series.last, instance.launched, doubt, detail)


def judge_unseen(name: str, series: Series | None, doubt: Doubt, detail: str) -> InstanceAnswer:
    """Judge an instance of which EC2 could not be asked: calls that were counted count, none say nothing."""
    if series is None or not series.calls:
        calls = {} if series is None else {TOKENLESS: 0 if series.hours else None}
        return InstanceAnswer(name, Readiness.UNKNOWN, calls, doubt=doubt, detail=detail)
    return InstanceAnswer(name, Readiness.NOT_READY, {TOKENLESS: series.calls}, series.last)


def _doubt(instance: RunningInstance, series: Series, window: Window) -> tuple[Doubt | None, str]:
    """Say why no calls in these data do not mean that there were none; None: they do."""
    if series.trouble is not None:
        return series.trouble.doubt, series.trouble.said
    if not instance.running:
        return Doubt.STOPPED, ""
    if instance.launched > window.start:
        return (Doubt.TOO_YOUNG if instance.made > window.start else Doubt.STOPPED), str(instance.launched)
    if not series.hours:
        return Doubt.NO_DATA, ""
    missing = sum(hour not in series.hours for hour in range(window.start, window.end, HOUR))
    return (Doubt.GAPS, f"{missing} of {window.hours}") if missing else (None, "")


def judge_launch(launch: LaunchAnswer, instances: Sequence[InstanceAnswer], gone: str) -> LaunchAnswer:
    """Judge a launch by its instances. `gone` names what it is named by and is not there, "" where it is."""
    from imdsguard.model.record import replace

    if not instances:
        doubt = Doubt.GONE if gone else Doubt.NO_MEMBER
        return replace(launch, verdict=Readiness.UNKNOWN, doubt=doubt, detail=gone)
    answers = tuple(instances)
    verdict = worst(answers)
    first = next((each for each in answers if each.verdict is Readiness.UNKNOWN), None)
    if verdict is not Readiness.UNKNOWN or first is None:
        return replace(launch, verdict=verdict, instances=answers)
    return replace(launch, verdict=verdict, instances=answers, doubt=first.doubt, detail=first.detail)
