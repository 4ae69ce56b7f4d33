"""Points in time and durations, read and written as Go does."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.model.record import record, replace

SECOND = 1_000_000_000
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

_TIMESTAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))", re.ASCII)
_UNITS = {
    "ns": 1,
    "us": 1_000,
    "\u00b5s": 1_000,
    "\u03bcs": 1_000,
    "ms": 1_000_000,
    "s": SECOND,
    "m": 60 * SECOND,
    "h": 3600 * SECOND,
}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)", re.ASCII)
LONGEST = 2**63 - 1


@record(frozen=True, slots=True)
class Moment:
    """A point in time. `nanoseconds` count from the year 1 in UTC, `offset` is the zone's, in seconds."""

    nanoseconds: int
    offset: int

    def later(self, nanoseconds: int) -> Moment:
        """The moment so much later. Raises `LimitReached` past the calendar."""
        moved = replace(self, nanoseconds=self.nanoseconds + nanoseconds)
        moved._date()
        return moved

    def _local(self) -> tuple[int, int]:
        """Days since the year 1 began, and seconds of the day, as a clock in the zone shows them."""
        return divmod(self.nanoseconds // SECOND + self.offset, 86400)

    def _date(self) -> date:
        try:
            return date.fromordinal(self._local()[0] + 1)
        except (ValueError, OverflowError):
            raise LimitReached("times outside the years 1 to 9999 are not computed") from None

    @property
    def year(self) -> int:
        """The year."""
        return self._date().year

    @property
    def month(self) -> int:
        """1 to 12."""
        return self._date().month

    @property
    def day(self) -> int:
        """1 to 31."""
        return self._date().day

    @property
    def weekday(self) -> int:
        """0 (Monday) to 6."""
        return self._date().weekday()

    @property
    def hour(self) -> int:
        """0 to 23."""
        return self._local()[1] // 3600

    @property
    def minute(self) -> int:
        """0 to 59."""
        return self._local()[1] // 60 % 60

    @property
    def second(self) -> int:
        """0 to 59."""
        return self._local()[1] % 60

    def zone(self, colon: str) -> str:
        """The offset as `+hh:mm`, with `colon` in the middle."""
        minutes = abs(self.offset) // 60
        return f"{'-' if self.offset < 0 else '+'}{minutes // 60:02d}{colon}{minutes % 60:02d}"

    def rfc3339(self) -> str:
        """As a timestamp, without fractions of a second."""
        day = self._date()
        clock = f"{self.hour:02d}:{self.minute:02d}:{self.second:02d}"
        return f"{day.year:04d}-{day.month:02d}-{day.day:02d}T{clock}{self.zone(':') if self.offset else 'Z'}"


def parse_moment(text: str) -> Moment:
    """Read a timestamp. Raises `EvaluationError`."""
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        raise EvaluationError("not a valid RFC3339 timestamp")
    year, month, day, hour, minute, second = (int(match.group(i)) for i in range(1, 7))
    if hour > 23 or minute > 59 or second > 59:
        raise EvaluationError("not a valid RFC3339 timestamp: a part of the time is out of range")
    offset = 0
    if match.group(8):
        hours, minutes = int(match.group(9)), int(match.group(10))
        if hours > 23 or minutes > 59:
            raise EvaluationError("not a valid RFC3339 timestamp: the UTC offset is out of range")
        offset = (hours * 3600 + minutes * 60) * (-1 if match.group(8) == "-" else 1)
    if not year:
        raise LimitReached("times outside the years 1 to 9999 are not computed")
    try:
        days = date(year, month, day).toordinal() - 1
    except ValueError:
        raise EvaluationError("not a valid RFC3339 timestamp: there is no such day") from None
    fraction = int((match.group(7) or "0")[:9].ljust(9, "0"))
    seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset
    return Moment(seconds * SECOND + fraction, offset)


def parse_duration(text: str) -> int:
    """Read a duration such as `1h30m` or `-1.5s`, in nanoseconds. Raises `EvaluationError`."""
    sign = -1 if text[:1] == "-" else 1
    rest = text[1:] if text[:1] in ("-", "+") else text
    if rest == "0":
        return 0
    position = total = 0
    while position < len(rest):
        part = _PART.match(rest, position)
        if part is None or part.end() - part.start() > 100:
            break
        total += int(Fraction(part.group(1).rstrip(".")) * _UNITS[part.group(2)])
        position = part.end()
    if not rest or position < len(rest) or total > LONGEST + (sign < 0):
        raise EvaluationError(f'time: invalid duration "{text[:80]}"')
    return sign * total
