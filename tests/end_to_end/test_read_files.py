"""Files that code reads, given to the installed command as pre-commit does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Command
from tests.end_to_end.git import Checkout

CODE = """\
locals {
  imds = yamldecode(file("${path.module}/data/imds.yaml"))
}

resource "aws_instance" "web" {
  ami       = "ami-1"
  user_data = templatefile("${path.module}/boot.sh.tftpl", { name = "x" })
  metadata_options {
    http_tokens = local.imds.tokens
  }
}
"""
POLICY = "version: 1\nselect: {rules: [instance-tokens-optional, user-data-tokenless-call]}\n"
CALL = "#!/bin/sh\ncurl -s http://169.254.169.254/latest/meta-data/instance-id\n"


@pytest.fixture
def project(tmp_path: Path) -> Checkout:
    made = Checkout.made(tmp_path / "project", stack__main=CODE)
    made.put(".imdsguard.yaml", POLICY)
    made.put("stack/data/imds.yaml", "tokens: required\n")
    made.put("stack/boot.sh.tftpl", "#!/bin/sh\n")
    made.put("tools/release.sh", CALL)
    made.commit()
    return made


def test_a_changed_table_or_script_is_judged(imdsguard: Command, project: Checkout) -> None:
    for file in ("stack/data/imds.yaml", "stack/boot.sh.tftpl"):
        assert imdsguard("scan", "--fail-on", "note", file, cwd=project.folder, PRE_COMMIT="1").returncode == 0
    project.put("stack/data/imds.yaml", "tokens: optional\n")
    project.put("stack/boot.sh.tftpl", CALL)
    for file in ("stack/data/imds.yaml", "stack/boot.sh.tftpl"):
        done = imdsguard("scan", "--fail-on", "note", file, cwd=project.folder, PRE_COMMIT="1")
        assert done.returncode == 1
        assert "error[instance-tokens-optional] aws_instance.web" in done.stdout
        assert "stack/boot.sh.tftpl:2" in done.stdout


def test_what_nothing_reads_is_passed_over(imdsguard: Command, project: Checkout) -> None:
    silent = imdsguard("scan", "-q", "tools/release.sh", cwd=project.folder, PRE_COMMIT="1")
    assert (silent.returncode, silent.stdout, silent.stderr) == (0, "", "")
    told = imdsguard("scan", "tools/release.sh", cwd=project.folder)
    assert told.returncode == 0
    assert "tools/release.sh: no root module reads this file, so it was passed over\n" in told.stderr


def test_a_new_script_adds_only_what_is_new(imdsguard: Command, project: Checkout) -> None:
    project.put("stack/data/imds.yaml", "tokens: optional\n")
    project.commit()
    project.put("stack/new.sh", "#!/bin/sh\n")
    project.write(stack__more='locals {\n  x = file("${path.module}/new.sh")\n}\n')
    done = imdsguard("scan", "stack/new.sh", "--changed-since", "HEAD", cwd=project.folder)
    assert (done.returncode, "error[" in done.stdout) == (0, False)
