"""Texts: decoding, lines and places."""

from __future__ import annotations

from imdsguard.hcl.syntax.native import parse_body
from imdsguard.hcl.syntax.source import SourceText


def test_lines_and_places() -> None:
    source = SourceText("a.tf", "\ufeffé = 1\r\nb\n".encode())
    assert source.text == "é = 1\r\nb\n"
    assert (source.line(1), source.line(2), source.line(3), source.line(4)) == ("é = 1", "b", "", "")
    assert source.lines(0, 9) == ("é = 1", "b", "")
    assert str(source.place(4)) == "a.tf:1:5"
    place = source.place(4, 8)
    assert (place.line, place.column, place.end_line, place.end_column) == (1, 5, 2, 2)


def test_bytes_that_are_not_utf8() -> None:
    body, problems = parse_body(SourceText("a.tf", b'x = 1\ny = "\xc3\xa9\xff"\n'))
    assert [str(p) for p in problems] == [
        "a.tf:2:7: the file is not UTF-8: byte 0xff cannot be decoded: save the file as UTF-8"
    ]
    assert list(body.attributes()) == ["x", "y"]


def test_utf16() -> None:
    body, problems = parse_body(SourceText("a.tf", "x = 1\n".encode("utf-16")))
    assert [str(p) for p in problems] == ["a.tf:1:1: the file is encoded as UTF-16: save the file as UTF-8"]
    assert list(body.attributes()) == []
