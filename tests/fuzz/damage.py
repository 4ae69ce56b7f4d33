"""Right inputs, damaged: most of such an input is right, so that the fault lies deep in it.

`IMDSGUARD_FUZZ=2000` (as `make fuzz` sets it) is how many inputs each test takes; without it they are few, so that all
of them together take some seconds.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.conftest import REPOSITORY

FIXTURES = REPOSITORY / "tests/fixtures"
LARGEST_SEED = 8_000
"""Bytes of a fixture that is taken: larger ones are no better and slower."""
ODD = [
    b"\x00", b"\xff", b"\xef\xbb\xbf", b"\r", b"\\ud800", b"\xe2\x80\xae", b"${", b"%{", b"<<-E\n", b"\\", b'"', b"'",
]  # fmt: skip
PIECES = [
    *ODD, b"{", b"}", b"[", b"]", b"(", b")", b",", b":", b"=", b"\n", b"#", b"/*", b"*/", b"1e999", b"-", b"null",
    b"[[[[[[[[[[[[", b"((((((((((((", b"{{{{{{{{{{{{", b"AND", b"OR", b"NOT", b"ALARM", b"imdsguard: ignore[",
    b"for_each", b"dynamic", b"iterator", b"source", b"count", b"each.value", b"module.a[0]", b"true", b'"a": ',
    b"values", b"after", b"*", b"?", b"!", b"/", b"..",
]  # fmt: skip


def taking(few: int) -> settings:
    """Give the settings of a test that takes `few` inputs, or in proportion to 50 as many as `make fuzz` says."""
    many = os.environ.get("IMDSGUARD_FUZZ")
    return settings(
        max_examples=few if many is None else max(1, int(many) * few // 50),
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def seeds(*patterns: str) -> list[bytes]:
    """Some of the files that tests of the rules read, those of ordinary size."""
    files = [path for pattern in patterns for path in sorted(FIXTURES.glob(pattern))[::7]]
    found = [path.read_bytes() for path in files if path.stat().st_size <= LARGEST_SEED]
    assert found, patterns
    return found


def damaged(wanted: list[bytes]) -> st.SearchStrategy[bytes]:
    """A right input in which pieces are cut out, put in or doubled."""

    @st.composite
    def make(draw: st.DrawFn) -> bytes:
        data = draw(st.sampled_from(wanted))
        for _ in range(draw(st.integers(1, 4))):
            at, length = draw(st.integers(0, len(data))), draw(st.integers(0, 40))
            put = draw(st.one_of(st.sampled_from(PIECES), st.just(data[at : at + length] * 2), st.binary(max_size=3)))
            data = data[:at] + put + data[at + length :]
        return data

    return make()


def damaged_text(*wanted: str) -> st.SearchStrategy[str]:
    """The same as text."""
    return damaged([each.encode() for each in wanted]).map(lambda data: data.decode("utf-8", "replace"))
