"""Metrics Insights: reading the SELECT of an alarm's query.

`SELECT function(metric) FROM namespace | SCHEMA(namespace, key...)`, then perhaps WHERE, GROUP BY, ORDER BY and LIMIT;
words of the language in any case, names in theirs, quoted where they are not plain words.
(CloudWatch User Guide, "Metrics Insights query components and syntax")
"""

from __future__ import annotations

from dataclasses import dataclass

FUNCTIONS = ("AVG", "COUNT", "MAX", "MIN", "SUM")
KEYWORDS = ("SELECT", "FROM", "SCHEMA", "WHERE", "GROUP", "ORDER", "BY", "LIMIT", "ASC", "DESC")
MAX_LENGTH = 10_000
NOT_READ = "the query is not a Metrics Insights query that can be read"


@dataclass(frozen=True, slots=True)
class Query:
    """A query that could be read. `keys` is None where FROM names a namespace without SCHEMA."""

    metric: str
    namespace: str
    keys: tuple[str, ...] | None
    where: bool
    cut: bool
    """Whether LIMIT drops series that are not the highest."""


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
        if self._word().upper() not in FUNCTIONS:
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
        return Query(metric, namespace, keys, where, cut)

    def _source(self) -> tuple[str, tuple[str, ...] | None]:
        if not self._take("SCHEMA"):
            return self._name(), None
        self._mark("(")
        namespace = self._name()
        keys = self._names() if self._take_mark(",") else ()
        self._mark(")")
        return namespace, keys

    def _where(self) -> bool:
        """Pass over a condition: what it lets through is not judged here."""
        if not self._take("WHERE"):
            return False
        start = self._at
        while not self._ends_condition():
            self._at += 1
        if self._at == start:
            raise QueryError(NOT_READ)
        return True

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
