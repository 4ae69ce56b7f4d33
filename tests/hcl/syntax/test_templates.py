"""Strings, heredocs and template files: text, sequences, strip markers and indents."""

from __future__ import annotations

import pytest

from imdsguard.hcl.errors import SyntaxProblem
from tests.hcl.syntax.shape import expression, template


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('""', "''"),
        ('"a"', "'a'"),
        (r'"\n\r\t\"\\\u00e9\U0001F600"', repr('\n\r\t"\\é😀')),
        ('"e\u0301"', repr("\u00e9")),
        ('"${x}"', "wrap(x)"),
        ('"${~ x ~}"', "wrap(x)"),
        ('" ${~ x ~} "', "template('', x, '')"),
        ('"a${x}b"', "template('a', x, 'b')"),
        ('"$${x} %%{y} $ % $$"', repr("${x} %{y} $ % $$")),
        ('"$${aws:PrincipalTag/${var.k}}"', "template('${aws:PrincipalTag/', var.k, '}')"),
        ('"${"a${"b"}"}"', "wrap(template('a', 'b'))"),
        ('"${\n x # comment\n}"', "wrap(x)"),
        ('"%{ if a }b%{ else }c%{ endif }"', "template(if(a, template('b'), template('c')))"),
        ('"%{ for k, v in x }${k}%{ endfor }"', "template(for(k, v, x, template(k)))"),
    ],
)
def test_quoted(text: str, tree: str) -> None:
    assert expression(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("<<EOT\nEOT", "''"),
        ("<<EOT\na\\n\nEOT", repr("a\\n\n")),
        ("<<EOT\n  EOT x\n EOT ", repr("  EOT x\n")),
        ("<<EOT\r\na\r\nEOT", repr("a\r\n")),
        ("<<-EOT\n    a\n\n      b\n  EOT", repr("a\n\n  b\n")),
        ("<<-EOT\n\t a\n  b\nEOT", repr("a\nb\n")),
        ("<<-EOT\n  a ${x}\n    b\n  EOT", "template('a ', x, '\\n  b\\n')"),
        ("<<EOT\n${x ~}\n  b\nEOT", "template(x, '  b\\n')"),
        ("<<EOT\n%{ if a ~}\nb\n%{ endif ~}\nEOT", "template(if(a, template('b\\n'), -), '')"),
        ("<<EOT\n${<<A\nx\nA\n}\nEOT", "template('x\\n', '\\n')"),
    ],
)
def test_heredoc(text: str, tree: str) -> None:
    assert expression(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", "''"),
        ('say "hi" \\n', repr('say "hi" \\n')),
        ("${x}", "wrap(x)"),
        ("${x}\n", "template(x, '\\n')"),
        ("%{ for x in y ~}\n- ${x}\n%{ endfor ~}\n", "template(for(None, x, y, template('- ', x, '\\n')), '')"),
    ],
)
def test_file(text: str, tree: str) -> None:
    assert template(text) == tree


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('"a', "this quoted string is never closed"),
        ('"a\nb"', "a quoted string cannot span lines"),
        ("<<EOT\na\n", "this heredoc is never closed: EOT must stand alone on a line"),
    ],
)
def test_unclosed(text: str, message: str) -> None:
    with pytest.raises(SyntaxProblem, match=message):
        expression(text)
