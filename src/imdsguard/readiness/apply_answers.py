"""Answers beside what was read: those that a plan's switches, or a launch that is explained, are held against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.environment import Stack
from imdsguard.model.record import replace
from imdsguard.readiness.match import answers_by_address, answers_to
from imdsguard.readiness.saved import too_old
from imdsguard.readiness.targets import switching, targets_of

if TYPE_CHECKING:
    from imdsguard.model.readiness import LaunchAnswer, ReadinessAnswers
    from imdsguard.readiness.saved import SavedAnswers
    from imdsguard.run.reading import Reading

    Answers = dict[tuple[Stack, str], LaunchAnswer]


def with_saved(reading: Reading, saved: SavedAnswers, most: int, now: float) -> Reading:
    """Put a saved answer beside a plan; a note says where it is of no use."""
    stale = too_old(saved, most, now)
    if stale is not None:
        return _noted(reading, stale)
    switched = switching(reading)
    known = answers_to(switched, saved.answers.launches)
    silent = len(switched) - len(known)
    if silent:
        what = "1 launch" if silent == 1 else f"{silent} launches"
        note = f"{saved.file} says nothing of {what} that the plan switches: nobody is taken to have looked"
        reading = _noted(reading, note)
    return _with(reading, known)


def with_asked(reading: Reading, answers: ReadinessAnswers) -> Reading:
    """Put what was asked just now beside a plan; what could not be asked is a problem."""
    known = {(Stack(each.root, each.environment), each.address): each for each in answers.launches}
    return replace(_with(reading, known), problems=reading.problems + answers.problems)


def with_evidence(reading: Reading, saved: SavedAnswers, most: int, now: float) -> Reading:
    """Put a saved answer beside whatever was read: by instances where these are known, else by address."""
    stale = too_old(saved, most, now)
    if stale is not None:
        return _noted(reading, stale)
    known = answers_by_address(reading.estate.launches, saved.answers.launches)
    return _with(reading, {**known, **answers_to(targets_of(reading).targets, saved.answers.launches)})


def _with(reading: Reading, answers: Answers) -> Reading:
    return replace(reading, estate=replace(reading.estate, readiness=answers))


def _noted(reading: Reading, note: str) -> Reading:
    return replace(reading, notes=(*reading.notes, note))
