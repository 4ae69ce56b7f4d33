"""One command run to its end: by itself, by Ctrl-C, and by force."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from imdsguard.terraform.driver.errors import DriverError, InterruptedBySignalError
from imdsguard.terraform.driver.run import Finished, run
from imdsguard.terraform.driver.signals import Signals
from tests.terraform.driver.scripted import Unwatched


def shell(lines: str, folder: Path, signals: Signals | None = None, watcher: Unwatched | None = None) -> Finished:
    return run(("/bin/sh", "-c", lines), str(folder), signals or Signals(), watcher)


class Heard(Unwatched):
    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def line(self, text: bytes) -> None:
        self.lines.append(text)


@contextmanager
def signals_once(file: Path, *numbers: int, gap: float = 0.3) -> Iterator[Signals]:
    """Send ourselves signals once `file` is there: the child is then ready for them."""

    def send() -> None:
        while not file.exists():
            time.sleep(0.02)
        for number in numbers:
            os.kill(os.getpid(), number)
            time.sleep(gap)

    sender = threading.Thread(target=send)
    with Signals() as signals:
        sender.start()
        yield signals
        sender.join()


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().split()[2] != "Z"  # one that nobody has waited for is no more


def test_both_outputs_are_kept_apart_without_a_watcher(tmp_path: Path) -> None:
    assert shell("echo out; echo err >&2; exit 3", tmp_path) == Finished(3, b"out\n", b"err\n")


def test_a_watcher_hears_both_in_their_order(tmp_path: Path) -> None:
    heard = Heard()
    ended = shell("echo one; echo two >&2; echo three", tmp_path, watcher=heard)
    assert heard.lines == [b"one\n", b"two\n", b"three\n"]
    assert ended.output == b"one\ntwo\nthree\n"


def test_nothing_is_read_from_us(tmp_path: Path) -> None:
    assert shell("cat; echo end", tmp_path).output == b"end\n"


def test_much_output_does_not_block_the_child(tmp_path: Path) -> None:
    assert len(shell("head -c 3000000 /dev/zero; head -c 300000 /dev/zero >&2", tmp_path).output) == 3_000_000


def test_what_cannot_be_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(DriverError, match="cannot be run"):
        run((str(tmp_path),), str(tmp_path), Signals())


@pytest.mark.timeout(30)
def test_what_a_child_leaves_behind_does_not_hold_us_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imdsguard.terraform.driver.run._LAST_WORDS", 0.3)
    assert shell("echo before; sleep 45 & exit 0", tmp_path).output == b"before\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_passed_on_as_ctrl_c_and_the_child_ends_in_its_own_time(tmp_path: Path, number: int) -> None:
    lines = "trap 'sleep 0.5; echo tidy > tidied; exit 1' INT; touch ready; while :; do sleep 0.05; done"
    with signals_once(tmp_path / "ready", number) as signals, pytest.raises(InterruptedBySignalError) as caught:
        shell(lines, tmp_path, signals)
    assert caught.value.signal == number
    assert (tmp_path / "tidied").exists()


@pytest.mark.timeout(50)
def test_a_child_that_does_not_listen_is_killed_with_all_its_own(tmp_path: Path) -> None:
    lines = "trap '' INT; sleep 60 & echo $! > pid; echo $$ >> pid; touch ready; while :; do sleep 0.05; done"
    with (
        signals_once(tmp_path / "ready", *3 * [signal.SIGINT]) as signals,
        pytest.raises(InterruptedBySignalError),
    ):
        shell(lines, tmp_path, signals)
    assert [pid for pid in map(int, (tmp_path / "pid").read_text().split()) if is_running(pid)] == []


def test_after_a_signal_nothing_more_is_started(tmp_path: Path) -> None:
    with Signals() as signals:
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(InterruptedBySignalError):
            shell("touch started", tmp_path, signals)
    assert not (tmp_path / "started").exists()


def test_handlers_are_put_back(tmp_path: Path) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with Signals():
        pass
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
