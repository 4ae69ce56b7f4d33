"""Functions on files, paths and templates."""

from __future__ import annotations

import pytest

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.values.jsonform import to_json


@pytest.fixture
def files(tmp_path):
    (tmp_path / "hello.txt").write_text("Hello!\n")
    (tmp_path / "binary.bin").write_bytes(b"\xff\xfe")
    (tmp_path / "list.tftpl").write_text("%{ for x in items ~}\n- ${x}\n%{ endfor ~}\n")
    (tmp_path / "whole.tftpl").write_text("${list}")
    (tmp_path / "again.tftpl").write_text('${templatefile("again.tftpl", {})}')
    (tmp_path / "scope.tftpl").write_text("${path.module}")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('file("hello.txt")', '"Hello!\\n"'),
        ('filebase64("binary.bin")', '"//4="'),
        ('filemd5("hello.txt") == md5(file("hello.txt"))', "true"),
        ('fileexists("nope.txt")', "false"),
        ('fileset(".", "*.txt")', '["hello.txt"]'),
        ('basename("foo/bar/")', '"bar"'),
        ('basename("/")', '"/"'),
        ('dirname("foo//bar/../baz")', '"foo"'),
        ('dirname("")', '"."'),
        ('abspath("a/../b")', '"/stack/b"'),
        ('templatefile("list.tftpl", { items = ["a", "b"] })', '"- a\\n- b\\n"'),
        ('templatefile("whole.tftpl", { list = [1, "a"] })', '[1,"a"]'),
        ('templatestring(local.template, { name = "Ann" })', '"Hello, Ann!"'),
        ("templatestring(local.paths, {})", '"b /stack/x refused"'),
    ],
)
def test_gives(evaluate, files, text, expected):
    assert to_json(evaluate(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        'file("nope.txt")',
        'file("binary.bin")',
        'fileset(".", "[")',
        'pathexpand("~root/x")',
        'templatefile("list.tftpl", {})',
        'templatefile("whole.tftpl", { list = null })',
        'templatefile("whole.tftpl", { "bad name" = 1, list = 1 })',
        'templatefile("again.tftpl", {})',
        'templatefile("scope.tftpl", {})',
        'templatestring("literal ${"x"}", {})',
        "templatestring(local.template, {})",
        'templatestring(local.nested, { x = "y" })',
        "templatestring(local.reads, {})",
        "templatestring(local.looks, {})",
        "templatestring(local.lists, {})",
    ],
)
def test_refuses(evaluate, files, text):
    with pytest.raises(EvaluationError) as caught:
        evaluate(text)
    assert caught.value.stage == "dynamic"


def test_the_home_folder_is_that_of_whoever_runs_us(evaluate, monkeypatch):
    monkeypatch.setenv("HOME", "/home/ann")
    assert evaluate('pathexpand("~/.ssh/id_rsa")').raw == "/home/ann/.ssh/id_rsa"
    monkeypatch.delenv("HOME")
    assert not evaluate('pathexpand("~/x")').is_known
