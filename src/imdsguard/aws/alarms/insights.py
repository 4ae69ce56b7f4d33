"""Metrics Insights: reading the SELECT of an alarm's query.

`SELECT function(metric) FROM namespace | SCHEMA(namespace, key...)`, then perhaps WHERE, GROUP BY, ORDER BY and LIMIT;
words of the language in any case, names in theirs, quoted where they are not plain words.
(CloudWatch User Guide, "Metrics Insights query components and syntax")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.model.environment import Stack

FUNCTIONS = ("AVG", "COUNT", "MAX", "MIN", "SUM")
KEYWORDS = ("SELECT", "FROM", "SCHEMA", "WHERE", "GROUP", "ORDER", "BY", "LIMIT", "ASC", "DESC")
WORDS_OF_CONDITIONS = ("AND", "OR", "NOT")
ACCOUNT, CURRENT_ACCOUNT = "AWS.AccountId", "CURRENT_ACCOUNT_ID"
MAX_DEPTH = 50
MAX_LENGTH = 10_000
NOT_READ = "the query is not a Metrics Insights query that can be read"


@record(frozen=True, slots=True)
class Comparison:
    """`key = 'value'`, or `!=` where not `equal`; a key is a dimension, or `tag.` and the key of a tag.

    `instance` is set where the value is the id of an instance in the code: its stack, and its address there.
    """

    key: str
    equal: bool
    value: str
    instance: tuple[Stack, str] | None = None


@record(frozen=True, slots=True)
class OwnAccount:
    """`AWS.AccountId = CURRENT_ACCOUNT_ID()`, or `!=` where not `equal`: the account of the alarm.

    A key of queries in monitoring accounts, no dimension. (CloudWatch User Guide, "Create a CloudWatch alarm based on a
    Metrics Insights query")
    """

    equal: bool


@record(frozen=True, slots=True)
class JoinedConditions:
    """Conditions joined by AND (`every`) or by OR."""

    every: bool
    parts: tuple[Condition, ...]


@record(frozen=True, slots=True)
class Unread:
    """A condition in words that are not understood here."""


Condition: TypeAlias = "Comparison | OwnAccount | JoinedConditions | Unread"


@record(frozen=True, slots=True)
class Query:
    """A query that could be read. `keys` is None where FROM names a namespace without SCHEMA.

    `cut`: a LIMIT drops series that are not the highest. `function` is what is made of the datapoints, in capitals.
    """

    metric: str
    namespace: str
    keys: tuple[str, ...] | None
    where: Condition | None = None
    cut: bool = False
    function: str = "SUM"


def narrowing(condition: Condition | None) -> Condition | None:
    """Return what of a condition leaves instances of the alarm's own account out; None if nothing does."""
    if isinstance(condition, OwnAccount) and condition.equal:
        return None
    if not isinstance(condition, JoinedConditions):
        return condition
    parts = [narrowing(part) for part in condition.parts]
    left = tuple(part for part in parts if part is not None)
    if not left or (not condition.every and len(left) < len(parts)):
        return None
    return left[0] if len(left) == 1 else JoinedConditions(condition.every, left)


class QueryError(Exception):
    """The text is not a query of this form."""


def is_select(text: str) -> bool:
    """Whether an expression is a Metrics Insights query, and not metric math."""
    return text.lstrip()[:6].upper() == "SELECT"


def parse(text: str) -> Query:
    """Read a query. Raises `QueryError` for what is not one."""
    if len(text) > MAX_LENGTH:
        raise QueryError(NOT_READ)
    return _Parser(_tokens(text)).query()


def _tokens(text: str) -> list[tuple[str, str]]:
    """Split into (kind, text): `word`, `quoted`, `string` (in single quotes), `mark`, and a last `end`."""
    tokens: list[tuple[str, str]] = []
    i = 0
    while i < len(text):
        character = text[i]
        if character.isspace():
            i += 1
        elif character in "\"'":
            end = text.find(character, i + 1)
            if end < 0:
                raise QueryError(NOT_READ)
            tokens.append(("quoted" if character == '"' else "string", text[i + 1 : end]))
            i = end + 1
        elif character.isalnum() or character in "_:-":
            start = i
            while i < len(text) and (text[i].isalnum() or text[i] in "_:-"):
                i += 1
            tokens.append(("word", text[start:i]))
        else:
            tokens.append(("mark", character))
            i += 1
    return [*tokens, ("end", "")]


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0

    def query(self) -> Query:
        self._keyword("SELECT")
        function = self._word().upper()
        if function not in FUNCTIONS:
            raise QueryError(NOT_READ)
        self._mark("(")
        metric = self._name()
        self._mark(")")
        self._keyword("FROM")
        namespace, keys = self._source()
        where = self._where()
        if self._take("GROUP"):
            self._keyword("BY")
            self._names()
        descending = self._order()
        cut = self._limit() and not descending
        if self._tokens[self._at][0] != "end":
            raise QueryError(NOT_READ)
        return Query(metric, namespace, keys, where, cut, function)

    def _source(self) -> tuple[str, tuple[str, ...] | None]:
        if not self._take("SCHEMA"):
            return self._name(), None
        self._mark("(")
        namespace = self._name()
        keys = self._names() if self._take_mark(",") else ()
        self._mark(")")
        return namespace, keys

    def _where(self) -> Condition | None:
        """Read a condition; one in other words than comparisons is passed over."""
        if not self._take("WHERE"):
            return None
        start = self._at
        condition: Condition | None
        try:
            condition = self._any(0)
        except QueryError:
            condition = None
        if condition is not None and self._ends_condition():
            return condition
        self._at = start
        while not self._ends_condition():
            self._at += 1
        if self._at == start:
            raise QueryError(NOT_READ)
        return Unread()

    def _any(self, depth: int) -> Condition:
        parts = [self._every(depth)]
        while self._take("OR"):
            parts.append(self._every(depth))
        return parts[0] if len(parts) == 1 else JoinedConditions(every=False, parts=tuple(parts))

    def _every(self, depth: int) -> Condition:
        parts = [self._comparison(depth)]
        while self._take("AND"):
            parts.append(self._comparison(depth))
        return parts[0] if len(parts) == 1 else JoinedConditions(every=True, parts=tuple(parts))

    def _comparison(self, depth: int) -> Condition:
        if depth > MAX_DEPTH:
            raise QueryError(NOT_READ)
        if self._take_mark("("):
            condition = self._any(depth + 1)
            self._mark(")")
            return condition
        key = self._name()
        equal = not self._take_mark("!")
        self._mark("=")
        if key == ACCOUNT and self._take(CURRENT_ACCOUNT):
            self._mark("(")
            self._mark(")")
            return OwnAccount(equal)
        kind, value = self._tokens[self._at]
        if kind != "string" or key.upper() in WORDS_OF_CONDITIONS:
            raise QueryError(NOT_READ)
        self._at += 1
        return Comparison(key, equal, value)

    def _ends_condition(self) -> bool:
        kind, text = self._tokens[self._at]
        return kind == "end" or (kind == "word" and text.upper() in ("GROUP", "ORDER", "LIMIT"))

    def _order(self) -> bool:
        """Read ORDER BY; returns whether the highest come first."""
        if not self._take("ORDER"):
            return False
        self._keyword("BY")
        if self._word().upper() not in FUNCTIONS:
            raise QueryError(NOT_READ)
        self._mark("(")
        self._mark(")")
        if self._take("DESC"):
            return True
        self._take("ASC")
        return False

    def _limit(self) -> bool:
        if not self._take("LIMIT"):
            return False
        if not self._word().isdecimal():
            raise QueryError(NOT_READ)
        return True

    def _names(self) -> tuple[str, ...]:
        names = [self._name()]
        while self._take_mark(","):
            names.append(self._name())
        return tuple(names)

    def _name(self) -> str:
        kind, text = self._tokens[self._at]
        if kind not in ("word", "quoted") or (kind == "word" and text.upper() in KEYWORDS):
            raise QueryError(NOT_READ)
        self._at += 1
        if kind == "word" and self._take_mark("."):  # tag.Environment
            return f"{text}.{self._name()}"
        return text

    def _word(self) -> str:
        kind, text = self._tokens[self._at]
        if kind != "word":
            raise QueryError(NOT_READ)
        self._at += 1
        return text

    def _keyword(self, keyword: str) -> None:
        if not self._take(keyword):
            raise QueryError(NOT_READ)

    def _take(self, keyword: str) -> bool:
        kind, text = self._tokens[self._at]
        found = kind == "word" and text.upper() == keyword
        self._at += found
        return found

    def _mark(self, mark: str) -> None:
        if not self._take_mark(mark):
            raise QueryError(NOT_READ)

    def _take_mark(self, mark: str) -> bool:
        found = self._tokens[self._at] == ("mark", mark)
        self._at += found
        return found
