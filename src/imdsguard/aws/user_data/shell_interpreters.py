"""Shells in shells, and interpreters of other languages: which text they run, from words, files or their input."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.aws.user_data.boot_files import cron_commands, interpreter_of
from imdsguard.aws.user_data.metadata_service import names_host
from imdsguard.aws.user_data.script import GAP, Language, Script
from imdsguard.aws.user_data.shell_state import ScriptFile, ScriptFrame
from imdsguard.aws.user_data.shell_values import EMPTY, TOKEN, UNKNOWN
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.user_data import Flaw

if TYPE_CHECKING:
    from tree_sitter import Node

    from imdsguard.aws.user_data.shell import Shell, Status
    from imdsguard.aws.user_data.shell_expansion import Argv


SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh", "rbash", "mksh"})


def normal(path: str) -> str:
    """A path without `./` before it."""
    return path.removeprefix("./") or path


def file_of(shell: Shell, word: str) -> ScriptFile | None:
    """The file of a path, if a script wrote it."""
    return shell.world.files.get(word) or shell.world.files.get(normal(word))


def run_shell(shell: Shell, argv: Argv, node: Node) -> Status:
    """`sh -c TEXT ARG...`, `sh FILE ARG...`, `sh -s < TEXT`."""
    at = 1
    while at < len(argv) and argv[at][:1] in "-+" and len(argv[at]) > 1 and argv[at] != "--":
        option = argv[at]
        if option[:1] == "-" and not option.startswith("--") and "c" in option[1:]:
            at += 1
            while at < len(argv) and argv[at][:1] in "-+" and len(argv[at]) > 1:
                at += 1
            return _text(shell, argv[at], argv[at + 2 :], node) if at < len(argv) else None
        if not option.startswith("--") and "s" in option[1:]:
            return run_stdin(shell, node, argv[at + 1 :])
        at += 2 if option in {"-o", "+o", "-O", "+O", "--rcfile", "--init-file"} else 1
    if at < len(argv) and argv[at] == "--":
        at += 1
    if at < len(argv) and argv[at] not in {"-", "/dev/stdin"}:
        return run_file(shell, argv[at], argv[at + 1 :], sourced=False)
    return run_stdin(shell, node)


def _text(shell: Shell, text: str, arguments: Argv, node: Node) -> Status:
    with shell.child([(a,) for a in arguments]):
        if text == GAP:
            code_from_elsewhere(shell, node)
        return shell.run_words(text, shell.place(node)[0])


def run_stdin(shell: Shell, node: Node, arguments: Argv = ()) -> Status:
    """Read the input as commands."""
    readings, frame = shell.stdin, shell.stdin_frame
    if readings is None:
        return None
    status: Status = None
    for text in readings:
        if text.strip() == GAP:
            code_from_elsewhere(shell, node)
            continue
        with shell.child([(a,) for a in arguments]):
            saved, shell.stdin, shell.stdin_frame = (shell.stdin, shell.stdin_frame), None, None
            if frame is not None and not shell.frame.flat:
                status = nested(shell, text, frame)
            else:
                status = shell.run_words(text, shell.place(node)[0])
            shell.stdin, shell.stdin_frame = saved
    return status


def nested(shell: Shell, text: str, frame: ScriptFrame) -> Status:
    """Read the text of a file, at the lines where it was written, in this shell."""
    if shell.depth > 80:
        shell.world.gave_up = True
        return None
    shell.depth += 1
    status = shell.run_text(text, ScriptFrame(frame.name, frame.line, frame.exact, frame.flat))
    shell.depth -= 1
    return status


def code_from_elsewhere(shell: Shell, node: Node) -> None:
    """Keep where the code comes from that a shell is fed with."""
    source = shell.stdin_source
    if source and source not in shell.world.not_seen and not shell.untaken:
        shell.world.not_seen.append(source)
    del node


def run_file(shell: Shell, path: str, arguments: Argv, *, sourced: bool) -> Status:
    """Run, or source, a file, if a script wrote it."""
    written = file_of(shell, path)
    if written is None:
        if sourced and not path.startswith("/dev/fd"):
            shell.state.open_names = True
        return None
    key = path if path in shell.world.files else normal(path)
    shell.world.ran.add(key)
    if written.loaded_from:
        if written.loaded_from not in shell.world.not_seen and not shell.untaken:
            shell.world.not_seen.append(written.loaded_from)
        if sourced:
            shell.state.open_names = True
        shell.write(UNKNOWN)
        return None
    status: Status = None
    for text in written.readings[:3]:
        interpreter = interpreter_of(text)
        if not sourced and interpreter and interpreter not in SHELLS:
            read_elsewhere(shell, path, text, written.frame, interpreter)
            continue
        if sourced:
            if text.replace(GAP, "").strip() == "" and text:
                shell.state.open_names = True
            status = nested(shell, text, written.frame)
        else:
            with shell.child([(a,) for a in arguments]):
                status = nested(shell, text, written.frame)
    return status


def read_elsewhere(shell: Shell, path: str, text: str, frame: ScriptFrame, interpreter: str) -> None:
    """A script of another language: for its own reader, or not read at all."""
    if "python" in interpreter:
        shell.world.inner.append(Script(frame.name, Language.PYTHON, text, frame.line, frame.exact))
    elif "pwsh" in interpreter or "powershell" in interpreter:
        shell.world.inner.append(Script(frame.name, Language.POWERSHELL, text, frame.line, frame.exact))
    elif not shell.untaken:
        shell.world.unread.append(Reason(ReasonKind.LANGUAGE_UNREAD, f"{frame.name}: {path}", interpreter))


def run_python(shell: Shell, argv: Argv, node: Node) -> Status:
    """`python -c TEXT`, `python FILE`, or the input: for the reader of Python."""
    line = shell.place(node)[0]
    for at, word in enumerate(argv[1:], 1):
        if word.startswith("-") and not word.startswith("--") and word.endswith("c") and at + 1 < len(argv):
            if not shell.untaken:
                shell.world.inner.append(
                    Script(f"{shell.frame.name}, python -c", Language.PYTHON, argv[at + 1], line, False)
                )
            break
        if word == "-m":
            return _unknown_module(shell, argv, node)
        if not word.startswith("-"):
            written = file_of(shell, word)
            if written is not None:
                shell.world.ran.add(normal(word))
                shell.world.ran.add(word)
                if written.loaded_from:
                    shell.world.not_seen += [written.loaded_from] * (written.loaded_from not in shell.world.not_seen)
                for text in written.readings[:2]:
                    if not shell.untaken and not written.loaded_from:
                        read_elsewhere(shell, word, text, written.frame, "python")
            if any(names_host(w) for w in argv[at + 1 :]):
                shell.not_understood(argv, node)
            break
    else:
        frame = shell.stdin_frame
        for text in shell.stdin or ():
            if not shell.untaken and text.strip() != GAP:
                where = frame.line if frame is not None else line
                exact = frame.exact if frame is not None else False
                shell.world.inner.append(Script(shell.frame.name, Language.PYTHON, text, where, exact))
    shell.write(UNKNOWN)
    return None


def _unknown_module(shell: Shell, argv: Argv, node: Node) -> Status:
    if any(names_host(w) for w in argv):
        shell.not_understood(argv, node)
    shell.write(UNKNOWN)
    return None


_HINTS = re.compile(r"169[.,]254|fd00:ec2|instance-data|meta-?data|instance_metadata", re.IGNORECASE)


def run_other_interpreter(shell: Shell, argv: Argv, node: Node) -> Status:
    """Code of a language that is not read is unknown where the metadata service is named in it."""
    texts = [*argv[1:], *(shell.stdin or ())]
    program = argv[0].rsplit("/", 1)[-1]
    if program.startswith(("pwsh", "powershell")):
        code = next((argv[i + 1] for i, w in enumerate(argv[:-1]) if w.lower() in {"-c", "-command"}), "")
        if code:
            shell.world.inner.append(
                Script(f"{shell.frame.name}, pwsh", Language.POWERSHELL, code, shell.place(node)[0], False)
            )
            return None
    for word in argv[1:]:
        written = file_of(shell, word)
        if written is not None and not written.loaded_from:
            shell.world.ran.add(normal(word))
            if any(_HINTS.search(t) for t in written.readings):
                texts += written.readings
        elif written is not None:
            shell.world.not_seen += [written.loaded_from] * (written.loaded_from not in shell.world.not_seen)
    hinted = next((t for t in texts if _HINTS.search(t)), None)
    if hinted is not None:
        line, column = shell.place(node)
        shell.found(Flaw.NOT_UNDERSTOOD, f"{program}: {' '.join(hinted.split())[:100]}", line, column)
    shell.write(tuple(TOKEN if TOKEN in t else GAP for t in shell.stdin or UNKNOWN))
    return None


def source(shell: Shell, argv: Argv, node: Node) -> Status:
    """`. FILE`."""
    del node
    return run_file(shell, argv[1], argv[2:], sourced=True) if len(argv) > 1 else None


def run_at(shell: Shell, argv: Argv, node: Node) -> Status:
    """`at`: commands from the input or a file, later."""
    if "-f" in argv[:-1]:
        return run_file(shell, argv[argv.index("-f") + 1], (), sourced=False)
    return run_stdin(shell, node)


def crontab(shell: Shell, argv: Argv, node: Node) -> Status:
    """`crontab FILE` or the input: lines of cron."""
    paths = [w for i, w in enumerate(argv[1:], 1) if not w.startswith("-") and argv[i - 1] != "-u"]
    if "-l" in argv or "-r" in argv:
        shell.write(EMPTY)
        return None
    texts = shell.file_text(paths[0]) if paths else shell.stdin or UNKNOWN
    for text in texts[:2]:
        for _, command in cron_commands(text, user=False):
            with shell.child():
                shell.run_words(command, shell.place(node)[0])
    return True
