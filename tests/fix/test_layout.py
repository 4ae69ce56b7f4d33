"""Whatever a file looks like: what is not edited stays, byte for byte, and what is new is where it should be."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imdsguard.fix.alignment import realigned
from imdsguard.fix.change import changed_text
from imdsguard.fix.file_text import FileText, applied
from imdsguard.fix.syntax_difference import changed_names
from imdsguard.hcl.syntax.native import scan
from imdsguard.hcl.syntax.native_body import NativeBody
from imdsguard.hcl.syntax.source import SourceText
from imdsguard.terraform.decided.changes import NewArguments, NewBlock, NewItems

VALUES = {"http_endpoint": "enabled", "http_tokens": "required"}
PIECES = st.sampled_from(
    [
        'ami = "ami-1"',
        'ami           = "ami-1"\n  instance_type = "t3.micro" # small',
        "# a comment",
        "/* a long\n     comment */",
        "",
        'tags = {\n    Name = "a # b" // c\n  }',
        "user_data = <<-EOT\n    lifecycle {\n    # not a comment\n    EOT",
        'dynamic "ebs_block_device" {\n    for_each = [1]\n    content {}\n  }',
        "root_block_device {\n    encrypted = true\n  }",
        "lifecycle {\n    ignore_changes = [ami] # why\n  }",
        'provisioner "local-exec" {\n    command = "echo {"\n  }',
        'list = [\n    "a", # first\n  ]',
        'größe = "ü"',
    ]
)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A resource of any look among others."""
    pieces = draw(st.lists(PIECES, max_size=6))
    seen: set[str] = set()
    kept = []
    for piece in pieces:
        name = piece.split(" ", 1)[0]
        if not (name in seen and "=" in piece.split("\n")[0]):
            kept.append(piece)
        seen.add(name)
    inside = "".join(f"  {piece}\n" if piece else "\n" for piece in kept)
    text = f'# top\nresource "aws_instance" "a" {{\n{inside}}}\n\nlocals {{\n  x = 1\n}}'
    text += draw(st.sampled_from(["", "\n", "\n\n# end\n"]))
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return (b"\xef\xbb\xbf" if draw(st.booleans()) else b"") + text.encode()


def file_body(file: FileText) -> NativeBody:
    body, problems = scan(SourceText(file.label, file.data))
    assert problems == ()
    return body


def body_of(file: FileText) -> NativeBody:
    return next(inner for inner in file_body(file).inner if inner.type == "resource")


def is_subsequence(one: list[bytes], other: list[bytes]) -> bool:
    left = iter(other)
    return all(line in left for line in one)


@settings(max_examples=300, deadline=None)
@given(files())
def test_a_new_block_changes_nothing_else(data: bytes) -> None:
    file = FileText("main.tf", "main.tf", data)
    text = changed_text(file, NewBlock(body_of(file), "metadata_options", VALUES))
    assert changed_names(file, text) == {"metadata_options"}
    edited = applied(data, file.edits(text))
    assert edited == file.encoded(text)
    assert is_subsequence(data.splitlines(), edited.splitlines())
    assert len(edited.splitlines()) - len(data.splitlines()) in (4, 5, 6)
    assert re.search(rb"\n\r?\n\r?\n[^#]*metadata_options|metadata_options[^}]*}\r?\n\r?\n\r?\n", edited) is None or (
        b"\n\n\n" in data.replace(b"\r", b"")
    )
    assert edited.count(b"\r\n") == (edited.count(b"\n") if b"\r\n" in data else 0)
    assert realigned(text, text) == text


@settings(max_examples=300, deadline=None)
@given(files())
def test_a_new_argument_moves_nothing_but_spaces(data: bytes) -> None:
    file = FileText("main.tf", "main.tf", data)
    text = changed_text(file, NewArguments(body_of(file), {"update_default_version": True}))
    assert changed_names(file, text) == {"update_default_version"}
    edited = applied(data, file.edits(text))
    assert edited == file.encoded(text)

    def bare(lines: bytes) -> list[bytes]:
        return [re.sub(rb" +", b" ", line) for line in lines.splitlines()]

    assert is_subsequence(bare(data), bare(edited))


NEW = {"metadata_options": {"http_tokens": "required"}}
WRITTEN = '    metadata_options = {\n      http_tokens = "required"\n    }\n'


@pytest.mark.parametrize(
    ("before", "gap"),
    [
        ('    size = 1\n\n    labels = {\n      x = "y"\n    }\n', "\n"),
        ('    size = 1\n\n    boot = <<-EOT\n      a\n    EOT\n', "\n"),
        ('    size = 1\n    labels = {\n      x = "y"\n    }\n', ""),
        ('    labels = {\n      x = "y"\n    }\n\n    size = 1\n', ""),
    ],
)  # fmt: skip
def test_an_object_is_set_apart_where_its_author_does_so(before: str, gap: str) -> None:
    text = f"locals {{\n  web = {{\n{before}  }}\n}}\n"
    file = FileText("main.tf", "main.tf", text.encode())
    place = file_body(file).inner[0].attributes()["web"].expression.place
    assert changed_text(file, NewItems(place, NEW)) == text.replace(before, before + gap + WRITTEN)


def test_an_argument_is_set_apart_so_too() -> None:
    web = 'module "web" {\n  size = 1\n\n  source = "./web"\n}\n'
    text = web + '\nmodule "db" {\n  boot = <<-EOT\n    a\n  EOT\n\n  size = 1\n}\n'
    file = FileText("main.tf", "main.tf", text.encode())
    first, second = file_body(file).inner
    assert "size = 1\n  metadata_options = {\n" in changed_text(file, NewArguments(first, NEW, ("size",)))
    assert "  EOT\n\n  metadata_options = {\n" in changed_text(file, NewArguments(second, NEW, ("boot",)))
