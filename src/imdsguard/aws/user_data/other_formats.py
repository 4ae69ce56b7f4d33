"""User data of other kinds: Ignition, Bottlerocket, EC2Launch v2, NodeConfig; what is none of these is not read.

Sources: coreos.github.io/ignition, "Configuration specifications"; bottlerocket.dev, "Settings reference"; EC2 User
Guide, "EC2Launch v2 task definitions" (`executeScript`, `executeProgram`).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from imdsguard.aws.user_data.envelope import Opened, not_read, opened, together, unpacked
from imdsguard.aws.user_data.metadata_service import names_host
from imdsguard.aws.user_data.script import GAP, File, Language, Script
from imdsguard.aws.user_data.yaml_nodes import NotYamlError, entries, items, root_of, scalar
from imdsguard.model.reason import Reason, ReasonKind

if TYPE_CHECKING:
    from yaml import Node

_MOST = 200
_LANGUAGES = {"powershell": Language.POWERSHELL, "batch": Language.BATCH}


def read_other_format(text: str, name: str, line: int) -> Opened | None:
    """Read a format that a first line gives away; None for what looks like a script of the shell."""
    first = next((each.strip() for each in text.splitlines() if each.strip()), "")
    if re.match(r"\s*\{\s*(?:\"|\})", text):
        return _json(text, name)
    if first.startswith("<?xml") or re.match(r"<[a-zA-Z][\w:-]*[ >]", first):
        return _unread(name, "XML") if not first.lower().startswith("<persist>") else None
    if re.fullmatch(r"\[{1,2}[\w.\"' -]+\]{1,2}\s*(?:#.*)?", first) or re.match(r"settings\.[\w.-]+\s*=", first):
        return _toml(text, name, line)
    if first.startswith("---") or first == "%YAML" or re.match(r"(?:- )?[\w.-]+:(?:\s|$)", first):
        return _yaml(text, name, line)
    return None


def _unread(name: str, what: str) -> Opened:
    return not_read(ReasonKind.FORMAT_UNREAD, name, what)


def _json(text: str, name: str) -> Opened:
    try:
        data = json.loads(
            text if GAP not in text else re.sub(rf"(?<=[:\[,])(\s*){GAP}+(?=\s*[,\]}}])", r"\1null", text)
        )
    except (ValueError, RecursionError):
        return not_read(ReasonKind.JSON_BROKEN, name)
    if not isinstance(data, dict):
        return _unread(name, "JSON")
    if isinstance(data.get("ignition"), dict):
        return _ignition(data, name, text)
    if "node.eks.aws" in str(data.get("apiVersion")):
        return Opened()
    return _unread(name, "JSON that is no Ignition")


def _ignition(data: dict[str, Any], name: str, source_text: str) -> Opened:
    def line_of(what: str) -> int:
        return source_text.count("\n", 0, max(source_text.find(json.dumps(what)), 0)) + 1

    files: list[File] = []
    unread: list[Reason] = []
    for each in _dicts(_of(data, "storage", "files")):
        path = str(each.get("path"))
        for contents in [each.get("contents"), *_dicts(each.get("append"))]:
            source = _of(contents, "source")
            if contents is None or not isinstance(source, str):
                continue
            text = _data_url(source, bool(contents.get("compression")))
            if text is None:
                unread.append(Reason(ReasonKind.FETCHED_FROM, f"{name}: {path}", source[:80]))
            else:
                mode = each.get("mode")
                executable = isinstance(mode, int) and bool(mode & 0o111)
                files.append(File(f"{name}, {path}", path, text, line_of(path), executable=executable, flat=True))
    for unit in _dicts(_of(data, "systemd", "units")):
        for part in [unit, *_dicts(unit.get("dropins"))]:
            if isinstance(part.get("contents"), str):
                label = str(unit.get("name"))
                path = f"/etc/systemd/system/{label}.service"
                files.append(File(f"{name}, {label}", path, part["contents"], line_of(label), flat=True))
    if any(_of(data, "ignition", "config", kind) for kind in ("append", "merge", "replace")):
        unread.append(Reason(ReasonKind.FETCHED_AT_BOOT, name, "what its ignition.config adds"))
    return Opened((), tuple(unread), tuple(files))


def _data_url(source: str, packed: bool) -> str | None:
    if not source:
        return ""
    found = re.match(r"data:([^,]*),", source)
    if found is None:
        return None
    rest = _unquoted(source[found.end() :])
    if found[1].endswith("base64") or packed:
        return unpacked(rest.encode())[0].decode(errors="replace") if len(rest) >= 16 else _short(rest)
    return rest


def _unquoted(text: str) -> str:
    """The text without the percent signs of a URL."""
    data = re.sub(rb"%([0-9a-fA-F]{2})", lambda m: bytes([int(m[1], 16)]), text.encode())
    return data.decode(errors="replace")


def _short(text: str) -> str:
    import base64

    try:
        return base64.b64decode(text).decode(errors="replace")
    except ValueError:
        return text


def _of(data: Any, *keys: str) -> Any:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value[:_MOST] if isinstance(each, dict)] if isinstance(value, list) else []


def _toml(text: str, name: str, line: int) -> Opened:
    """Settings of Bottlerocket. Its containers get their user data in base64; its commands are those of apiclient."""
    from imdsguard.aws.user_data.toml_text import NotTomlError, toml_of

    try:
        data = toml_of(text)
    except NotTomlError:
        return not_read(ReasonKind.TOML_BROKEN, name)
    if set(data) != {"settings"}:
        return _unread(name, "TOML that is not Bottlerocket's")
    found: list[Opened] = []
    settings = data["settings"]
    for kind in ("host-containers", "bootstrap-containers"):
        containers = _of(settings, kind)
        for label, container in containers.items() if isinstance(containers, dict) else ():
            given = _of(container, "user-data")
            if isinstance(given, str) and given:
                inner = unpacked(given.encode())[0].decode(errors="replace")
                if inner.startswith("#!"):
                    found.append(opened(inner, f"{name}, {kind}.{label}", line, exact=False, depth=1))
                elif names_host(inner):
                    found.append(_unread(name, f"the user data of {kind}.{label}"))
    rest = json.dumps({k: v for k, v in settings.items() if k not in {"host-containers", "bootstrap-containers"}})
    if names_host(rest):
        found.append(not_read(ReasonKind.SETTINGS_NAME_SERVICE, name))
    return together(found)


def _yaml(text: str, name: str, line: int) -> Opened:
    try:
        node = root_of(text)
    except NotYamlError as problem:
        return not_read(ReasonKind.YAML_BROKEN, name, cause=problem.reason)
    found = dict(entries(node))
    if "tasks" in found and "version" in found:
        return _ec2launch(found["tasks"], name, line)
    if "node.eks.aws" in (scalar(found.get("apiVersion")) or "") and not names_host(text):
        return Opened()
    return _unread(name, "YAML that is no cloud-config")


def _ec2launch(tasks: Node, name: str, line: int) -> Opened:
    found: list[Opened] = []
    for task in items(tasks)[:_MOST]:
        fields = dict(entries(task))
        kind = scalar(fields.get("task")) or ""
        inputs = items(fields.get("inputs")) or [fields["inputs"]] if "inputs" in fields else []
        for each in inputs:
            given = dict(entries(each))
            content = given.get("content")
            language = _LANGUAGES.get((scalar(given.get("type")) or "").lower())
            if kind == "executeScript" and content is not None and language is not None:
                start = line + content.start_mark.line + (1 if getattr(content, "style", "") in {"|", ">"} else 0)
                script = Script(f"{name}, executeScript", language, scalar(content) or "", start, exact=False)
                found.append(Opened((script,)))
            elif kind == "executeProgram":
                arguments = [scalar(word) or "" for word in items(given.get("arguments"))]
                words = " ".join([scalar(given.get(key)) or "" for key in ("path", "arguments")] + arguments)
                found.append(
                    Opened(
                        (Script(f"{name}, executeProgram", Language.BATCH, words, line + each.start_mark.line, False),)
                    )
                )
            elif kind == "executeScript":
                found.append(not_read(ReasonKind.TYPE_UNKNOWN, name))
    return together(found)
