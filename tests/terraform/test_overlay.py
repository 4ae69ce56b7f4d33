"""Edited texts that stand for files, and what is shared by readings of the same files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from imdsguard.model.value import text_of
from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.overlay import Overlay
from imdsguard.terraform.read import read, read_again
from imdsguard.terraform.reading import RootsRead

WANTED = frozenset({"aws_instance"})
MAIN = """
variable "type" {
  default = "t3.micro"
}

resource "aws_instance" "web" {
  instance_type = var.type
  key_name      = module.key.name
  user_data     = file("boot.sh")
}

module "key" {
  source = "./key"
}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "stack" / "key").mkdir(parents=True)
    (tmp_path / "stack" / "main.tf").write_text(MAIN)
    (tmp_path / "stack" / "terraform.tfvars").write_text('type = "t3.small"\n')
    (tmp_path / "stack" / "boot.sh").write_text("echo old\n")
    (tmp_path / "stack" / "key" / "main.tf").write_text('output "name" {\n  value = "old"\n}\n')
    (tmp_path / "prod.tfvars").write_text('type = "m5.large"\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(found: RootsRead) -> tuple[str | None, ...]:
    assert found.problems == ()
    (root,) = found.roots
    (web,) = root.resources
    return tuple(text_of(web.body.attribute(name)) for name in ("instance_type", "key_name", "user_data"))


EDITS: list[tuple[str, str, tuple[str, str, str]]] = [
    ("stack/main.tf", MAIN.replace("var.type", '"edited"'), ("edited", "old", "echo old\n")),
    ("stack/terraform.tfvars", 'type = "edited"\n', ("edited", "old", "echo old\n")),
    ("stack/key/main.tf", 'output "name" {\n  value = "edited"\n}\n', ("t3.small", "edited", "echo old\n")),
    ("stack/boot.sh", "echo edited\n", ("t3.small", "old", "echo edited\n")),
]


@pytest.mark.parametrize("again", [False, True], ids=["whole", "one root again"])
@pytest.mark.parametrize(("file", "text", "expected"), EDITS, ids=[edit[0] for edit in EDITS])
def test_an_edited_text_is_read_in_place_of_the_file(
    folder: Path, file: str, text: str, expected: tuple[str, str, str], again: bool
) -> None:
    base = Overlay()
    inputs = Inputs(overlay=base)
    assert told(read(["."], inputs, WANTED)) == ("t3.small", "old", "echo old\n")

    edited = replace(inputs, overlay=base.over({str(folder / file): text.encode()}))
    found = read_again(["stack"], edited, WANTED) if again else read(["."], edited, WANTED)
    assert told(found) == expected
    assert told(read_again(["stack"], inputs, WANTED)) == ("t3.small", "old", "echo old\n"), "nothing of it stays"


def test_a_var_file_that_a_person_names_can_be_edited(folder: Path) -> None:
    inputs = Inputs(var_files=("prod.tfvars",), overlay=Overlay({str(folder / "prod.tfvars"): b'type = "edited"\n'}))
    assert told(read(["stack"], inputs, WANTED))[0] == "edited"


def test_what_is_not_edited_is_parsed_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import imdsguard.hcl.syntax.native as native

    parsed: list[str] = []
    parse: Callable[..., object] = native.parse_body
    monkeypatch.setattr(native, "parse_body", lambda source: (parsed.append(source.label), parse(source))[1])
    base = Overlay()
    read(["."], Inputs(overlay=base), WANTED)
    assert sorted(parsed) == ["stack/key/main.tf", "stack/main.tf", "stack/terraform.tfvars"]
    parsed.clear()
    for name in ("a", "b"):
        overlay = base.over({str(folder / "stack" / "terraform.tfvars"): f'type = "{name}"\n'.encode()})
        assert told(read_again(["stack"], Inputs(overlay=overlay), WANTED))[0] == name
    assert parsed == ["stack/terraform.tfvars", "stack/terraform.tfvars"]


def test_files_stay_as_they_were_when_they_were_first_read(folder: Path) -> None:
    inputs = Inputs(overlay=Overlay())
    before = told(read(["."], inputs, WANTED))
    for file, text, _ in EDITS:
        (folder / file).write_text(text)
    assert told(read_again(["stack"], inputs, WANTED)) == before


def test_who_reads_a_file_is_known(folder: Path) -> None:
    overlay = Overlay()
    told(read(["."], Inputs(overlay=overlay), WANTED))
    readers = {Path(file).name: roots for file, roots in overlay.kept.readers.items()}
    assert readers == {"terraform.tfvars": {str(folder / "stack")}, "boot.sh": {str(folder / "stack")}}
