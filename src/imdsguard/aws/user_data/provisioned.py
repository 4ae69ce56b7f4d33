"""Commands that Terraform's provisioners run on instances, and files that they put there first.

(Terraform language documentation, "remote-exec Provisioner", "file Provisioner", "Connection block")
"""

from __future__ import annotations

import posixpath
from functools import partial
from typing import TYPE_CHECKING

from imdsguard.aws.types.code_run import CodeRun, CommandLines, PlacedFile
from imdsguard.aws.types.registry import record_of
from imdsguard.aws.user_data.script import Language
from imdsguard.model.launch import Kind
from imdsguard.model.value import Absent, Known, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Body, Provisioner, Resource
    from imdsguard.model.value import Value

ADDRESSES = ("public_ip", "private_ip", "public_dns", "private_dns")
"""What a connection names an instance by."""


def provisioned_runs(resource: Resource, root: RootIndex) -> Iterator[CodeRun]:
    """Yield what the provisioners of a resource run, together for each machine: one finds what another left."""
    runs: dict[object, tuple[Value, list[CommandLines | PlacedFile]]] = {}
    for provisioner in resource.provisioners:
        host = _given(provisioner.connections, "host")
        key = host.value if isinstance(host, Known) else getattr(host, "references", ()) or None
        _, code = runs.setdefault(key, (host, []))
        code.extend(_commands(provisioner) if provisioner.kind == "remote-exec" else _put(provisioner))
    for host, code in runs.values():
        if any(isinstance(each, CommandLines) for each in code):
            yield CodeRun(f"{resource.address}, remote-exec", tuple(code), partial(reaches, resource, host, root))


def _given(connections: tuple[Body, ...], name: str) -> Value:
    """What the first connection says that says anything."""
    found = (value for each in connections if not isinstance(value := each.attribute(name), Absent))
    return next(found, Absent())


def _commands(provisioner: Provisioner) -> Iterator[CommandLines]:
    """The commands as they are run: lines in one shell, or each script in its own; Windows runs them as batch files."""
    kind = _given(provisioner.connections, "type"), _given(provisioner.connections, "target_platform")
    windows = text_of(kind[0]) == "winrm" or text_of(kind[1]) == "windows"
    inline = provisioner.body.attribute("inline")
    if not isinstance(inline, Absent):
        lines = inline.value if isinstance(inline, Known) and isinstance(inline.value, tuple) else (inline,)
        yield CommandLines(tuple(lines), Language.BATCH if windows else None)
    for argument in ("script", "scripts"):
        for file in provisioner.files(argument):
            shell = Language.POWERSHELL if file.name.lower().endswith(".ps1") else Language.BATCH if windows else None
            yield CommandLines((file.content,), shell)


def _put(provisioner: Provisioner) -> Iterator[PlacedFile]:
    """The files that are put on the machine; one whose path there cannot be told has none."""
    destination = text_of(provisioner.body.attribute("destination"))
    content = provisioner.body.attribute("content")
    if not isinstance(content, Absent):
        yield PlacedFile(destination or "", content)
    source = text_of(provisioner.body.attribute("source")) or ""
    for file in provisioner.files("source"):
        if not isinstance(file.content, Absent):
            yield PlacedFile(_path(source, file.name, destination or ""), file.content)


def _path(source: str, name: str, destination: str) -> str:
    """Where a file comes to lie: below the destination those of a folder, and one whose destination is a folder."""
    if name != source:
        below = name.removeprefix(source.rstrip("/") + "/")
        inside = below if source.endswith("/") else posixpath.join(posixpath.basename(source.rstrip("/")), below)
        return posixpath.join(destination, inside)
    return posixpath.join(destination, posixpath.basename(name)) if destination.endswith("/") else destination


def reaches(resource: Resource, host: Value, root: RootIndex, launch: Launch) -> bool | None:
    """Tell whether a connection is one to the instances of a launch.

    A plan shows no connection, and old Terraform needed none on an instance: there it is one to the instance itself.
    """
    if not launch.starts_instances or launch.kind is Kind.SERVICE:
        return False
    own = _launches(resource)
    if isinstance(host, Absent) or (isinstance(host, Known) and own):
        return launch.address == resource.address if own else None
    if isinstance(host, Known):
        body = launch.resource.body
        return True if any(text_of(body.attribute(name)) == host.value for name in ADDRESSES) else None
    machines = [root.find(reference) for reference in host.references]
    if not machines or any(each is None or not _launches(each) for each in machines):
        return None
    addresses = {each.address for each in machines if each is not None}
    return False if launch.address not in addresses else True if len(addresses) == 1 else None


def _launches(resource: Resource) -> bool:
    record = record_of(resource.kind)
    return record is not None and record.launches is not None
