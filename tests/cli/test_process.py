"""The command as a process: pipes that close, Ctrl-C, odd encodings, files that appear whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from imdsguard.cli.sources import Sources
from imdsguard.model.place import Place
from imdsguard.run.writing import write_text
from tests.conftest import Command, quiet_environment

SLOW = """
import sys, time
from imdsguard.run import reading
def read(*_, **__):
    print("started", flush=True)
    time.sleep(60)
reading.read = read
from imdsguard.cli import main
main(["scan"])
"""


def test_the_version(imdsguard: Command, tmp_path: Path) -> None:
    done = imdsguard("--version", cwd=tmp_path)
    assert (done.returncode, done.stderr, done.stdout.split()[0]) == (0, "", "imdsguard")


def test_python_dash_m(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "imdsguard", "--version"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout.startswith(b"imdsguard ")


def test_a_reader_that_goes_away_is_no_accident(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "imdsguard", "rules"], cwd=tmp_path, stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


WRITERS = pytest.mark.parametrize(
    "arguments", ["rules", "--version", "--help", "scan --help", "scan", "completion bash"]
)


@WRITERS
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has /dev/full")
def test_a_report_that_cannot_be_written_is_told(arguments: str, unbuffered: str, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text("locals {}\n")
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "imdsguard", *arguments.split()],
            cwd=tmp_path,
            env=quiet_environment() | {"PYTHONUNBUFFERED": unbuffered},
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (2, b"imdsguard: stdout cannot be written: No space left on device\n")


def closed(arguments: str, folder: Path) -> tuple[int, str]:
    """Exit code and stderr of a run whose stdout is closed."""
    (folder / "main.tf").write_text("locals {}\n")
    done = subprocess.run(
        ["/bin/sh", "-c", f'exec "$0" -m imdsguard {arguments} >&-', sys.executable],
        cwd=folder,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


@WRITERS
@pytest.mark.skipif(os.name != "posix", reason="the shell is POSIX's")
def test_a_stdout_that_is_closed_is_told(arguments: str, tmp_path: Path) -> None:
    assert closed(arguments, tmp_path) == (2, "imdsguard: stdout cannot be written: it is closed\n")


@pytest.mark.skipif(os.name != "posix", reason="the shell is POSIX's")
def test_a_stdout_that_is_closed_is_not_missed_where_nothing_is_to_be_said(tmp_path: Path) -> None:
    assert closed("scan --quiet --output json=found.json", tmp_path) == (0, "")
    assert (tmp_path / "found.json").stat().st_size > 0


@pytest.mark.parametrize("optimized", ["-O", "-OO"])
def test_python_may_drop_what_it_does_not_need(optimized: str, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_instance" "web" {\n  ami = "ami-0123456789abcdef0"\n}\n')
    said = []
    for options in ([], [optimized]):
        command = [sys.executable, *options, "-m", "imdsguard", "scan", "--format", "sarif"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (1, "")
        said.append(done.stdout)
    assert said[0] == said[1]


def test_ctrl_c_ends_it_at_once(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"started\n"
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=20)
    assert (process.returncode, stderr) == (130, b"imdsguard: interrupted\n")


def test_a_terminal_that_knows_only_ascii(tmp_path: Path) -> None:
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks/of_mine.py").write_text(
        '"""Größe."""\nfrom imdsguard import *\nSEVERITY = Severity.NOTE\ndef check(launch: Launch): return ()\n',
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "imdsguard", "rules", "--checks", "checks"],
        cwd=tmp_path,
        env=quiet_environment() | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Gr\\xf6\\xdfe." in done.stdout


def test_little_memory_for_stacks_is_enough(tmp_path: Path) -> None:
    program = 'ulimit -v 200000; exec "$0" -m imdsguard rules'
    done = subprocess.run(
        ["/bin/sh", "-c", program, sys.executable], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out.json"
    target.write_text("before")

    def fail(*_: object) -> None:
        assert target.read_text() == "before"
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail)
        with pytest.raises(Exception, match="cannot be written: No space left on device"):
            write_text(str(target), "after")
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]
    write_text(str(target), "after")
    assert (target.read_text(), [path.name for path in tmp_path.iterdir()]) == ("after", ["out.json"])
    write_text(os.devnull, "gone")
    assert not os.path.isfile(os.devnull)


def test_lines_of_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.tf").write_bytes(b"\xef\xbb\xbffirst\r\nsecond \xff\r\n\r\n")
    line = Sources().line_of
    assert [line(Place("a.tf", number)) for number in range(6)] == [None, "first", "second \ufffd", "", "", None]
    assert line(Place("none.tf", 1)) is None
    assert line(Place(".", 1)) is None
    assert line(Place("/dev/zero", 1)) is None
    assert line(Place("nul\0.tf", 1)) is None
