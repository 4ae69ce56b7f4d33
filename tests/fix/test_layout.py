"""Whatever a file looks like: what is not edited stays, byte for byte, and what is new is where it should be."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from imdsguard.fix.alignment import realigned
from imdsguard.fix.change import changed_text
from imdsguard.fix.file_text import FileText, applied
from imdsguard.fix.syntax_difference import changed_names
from imdsguard.hcl.syntax.native import scan
from imdsguard.hcl.syntax.source import SourceText
from imdsguard.terraform.decided.changes import NewArguments, NewBlock

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


def body_of(file: FileText) -> object:
    body, problems = scan(SourceText(file.label, file.data))
    assert problems == ()
    return next(inner for inner in body.inner if inner.type == "resource")


def is_subsequence(one: list[bytes], other: list[bytes]) -> bool:
    left = iter(other)
    return all(line in left for line in one)


@settings(max_examples=300, deadline=None)
@given(files())
def test_a_new_block_changes_nothing_else(data: bytes) -> None:
    file = FileText("main.tf", "main.tf", data)
    text = changed_text(file, NewBlock(body_of(file), "metadata_options", VALUES))  # type: ignore[arg-type]
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
    text = changed_text(file, NewArguments(body_of(file), {"update_default_version": True}))  # type: ignore[arg-type]
    assert changed_names(file, text) == {"update_default_version"}
    edited = applied(data, file.edits(text))
    assert edited == file.encoded(text)

    def bare(lines: bytes) -> list[bytes]:
        return [re.sub(rb" +", b" ", line) for line in lines.splitlines()]

    assert is_subsequence(bare(data), bare(edited))
