"""Cloud-config: the files that it writes, the commands that it runs, and what in it names the metadata service.

Source: cloud-init documentation, "Module reference" (write_files, runcmd, bootcmd, snap, power_state, phone_home).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.user_data.envelope import MOST_PARTS, Opened, not_read, opened, together, unpacked
from imdsguard.aws.user_data.metadata_service import names_host
from imdsguard.aws.user_data.script import GAP, File, Language, Script
from imdsguard.aws.user_data.yaml_nodes import NotYamlError, entries, items, root_of, scalar, scalars
from imdsguard.model.reason import ReasonKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml import Node

_COMMANDS = ("bootcmd", "runcmd")
_OWN = frozenset({"datasource", "datasource_list", "packages", "package_update", "package_upgrade"})
"""What cloud-init does by itself, with tokens (since 19.4), or what makes no call."""


def read_cloud_config(text: str, name: str, line: int, depth: int) -> Opened:
    """Read a cloud-config, or an archive of several pieces."""
    try:
        node = root_of(text)
    except NotYamlError as problem:
        where = str(line + problem.line) if problem.line is not None else ""
        return not_read(ReasonKind.CLOUD_CONFIG_BROKEN, name, where, problem.reason)
    if text.lstrip("\ufeff \n").startswith("#cloud-config-archive"):
        return _archive(node, name, line, depth)
    found: list[Opened] = []
    for key, value in entries(node):
        if key == "write_files":
            found.append(Opened(files=tuple(_files(value, line))))
        elif key in _COMMANDS:
            found.append(Opened(tuple(_commands(key, value, line))))
            if any(scalar(item) and not (scalar(item) or "").strip(f"{GAP} \n") for item in items(value)):
                found.append(not_read(ReasonKind.COMMAND_UNKNOWN, name, key))
        elif key == "snap":
            for inner, commands in entries(value):
                if inner == "commands":
                    found.append(Opened(tuple(_commands("snap", commands, line))))
        elif key not in _OWN:
            found += [
                not_read(ReasonKind.KEY_NAMES_SERVICE, f"{name}: {key}", str(line + each.start_mark.line))
                for each in scalars(value)
                if names_host(each.value)
            ]
    return together(found)


def _archive(node: Node | None, name: str, line: int, depth: int) -> Opened:
    found = []
    for item in items(node)[:MOST_PARTS]:
        content = dict(entries(item)).get("content", item)
        text = scalar(content)
        if text is not None:
            kind = scalar(dict(entries(item)).get("type")) or ""
            head = "#cloud-config\n" if kind == "text/cloud-config" and not text.startswith("#cloud-config") else ""
            found.append(opened(head + text, name, line + content.start_mark.line, exact=False, depth=depth + 1))
    return together(found)


def _commands(key: str, node: Node, line: int) -> Iterator[Script]:
    from shlex import quote

    for item in items(node)[:MOST_PARTS]:
        text = scalar(item)
        if text is None:
            words = [scalar(word) for word in items(item)]
            if not words or None in words:
                continue
            text = " ".join(quote(word) for word in words if word is not None)
        first = item.start_mark.line + (1 if getattr(item, "style", None) in {"|", ">"} else 0)
        yield Script(key, Language.SHELL, text, line + first, exact=False, session=key)


def _files(node: Node, line: int) -> Iterator[File]:
    for item in items(node)[:MOST_PARTS]:
        found = dict(entries(item))
        content = found.get("content")
        text = scalar(content)
        if content is None or text is None:
            continue
        path = scalar(found.get("path")) or "?"
        if scalar(found.get("encoding")):
            text = unpacked(text.encode())[0].decode(errors="replace")
        first = content.start_mark.line + (1 if getattr(content, "style", None) in {"|", ">"} else 0)
        mode = scalar(found.get("permissions")) or ""
        yield File(f"write_files {path}", path, text, line + first, executable=any(d in "1357" for d in mode[-3:]))
