"""Redirections of a shell script: here-documents, files that are read and written, and the sockets of bash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.user_data.metadata_service import names_host
from imdsguard.aws.user_data.shell_expansion import heredoc_readings, text_readings
from imdsguard.aws.user_data.shell_state import ScriptFrame
from imdsguard.aws.user_data.shell_statements import second
from imdsguard.aws.user_data.shell_values import EMPTY, UNKNOWN, Readings
from imdsguard.aws.user_data.syntax_tree import text_of
from imdsguard.model.user_data import Flaw

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from imdsguard.aws.user_data.shell import Shell, Status

REDIRECTS = frozenset({"file_redirect", "herestring_redirect", "heredoc_redirect"})


def redirected_statement(shell: Shell, node: Node) -> Status:
    """Run a statement with redirections behind it."""
    redirects = [c for c in node.children if c.type in REDIRECTS]
    body = [c for c in node.children if c.type not in REDIRECTS and c.type != "ERROR"]
    for broken in (c for c in node.children if c.type == "ERROR"):
        if not names_host(text_of(broken)):
            shell.frame.account_for(broken)
    return redirected(shell, redirects, lambda: shell.run_all(body) if body else True, node)


def redirected(shell: Shell, redirects: list[Node], run: Callable[[], Status], node: Node) -> Status:
    """Run something with its input and output led elsewhere."""
    saved = shell.stdin
    outputs: list[tuple[str, bool]] = []
    after: list[Node] = []
    body_frame: ScriptFrame | None = None
    for redirect in redirects:
        if redirect.type == "heredoc_redirect":
            shell.stdin, body_frame, more, files = _heredoc(shell, redirect)
            after += more
            outputs += files
        elif redirect.type == "herestring_redirect":
            value = next((c for c in redirect.children if c.is_named), None)
            shell.stdin = tuple(t + "\n" for t in text_readings(shell, value)) if value is not None else UNKNOWN
        else:
            outputs += _output(shell, redirect)
    stdin_frame, shell.stdin_frame = shell.stdin_frame, body_frame if body_frame is not None else shell.stdin_frame
    if outputs:
        readings, status = shell.captured(run)
        for path, adds in outputs:
            shell.write_file(path, readings, adds, body_frame or shell.flat_frame(node))
    elif after:
        readings, status = shell.captured(run)
        shell.stdin = readings
        status = _heredoc_rest(shell, after, status)
    else:
        status = run()
    shell.stdin_frame = stdin_frame
    shell.stdin = saved
    return status


def _heredoc_rest(shell: Shell, after: list[Node], status: Status) -> Status:
    """`cat <<EOF | sh`: what stands behind the marker belongs to the command line."""
    first = after[0]
    if first.type == "pipeline":
        return shell.pipe([c for c in first.children if c.is_named], shell.stdin)
    if shell.stdin is not None:
        shell.write(shell.stdin)
    return second(shell, "&&" if any(c.type == "&&" for c in (first.parent or first).children) else "||", status, first)


def _heredoc(shell: Shell, redirect: Node) -> tuple[Readings, ScriptFrame, list[Node], list[tuple[str, bool]]]:
    body = next((c for c in redirect.children if c.type == "heredoc_body"), None)
    quoted = any(text_of(c)[:1] in "'\"\\" for c in redirect.children if c.type == "heredoc_start")
    dashed = any(c.type == "<<-" for c in redirect.children)
    skipped = {"heredoc_body", "heredoc_start", "heredoc_end", "<<", "<<-", "file_redirect", "file_descriptor"}
    more = [c for c in redirect.children if c.type not in skipped and c.is_named]
    files = [f for c in redirect.children if c.type == "file_redirect" for f in _output(shell, c)]
    frame = ScriptFrame(
        shell.frame.name, shell.frame.row(body if body is not None else redirect), False, shell.frame.flat
    )
    if body is None:
        return EMPTY, frame, more, files
    if quoted:
        shell.frame.account_for(body)
        readings: Readings = (text_of(body),)
        frame.exact = shell.frame.exact and not dashed
    else:
        readings = heredoc_readings(shell, body)
    if dashed:
        readings = tuple("\n".join(line.lstrip("\t") for line in text.split("\n")) for text in readings)
    return readings, frame, more, files


def _output(shell: Shell, redirect: Node) -> list[tuple[str, bool]]:
    """The files that a redirection writes; what it reads becomes the input."""
    operator = next((c.type for c in redirect.children if c.type[:1] in "<>&"), "")
    targets = [c for c in redirect.children if c.is_named and c.type not in {"file_descriptor", "ERROR"}]
    numbers = [text_of(c) for c in redirect.children if c.type == "file_descriptor"]
    paths: list[str] = []
    for target in targets[:1]:
        paths = list(text_readings(shell, target)[:2])
    for target in targets[1:]:
        shell.frame.account_for(target)
    for path in paths:
        if path.startswith(("/dev/tcp/", "/dev/udp/")) and names_host(path):
            line, column = shell.place(redirect)
            shell.found(Flaw.NOT_UNDERSTOOD, path, line, column)
            return []
    if operator in {"<"}:
        shell.stdin = shell.file_text(paths[0]) if paths else UNKNOWN
        return []
    if operator in {">&", "<&", "&>", "&>>"} or (numbers and numbers[0] != "1"):
        return [] if operator != "&>" else [(p, False) for p in paths]
    return [(path, operator == ">>") for path in paths]


def file_readings(shell: Shell, redirect: Node) -> Readings:
    """What is in the file that a redirection reads."""
    target = next((c for c in redirect.children if c.is_named), None)
    return shell.file_text(text_readings(shell, target)[0]) if target is not None else UNKNOWN
