"""Programs that write, copy and unpack files: what is in a file afterwards."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from imdsguard.aws.user_data.script import GAP
from imdsguard.aws.user_data.shell_interpreters import file_of, normal
from imdsguard.aws.user_data.shell_state import ScriptFile
from imdsguard.aws.user_data.shell_values import EMPTY, UNKNOWN, Readings

if TYPE_CHECKING:
    from tree_sitter import Node

    from imdsguard.aws.user_data.shell import Shell, Status
    from imdsguard.aws.user_data.shell_expansion import Argv


def cat(shell: Shell, argv: Argv, node: Node) -> Status:
    """`cat FILE...`, or the input."""
    paths = [w for w in argv[1:] if not w.startswith("-") or w == "-"]
    if not paths:
        shell.write(shell.stdin if shell.stdin is not None else EMPTY)
    for path in paths[:20]:
        if path.startswith("/dev/tcp/"):
            continue
        shell.write(shell.file_text(path if path in shell.world.files else normal(path)))
    del node
    return True if not paths or all(p in shell.world.files for p in paths) else None


def tee(shell: Shell, argv: Argv, node: Node) -> Status:
    """`tee FILE...`: the input goes to the files and on."""
    adds = any(w in {"-a", "--append"} for w in argv[1:])
    text = shell.stdin if shell.stdin is not None else UNKNOWN
    frame = shell.stdin_frame or shell.flat_frame(node)
    for path in (w for w in argv[1:] if not w.startswith("-")):
        shell.write_file(path, text, adds, frame)
    shell.write(text)
    return True


def run_base64(shell: Shell, argv: Argv, node: Node) -> Status:
    """`base64`, and `base64 -d` with what gzip packed unpacked at once."""
    text: Readings = shell.stdin if shell.stdin is not None else UNKNOWN
    for word in argv[1:]:
        if not word.startswith("-"):
            text = shell.file_text(word)
    if any(re.fullmatch(r"-[A-Za-z]*[dD][A-Za-z]*|--decode", w) for w in argv[1:]):
        shell.write(tuple(_decoded(t) for t in text))
    else:
        shell.write(tuple(GAP if GAP in t else base64.b64encode(t.encode()).decode() + "\n" for t in text))
    del node
    return None


def _decoded(text: str) -> str:
    from imdsguard.aws.user_data.envelope import gunzipped

    if GAP in text:
        return GAP
    try:
        data = base64.b64decode("".join(text.split()), validate=False)
    except (binascii.Error, ValueError):
        return GAP
    return gunzipped(data)[0].decode(errors="replace")


def pass_on(shell: Shell, argv: Argv, node: Node) -> Status:
    """`gunzip`, after `base64 -d` has unpacked it already."""
    texts: Readings = shell.stdin if shell.stdin is not None else UNKNOWN
    for word in argv[1:]:
        if not word.startswith("-"):
            texts = shell.file_text(word)
    shell.write(texts)
    del node
    return None


def chmod(shell: Shell, argv: Argv, node: Node) -> Status:
    """`chmod +x FILE`."""
    mode = argv[1] if len(argv) > 1 else ""
    for word in argv[2:]:
        written = file_of(shell, word)
        if written is not None and ("x" in mode or re.search(r"[1357]", mode)):
            written.executable = True
    del node
    return True


def copy(shell: Shell, argv: Argv, node: Node) -> Status:
    """`cp`, `mv`, `ln`, `install`: the other name stands for the same text."""
    program = argv[0].rsplit("/", 1)[-1]
    paths = [w for i, w in enumerate(argv[1:], 1) if not w.startswith("-") and argv[i - 1] not in {"-m", "-o", "-g"}]
    if len(paths) < 2:
        return None
    for source in paths[:-1]:
        written = file_of(shell, source)
        if written is None:
            continue
        target = paths[-1]
        if target.endswith("/") or len(paths) > 2:
            target = target.rstrip("/") + "/" + source.rsplit("/", 1)[-1]
        executable = written.executable or program == "install"
        shell.world.files[target] = ScriptFile(written.readings, written.frame, executable, written.loaded_from)
        if program == "mv":
            shell.world.files.pop(source, None)
    del node
    return True
