"""Files are there whole or not at all, and nothing is left beside them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from imdsguard.system.files import (
    ChangedMeanwhileError,
    read_bytes,
    read_head,
    whole_file,
    write_file,
    write_in_scratch,
    write_together,
)


def full(*_: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("replace", [True, False])
def test_what_fails_while_it_is_written_leaves_nothing(replace: bool, tmp_path: Path) -> None:
    def write() -> None:
        with whole_file(str(tmp_path / "policy.yaml"), replace=replace) as file:
            file.write(b"half of it")
            full()

    with pytest.raises(OSError, match="No space left"):
        write()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("replace", "name"), [(True, "replace"), (False, "link")])
def test_what_fails_as_it_gets_its_name_leaves_what_was_there(
    replace: bool, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "policy.yaml"
    target.write_text("before")
    monkeypatch.setattr(os, name, full)
    with pytest.raises(OSError, match="No space left"), whole_file(str(target), replace=replace) as file:
        file.write(b"after")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("policy.yaml", "before")]


def test_a_name_that_is_taken_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "policy.yaml"
    target.write_text("before")
    with pytest.raises(FileExistsError), whole_file(str(target), replace=False) as file:
        file.write(b"after")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("policy.yaml", "before")]


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_a_file_of_secrets_is_never_open_to_others(tmp_path: Path) -> None:
    target = tmp_path / "plan"
    target.write_text("before")
    with whole_file(str(target), mode=0o600) as file:
        modes = [path.stat().st_mode & 0o777 for path in tmp_path.iterdir() if path != target]
        file.write(b"secret")
    assert modes == [0o600]
    assert target.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = str(tmp_path / "pipe")
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_file(pipe, b"text")
    assert os.read(reader, 100) == b"text"
    os.close(reader)
    assert os.listdir(tmp_path) == ["pipe"]


@pytest.mark.parametrize("write", [write_file, write_in_scratch])
def test_a_path_that_is_none_is_an_error(write: Callable[[str, bytes], None], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="null"):
        write(f"{tmp_path}/a\0b", b"")


def test_in_a_folder_of_ours_nothing_is_written_through_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        write_in_scratch(str(tmp_path / "link"), b"text")
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_is_read_whole_or_its_head_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a.tf"
    path.write_bytes(b"0123456789")
    assert (read_bytes(str(path)), read_bytes(str(path), 10), read_head(str(path), 4)) == (
        b"0123456789",
        b"0123456789",
        b"0123",
    )
    path.write_bytes(b"x" * (1024 * 1024 + 1))
    with pytest.raises(OSError, match="larger than 1 MB"):
        read_bytes(str(path), 1024 * 1024)


@pytest.mark.skipif(not os.path.exists("/proc/self/maps"), reason="only Linux says what is mapped")
def test_files_that_are_kept_cost_no_mapping_each(tmp_path: Path) -> None:
    """Linux gives a process 65,530 of them, and a repository may have more files."""
    path = tmp_path / "a.tf"
    path.write_bytes(b"#" * 100)
    before = read_head("/proc/self/maps", 1 << 24).count(b"\n")
    kept = [read_bytes(str(path)) for _ in range(400)]
    assert read_head("/proc/self/maps", 1 << 24).count(b"\n") < before + 100
    assert len(kept) == 400


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="these are Linux's")
def test_a_file_that_says_no_size_is_read_whole() -> None:
    assert os.stat("/proc/self/status").st_size == 0
    assert b"Threads:" in read_bytes("/proc/self/status")


def three(tmp_path: Path) -> list[tuple[str, bytes, bytes]]:
    files = []
    for name in "abc":
        (tmp_path / name).write_bytes(b"before " + name.encode())
        files.append((str(tmp_path / name), b"before " + name.encode(), b"after " + name.encode()))
    return files


def there(tmp_path: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in tmp_path.iterdir()}


BEFORE = {name: f"before {name}".encode() for name in "abc"}


def test_files_are_written_together(tmp_path: Path) -> None:
    files = three(tmp_path)
    (tmp_path / "b").chmod(0o755)
    write_together(files)
    assert there(tmp_path) == {name: f"after {name}".encode() for name in "abc"}
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o755


def test_one_that_has_changed_keeps_all_from_being_written(tmp_path: Path) -> None:
    files = three(tmp_path)
    (tmp_path / "c").write_bytes(b"somebody's")
    with pytest.raises(ChangedMeanwhileError, match="c has changed since it was read"):
        write_together(files)
    assert there(tmp_path) == {**BEFORE, "c": b"somebody's"}


def test_a_link_keeps_all_from_being_written(tmp_path: Path) -> None:
    files = three(tmp_path)
    (tmp_path / "c").unlink()
    (tmp_path / "c").symlink_to("a")
    with pytest.raises(ChangedMeanwhileError, match="c is a symbolic link"):
        write_together(files)
    assert (tmp_path / "a").read_bytes() == b"before a"
    assert (tmp_path / "c").is_symlink()


@pytest.mark.parametrize("name", ["fsync", "link", "replace"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_what_fails_on_the_way_leaves_all_as_it_was(
    name: str, at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = three(tmp_path)
    real: Callable[..., object] = getattr(os, name)
    calls: list[object] = []

    def fails(*arguments: object) -> object:
        calls.append(arguments)
        return full() if len(calls) == at else real(*arguments)

    monkeypatch.setattr(os, name, fails)
    with pytest.raises(OSError, match="No space left"):
        write_together(files)
    assert there(tmp_path) == BEFORE


def test_an_original_that_cannot_be_put_back_stays_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = three(tmp_path)
    real = os.replace
    calls: list[object] = []

    def fails(*arguments: str) -> None:
        calls.append(arguments)
        return real(*arguments) if len(calls) == 1 else full()

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(OSError, match="No space left"):
        write_together(files)
    left = there(tmp_path)
    originals = {name: text for name, text in left.items() if name.endswith(".before")}
    assert left["a"] == b"after a"
    assert set(originals.values()) == {b"before a", b"before b"}
    assert len(left) == len(BEFORE) + len(originals)
