"""`.terraform-version` and `.opentofu-version`: what is said where something else is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from imdsguard.terraform.driver.asked_version import AskedVersion, asked_version, difference, names_in_order
from imdsguard.terraform.driver.find import Terraform
from imdsguard.terraform.driver.signals import Signals
from tests.terraform.driver.scripted import scripted_terraform


@pytest.fixture
def running(tmp_path: Path) -> Terraform:
    """Terraform 1.11.4."""
    return Terraform((str(scripted_terraform(tmp_path / "terraform")),), "terraform", "bin/terraform")


def asked(tmp_path: Path, **files: str) -> AskedVersion | None:
    folder = tmp_path / "stacks" / "web"
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder.parent / f".{name}-version").write_text(text)
    return asked_version(str(folder))


def test_the_nearest_file_above_counts(tmp_path: Path) -> None:
    found = asked(tmp_path, terraform="# ours\n1.9.8\n")
    assert found is not None
    assert (found.name, found.text, found.exact) == ("terraform", "1.9.8", "1.9.8")
    (tmp_path / "stacks" / "web" / ".opentofu-version").write_text("v1.8.0")
    nearer = asked_version(str(tmp_path / "stacks" / "web"))
    assert nearer is not None
    assert (nearer.name, nearer.exact) == ("tofu", "1.8.0")
    assert names_in_order(nearer) == ("tofu", "terraform")


@pytest.mark.parametrize("text", ["AWS_SECRET_ACCESS_KEY=x\0HOME=/root\0", "A" * 81])
def test_what_asks_for_no_version_is_not_repeated(tmp_path: Path, text: str) -> None:
    (tmp_path / "environ").write_text(text)
    (tmp_path / ".terraform-version").symlink_to(tmp_path / "environ")
    found = asked_version(str(tmp_path))
    assert found is None or text not in found.text


def test_the_version_that_was_asked_for_needs_no_word(tmp_path: Path, running: Terraform) -> None:
    found = asked(tmp_path, terraform="1.11.4")
    assert found is not None
    assert difference(found, running, str(tmp_path), Signals()) is None


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"terraform": "1.9.8"}, "asks for Terraform 1.9.8; what is used is bin/terraform, version 1.11.4"),
        ({"opentofu": "1.11.4"}, "asks for OpenTofu 1.11.4; what is used is bin/terraform, version 1.11.4"),
        (
            {"terraform": "latest:^1.9"},
            "asks for Terraform latest:^1.9, which was not compared with what is used: bin/terraform, version 1.11.4",
        ),
    ],
    ids=str,
)
def test_another_version_is_told(tmp_path: Path, running: Terraform, files: dict[str, str], said: str) -> None:
    found = asked(tmp_path, **files)
    assert found is not None
    told = difference(found, running, str(tmp_path), Signals())
    assert told is not None
    assert told.endswith(said)


def test_no_file_and_an_empty_one_ask_for_nothing(tmp_path: Path) -> None:
    found = asked(tmp_path, terraform=" \n# later\n")
    assert found is None or not found.file.startswith("stacks")
    assert names_in_order(None) == ("terraform", "tofu")
