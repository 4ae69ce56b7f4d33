"""The rule of a composite alarm: whether it comes true if one alarm fires.

`ALARM("name or ARN")`, `OK(...)`, `INSUFFICIENT_DATA(...)`, `TRUE`, `FALSE`, with AND, OR, NOT and parentheses, and
`AT_LEAST(2, ALARM, (one, two, three))` with a number or a percentage. (CloudWatch API, PutCompositeAlarm: AlarmRule;
AWS CDK, `AlarmRule.atLeast`)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TOKEN = re.compile(r"""\s*(?:("[^"]*"|'[^']*')|([(),])|([^\s(),"']+))""")
STATES = ("ALARM", "OK", "INSUFFICIENT_DATA")
THRESHOLD = re.compile(r"(\d{1,4})(%?)")
MOST_TOKENS = 2_000
MAX_DEPTH = 50
Answer: TypeAlias = "bool | None"


class CompositeRuleError(Exception):
    """The rule cannot be read."""


@record(frozen=True, slots=True)
class Is:
    """An alarm, by name or ARN, is in a state."""

    state: str
    name: str


@record(frozen=True, slots=True)
class Not:
    """Something does not hold."""

    of: Rule


@record(frozen=True, slots=True)
class JoinedRules:
    """Parts joined by AND (`every`) or by OR; none at all are TRUE or FALSE."""

    every: bool
    parts: tuple[Rule, ...]


@record(frozen=True, slots=True)
class AtLeast:
    """So many of the parts hold; of a `percentage`, so many of a hundred."""

    threshold: int
    percentage: bool
    parts: tuple[Rule, ...]


Rule: TypeAlias = "Is | Not | JoinedRules | AtLeast"


def parse(text: str) -> Rule:
    """Read a rule. Raises `CompositeRuleError`."""
    reader = _RuleReader(text)
    rule = reader.either(0)
    reader.end()
    return rule


def names_in(rule: Rule) -> Iterator[str]:
    """Yield the alarms that a rule names, as `short` has them."""
    if isinstance(rule, Is):
        yield rule.name
    elif isinstance(rule, Not):
        yield from names_in(rule.of)
    else:
        for part in rule.parts:
            yield from names_in(part)


def comes_true(rule: Rule, fires: Callable[[str], bool], *, calm: bool) -> Answer:
    """Whether the rule holds once the alarms that `fires` picks are in alarm.

    All others are OK (`calm`), or in any state: then None says that they decide.
    """
    if isinstance(rule, Is):
        if fires(rule.name):
            return rule.state == "ALARM"
        return rule.state == "OK" if calm else None
    if isinstance(rule, Not):
        answer = comes_true(rule.of, fires, calm=calm)
        return None if answer is None else not answer
    answers = [comes_true(part, fires, calm=calm) for part in rule.parts]
    if isinstance(rule, AtLeast):
        return _at_least(rule, answers)
    decides = not rule.every
    return decides if decides in answers else None if None in answers else rule.every


def _at_least(rule: AtLeast, answers: list[Answer]) -> Answer:
    needed = -(-rule.threshold * len(answers) // 100) if rule.percentage else rule.threshold
    if answers.count(True) >= needed:
        return True
    return False if answers.count(True) + answers.count(None) < needed else None


def short(name: str) -> str:
    """Return the name of an alarm that is given by its ARN, or the name itself."""
    return name.partition(":alarm:")[2] if name.startswith("arn:") else name


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    at, text = 0, text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None or len(tokens) >= MOST_TOKENS:
            raise CompositeRuleError
        tokens.append(match.group().strip())
        at = match.end()
    return tokens


class _RuleReader:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0

    def end(self) -> None:
        """Raise `CompositeRuleError` if anything is left."""
        if self._at < len(self._tokens):
            raise CompositeRuleError

    def either(self, depth: int) -> Rule:
        parts = [self._both(depth)]
        while self._take("OR"):
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else JoinedRules(every=False, parts=tuple(parts))

    def _both(self, depth: int) -> Rule:
        parts = [self._one(depth)]
        while self._take("AND"):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else JoinedRules(every=True, parts=tuple(parts))

    def _one(self, depth: int) -> Rule:
        if depth > MAX_DEPTH:
            raise CompositeRuleError
        if self._take("NOT"):
            return Not(self._one(depth + 1))
        if self._take("("):
            rule = self.either(depth + 1)
            self._need(")")
            return rule
        word = self._next().upper()
        if word in ("TRUE", "FALSE"):
            return JoinedRules(every=word == "TRUE", parts=())
        if word == "AT_LEAST":
            return self._at_least()
        if word not in STATES:
            raise CompositeRuleError
        self._need("(")
        rule = Is(word, self._name())
        self._need(")")
        return rule

    def _at_least(self) -> Rule:
        self._need("(")
        threshold = THRESHOLD.fullmatch(self._next())
        self._need(",")
        negated = self._take("NOT")
        state = self._next().upper()
        if threshold is None or state not in STATES:
            raise CompositeRuleError
        self._need(",")
        self._need("(")
        names = [self._name()]
        while self._take(","):
            names.append(self._name())
        self._need(")")
        self._need(")")
        parts: list[Rule] = [Is(state, name) for name in names]
        return AtLeast(int(threshold[1]), bool(threshold[2]), tuple(Not(part) if negated else part for part in parts))

    def _name(self) -> str:
        """Read a name: in quotes, or what stands up to the next mark."""
        parts = []
        while self._at < len(self._tokens) and self._tokens[self._at] not in ("(", ")", ","):
            parts.append(self._next())
        if not parts:
            raise CompositeRuleError
        return short(" ".join(parts).strip("\"'"))

    def _take(self, word: str) -> bool:
        found = self._at < len(self._tokens) and self._tokens[self._at].upper() == word
        self._at += found
        return found

    def _need(self, word: str) -> None:
        if not self._take(word):
            raise CompositeRuleError

    def _next(self) -> str:
        if self._at >= len(self._tokens):
            raise CompositeRuleError
        self._at += 1
        return self._tokens[self._at - 1]
