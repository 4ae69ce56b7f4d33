"""Functions on timestamps (RFC 3339)."""

from __future__ import annotations

import re
from functools import cache

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.functions.function import ArgumentProblem, FunctionCall, Parameter, function
from imdsguard.hcl.functions.moments import DAYS, MONTHS, Moment, parse_duration, parse_moment
from imdsguard.hcl.values.number import machine_int
from imdsguard.hcl.values.types import NUMBER, STRING
from imdsguard.hcl.values.value import NOT_NULL, Value, number, string, unknown
from imdsguard.model.reason import Reason, ReasonKind


def _moment(text: Value, index: int) -> Moment:
    try:
        return parse_moment(str(text.raw))
    except EvaluationError as error:
        raise ArgumentProblem(index, error.message) from None


@function("timeadd", STRING, Parameter("timestamp", STRING), Parameter("duration", STRING))
def timeadd(_: FunctionCall, timestamp: Value, duration: Value) -> Value:
    """The timestamp some time later, in the same offset, without fractions of a second."""
    return string(_moment(timestamp, 0).later(parse_duration(str(duration.raw))).rfc3339())


@function("timecmp", NUMBER, Parameter("timestamp_a", STRING), Parameter("timestamp_b", STRING))
def timecmp(_: FunctionCall, a: Value, b: Value) -> Value:
    """-1, 0 or 1: whether the first is earlier, the same or later."""
    first, second = _moment(a, 0).nanoseconds, _moment(b, 1).nanoseconds
    return number(machine_int((first > second) - (first < second)))


@function("timestamp", STRING)
def timestamp(_: FunctionCall) -> Value:
    """Unknown when planning, as in Terraform."""
    return unknown(STRING, Reason(ReasonKind.TIME_OF_APPLY, "timestamp()"), refinement=NOT_NULL)


@function("plantimestamp", STRING)
def plantimestamp(_: FunctionCall) -> Value:
    """The time of planning, which is now: the same for the whole run."""
    return string(_now())


@cache
def _now() -> str:
    import time

    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


_SEGMENT = re.compile(r"''|'(?:[^']|'')*'?|([a-zA-Z])\1*|[^'a-zA-Z]+")


@function("formatdate", STRING, Parameter("format", STRING), Parameter("time", STRING))
def formatdate(call: FunctionCall, template: Value, timestamp: Value) -> Value:
    """`formatdate("DD MMM YYYY", "2018-01-02T23:12:01Z")` is "02 Jan 2018"."""
    moment, text = _moment(timestamp, 1), str(template.raw)
    call.context.bounds.text(len(text) * 3)
    return string("".join(_piece(match.group(), moment) for match in _SEGMENT.finditer(text)))


def _piece(segment: str, moment: Moment) -> str:
    if segment[0] == "'":
        if segment == "''":
            return "'"
        inner = segment[1:-1]
        if len(segment) == 1 or segment[-1] != "'":
            raise ArgumentProblem(0, "unterminated literal '")
        return inner.replace("''", "'")
    if not segment[0].isascii() or not segment[0].isalpha():
        return segment
    written = _verb(segment, moment)
    if written is None:
        raise ArgumentProblem(0, f'invalid date format verb "{segment[:20]}"{_HINTS.get(segment[0], "")}')
    return written


_HINTS = {
    "Y": ': year must either be "YY" or "YYYY"',
    "M": ': month must be "M", "MM", "MMM", or "MMMM"',
    "D": ': day of month must either be "D" or "DD"',
    "E": ': day of week must either be "EEE" or "EEEE"',
    "h": ': 24-hour must either be "h" or "hh"',
    "H": ': 12-hour must either be "H" or "HH"',
    "A": ': must be "AA"',
    "a": ': must be "aa"',
    "m": ': minute must either be "m" or "mm"',
    "s": ': second must either be "s" or "ss"',
    "Z": ": timezone must be Z, ZZZZ, or ZZZZZ",
}


def _verb(segment: str, moment: Moment) -> str | None:
    """What a verb gives, or None if there is no such verb."""
    letter, length = segment[0], len(segment)
    numbers = {
        "D": moment.day,
        "h": moment.hour,
        "H": moment.hour % 12 or 12,
        "m": moment.minute,
        "s": moment.second,
        "M": moment.month,
    }
    if letter in numbers and length < 3:
        return f"{numbers[letter]:0{length}d}"
    names = {"M": MONTHS[moment.month - 1], "E": DAYS[moment.weekday]}
    if letter in names and length in (3, 4):
        return names[letter][:3] if length == 3 else names[letter]
    if letter == "Y" and length in (2, 4):
        return f"{moment.year % 100:02d}" if length == 2 else f"{moment.year:04d}"
    if letter in "Aa" and length == 2:
        half = "AM" if moment.hour < 12 else "PM"
        return half if letter == "A" else half.lower()
    return _zone(length, moment) if letter == "Z" else None


def _zone(length: int, moment: Moment) -> str | None:
    with_colon = moment.zone(":")
    without = moment.zone("")
    return {
        1: "Z" if not moment.offset else with_colon,
        3: "UTC" if without == "+0000" else without,
        4: without,
        5: with_colon,
    }.get(length)
