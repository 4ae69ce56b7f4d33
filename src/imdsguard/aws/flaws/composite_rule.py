"""The rule of a composite alarm: whether it comes true if one alarm fires.

`ALARM("name or ARN")`, `OK(...)`, `INSUFFICIENT_DATA(...)`, `TRUE`, `FALSE`, with AND, OR, NOT and parentheses.
(CloudWatch API, PutCompositeAlarm: AlarmRule)
"""

from __future__ import annotations

import re
from typing import TypeAlias

TOKEN = re.compile(r"""\s*(?:([A-Za-z_]+)|("[^"]*"|'[^']*')|([()])|([^\s()"']+))""")
STATES = ("ALARM", "OK", "INSUFFICIENT_DATA")
MOST_TOKENS = 2_000
MAX_DEPTH = 50
Answer: TypeAlias = "bool | None"


class RuleError(Exception):
    """The rule cannot be read."""


def names_in(rule: str) -> frozenset[str]:
    """Return the alarms that a rule names. Raises `RuleError`."""
    reader = _Reader(rule, "", calm=True)
    reader.whole()
    return frozenset(reader.names)


def comes_true(rule: str, name: str, *, calm: bool) -> bool | None:
    """Whether the rule holds once the alarm `name` fires: with all others OK (`calm`), or None if others decide.

    Raises `RuleError`.
    """
    return _Reader(rule, name, calm=calm).whole()


def short(name: str) -> str:
    """Return the name of an alarm that is given by its ARN, or the name itself."""
    return name.partition(":alarm:")[2] if name.startswith("arn:") else name


class _Reader:
    def __init__(self, rule: str, name: str, *, calm: bool) -> None:
        self._tokens = [match.group().strip() for match in TOKEN.finditer(rule)]
        if len(self._tokens) > MOST_TOKENS:
            raise RuleError
        self._at = 0
        self._name = name
        self._calm = calm
        self.names: set[str] = set()

    def whole(self) -> bool | None:
        answer = self._either(0)
        if self._at < len(self._tokens):
            raise RuleError
        return answer

    def _either(self, depth: int) -> bool | None:
        answers = [self._both(depth)]
        while self._take("OR"):
            answers.append(self._both(depth))
        return True if True in answers else None if None in answers else False

    def _both(self, depth: int) -> bool | None:
        answers = [self._one(depth)]
        while self._take("AND"):
            answers.append(self._one(depth))
        return False if False in answers else None if None in answers else True

    def _one(self, depth: int) -> bool | None:
        if depth > MAX_DEPTH:
            raise RuleError
        if self._take("NOT"):
            answer = self._one(depth + 1)
            return None if answer is None else not answer
        if self._take("("):
            answer = self._either(depth + 1)
            self._need(")")
            return answer
        word = self._next().upper()
        if word in ("TRUE", "FALSE"):
            return word == "TRUE"
        if word not in STATES:
            raise RuleError
        self._need("(")
        parts = []
        while self._at < len(self._tokens) and self._tokens[self._at] != ")":
            parts.append(self._next())
        self._need(")")
        name = short("".join(parts).strip("\"'"))
        self.names.add(name)
        if name == self._name:
            return word == "ALARM"
        return word == "OK" if self._calm else None

    def _take(self, word: str) -> bool:
        found = self._at < len(self._tokens) and self._tokens[self._at].upper() == word
        self._at += found
        return found

    def _need(self, word: str) -> None:
        if not self._take(word):
            raise RuleError

    def _next(self) -> str:
        if self._at >= len(self._tokens):
            raise RuleError
        self._at += 1
        return self._tokens[self._at - 1]
