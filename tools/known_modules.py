"""What versions of a public module can make, read from its git repository: the evidence of `run/modules.yaml`.

    python tools/known_modules.py ENTRIES REPOSITORY...   writes the entries of these repositories to the file ENTRIES
    python tools/known_modules.py --check ENTRIES REPOSITORY...   says which entries do not follow from what is read

A REPOSITORY is `NAMESPACE/NAME/PROVIDER=GIT_DIRECTORY`; with `//FOLDER` after the provider it is that submodule alone.
All tags that are versions are read, and in each all Terraform files but those below examples and tests (of a submodule:
those below its folder, and below the folders of the repository that they call): which resource types they declare, and
which modules they call. A version launches nothing if neither it nor a version of a module that it may call declares
anything that may.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from imdsguard.aws.types.registry import FILES
from imdsguard.terraform.source.module_address import parse_address
from imdsguard.terraform.source.tree import is_local
from imdsguard.terraform.source.version_constraint import ModuleVersion, VersionConstraint

if TYPE_CHECKING:
    from collections.abc import Iterator

LAUNCH_FILES = set(FILES) - {"region_defaults", "cloudwatch", "boot_data"}
LAUNCHES = {
    *(name for file in LAUNCH_FILES for name in FILES[file] if not name.startswith("data.")),
    # What they make stands elsewhere, or in text: it may be anything.
    *("aws_cloudformation_stack", "aws_cloudformation_stack_set", "aws_cloudcontrolapi_resource"),
    *("aws_servicecatalog_provisioned_product", "aws_serverlessapplicationrepository_cloudformation_stack"),
    *("kubernetes_manifest_v1", "aws_imagebuilder_image_pipeline"),
} - {"aws_ec2_tag", "aws_autoscaling_group_tag"}
ONLY_WITH = {
    "aws_eks_cluster": rb"\bcompute_config\b",  # Auto Mode; without it a cluster has no nodes of its own
    "aws_ecs_capacity_provider": rb"\bmanaged_instances_provider\b",  # else it has a group that is given
}
"""Types that launch only where they have this block."""
MAKES = {
    "alarm": set(FILES["cloudwatch"])
    - {"aws_cloudwatch_event_rule", "aws_cloudwatch_event_target", "awscc_events_rule"},
    "region_default": set(FILES["region_defaults"]),
}
FEW = 3
"""Older stretches of fewer versions are no entry."""
SHOWN_ONLY = re.compile(r"(^|/)(examples?|tests?|fixtures)/")
RESOURCE = re.compile(rb'^[ \t]*resource[ \t]+"?([a-z0-9_]+)"?[ \t]+"', re.MULTILINE)
CALL = re.compile(rb'^[ \t]*module[ \t]+"[^"\n]+"[ \t]*\{(.*?)^[ \t]*\}', re.MULTILINE | re.DOTALL)
SOURCE = re.compile(rb'^[ \t]*source[ \t]*=[ \t]*"([^"\n]+)"', re.MULTILINE)
VERSION = re.compile(rb'^[ \t]*version[ \t]*=[ \t]*"([^"\n]+)"', re.MULTILINE)


HEADER = """\
# Public modules that launch no EC2 instance, and in which versions: written by tools/known_modules.py, never by hand.
#
# versions   what was read of it: no lower bound where the first tag launches nothing; `<=` the newest tag; `<` the
#            first version after the stretch that may launch something (or calls a module that was not read)
# read       how many tags were read, and the first and the last of them with their commits. In each: the resource
#            types of all Terraform files but those of examples and tests, and the modules that they call. Of an entry
#            for a submodule (`//`): of the files below its folder, and below the folders that they call
# may_make   what else somebody asks for that it can make: alarm, region_default
"""


@dataclass
class Contents:
    """What the files of one version declare. `local` are the sources of calls that stay in the repository."""

    types: set[str] = field(default_factory=set)
    switches: set[str] = field(default_factory=set)
    calls: set[tuple[str, str | None]] = field(default_factory=set)
    local: set[str] = field(default_factory=set)

    def add(self, other: Contents) -> None:
        """Take in what another file holds."""
        self.types |= other.types
        self.switches |= other.switches
        self.calls |= other.calls
        self.local |= other.local

    @property
    def launches(self) -> set[str]:
        """The types that may launch instances."""
        return {each for each in self.types & LAUNCHES if each not in ONLY_WITH or each in self.switches}


@dataclass
class Module:
    """A module with what each of its versions holds, in their order. `commits` are those of the tags."""

    name: str
    versions: dict[ModuleVersion, Contents]
    commits: dict[ModuleVersion, str]
    tags: dict[ModuleVersion, str]


def git(directory: str, *arguments: str, given: bytes | None = None) -> bytes:
    """What git writes."""
    return subprocess.run(
        ["git", f"--git-dir={directory}", *arguments], input=given, capture_output=True, check=True
    ).stdout


def read_module(name: str, directory: str) -> Module:
    """Read all versions of a module."""
    tags: dict[ModuleVersion, tuple[str, str]] = {}
    listed = git(directory, "for-each-ref", "--format=%(refname:short) %(objectname) %(*objectname)", "refs/tags")
    for line in listed.decode().splitlines():
        tag, *objects = line.split()
        version = ModuleVersion.parse(tag)
        if version is not None and not version.pre and tag.count(".") >= 2:  # `v1` follows the newest one
            tags[version] = (tag, objects[-1])
    files = {version: dict(files_of(directory, tags[version][1])) for version in sorted(tags)}
    contents = read_blobs(directory, sorted({blob for blobs in files.values() for blob in blobs.values()}))
    versions = {}
    for version, blobs in files.items():
        read = reached_from(name.partition("//")[2], {path: contents[blob] for path, blob in blobs.items()})
        if not read:
            continue  # it had no such folder yet
        versions[version] = Contents()
        for each in read:
            versions[version].add(each)
    return Module(name, versions, {v: c for v, (_, c) in tags.items()}, {v: t for v, (t, _) in tags.items()})


def reached_from(folder: str, files: dict[str, Contents]) -> list[Contents]:
    """What is in the files below a folder ("": in all), and below the folders that they call."""
    reached: dict[str, Contents] = {}
    todo = [folder]
    while todo:
        prefix = f"{todo.pop()}/".removeprefix("/")
        found = {path: each for path, each in files.items() if path.startswith(prefix) and path not in reached}
        reached.update(found)
        for path, each in found.items():
            todo += [normpath(join(dirname(path), source)).removeprefix(".") for source in each.local]
    return list(reached.values())


def files_of(directory: str, commit: str) -> Iterator[tuple[str, str]]:
    """The Terraform files of a commit, each with its object."""
    for line in git(directory, "ls-tree", "-r", "-z", commit).split(b"\0"):
        head, _, path = line.partition(b"\t")
        if path.endswith((b".tf", b".tf.json", b".tofu")) and not SHOWN_ONLY.search(path.decode()):
            yield path.decode(), head.split()[2].decode()


def read_blobs(directory: str, blobs: list[str]) -> dict[str, Contents]:
    """Read files, each once."""
    out = git(directory, "cat-file", "--batch", given="".join(f"{blob}\n" for blob in blobs).encode())
    found, at = {}, 0
    for blob in blobs:
        end = out.index(b"\n", at)
        size = int(out[at:end].split()[2])
        found[blob] = read_file(out[end + 1 : end + 1 + size])
        at = end + size + 2
    return found


def read_file(text: bytes) -> Contents:
    """Read what one file declares."""
    found = Contents({name.decode() for name in RESOURCE.findall(text)})
    found.switches = {name for name, pattern in ONLY_WITH.items() if re.search(pattern, text)}
    blocks = CALL.findall(text)
    if text.count(b"module") and len(blocks) < len(re.findall(rb'^[ \t]*module[ \t]+"', text, re.MULTILINE)):
        found.calls.add(("?", None))
    for block in blocks:
        source, version = SOURCE.search(block), VERSION.search(block)
        if source is None:
            found.calls.add(("?", None))
        elif is_local(source[1].decode()):
            found.local.add(source[1].decode())
        else:
            found.calls.add((source[1].decode(), version[1].decode() if version else None))
    return found


class Survey:
    """All modules that were read, and which of their versions may launch instances."""

    def __init__(self, modules: list[Module]) -> None:
        self.modules = {module.name: module for module in modules}
        self.bad: dict[str, dict[ModuleVersion, str]] = {name: {} for name in self.modules}
        self.makes: dict[str, dict[ModuleVersion, set[str]]] = {}
        for module in modules:
            self.makes[module.name] = {
                version: {made for made, types in MAKES.items() if contents.types & types}
                for version, contents in module.versions.items()
            }
            for version, contents in module.versions.items():
                if contents.launches:
                    self.bad[module.name][version] = ", ".join(sorted(contents.launches))
        while self._spread():
            pass

    def _spread(self) -> bool:
        changed = False
        for module in self.modules.values():
            for version, contents in module.versions.items():
                for call, asked in contents.calls:
                    why, made = self._called(call, asked)
                    if why and version not in self.bad[module.name]:
                        self.bad[module.name][version] = why
                        changed = True
                    if made - self.makes[module.name][version]:
                        self.makes[module.name][version] |= made
                        changed = True
        return changed

    def _called(self, source: str, asked: str | None) -> tuple[str, set[str]]:
        address = parse_address(source)
        name = next((n.removeprefix("registry.terraform.io/") for n in address.names if n.count("/") == 3), "")
        module = self.modules.get(name)
        if module is None:
            return f"calls {source}", set()
        text = asked or re.sub(r"^(refs/)?(tags/)?", "", address.ref)
        constraint = VersionConstraint.parse(text) if text else None
        chosen = [v for v in module.versions if constraint is None or constraint.admits(v)]
        if text and not chosen:
            chosen = list(module.versions)  # a branch or a commit: any of them
        version = max(chosen)
        why = self.bad[name].get(version, "")
        return (f"calls {source} {asked or ''}: {why}" if why else ""), self.makes[name][version]

    def entries(self, name: str) -> list[str]:
        """The stretches of versions that launch nothing, as entries of the table."""
        module = self.modules[name]
        stretches: list[list[ModuleVersion]] = [[]]
        order = sorted(module.versions)
        for version in order:
            if version in self.bad[name]:
                stretches.append([])
            else:
                stretches[-1].append(version)
        found = []
        for stretch in filter(None, stretches):
            first, last = stretch[0], stretch[-1]
            if last != order[-1] and len(stretch) < FEW:
                continue
            terms = [] if first == order[0] else [f">= {first}"]
            terms.append(f"<= {last}" if last == order[-1] else f"< {order[order.index(last) + 1]}")
            made = sorted(set().union(*(self.makes[name][version] for version in stretch)))
            below = name.partition("//")[2]
            read = f"{below and f'{below} in '}{len(stretch)} tags, " + " to ".join(
                f"{module.tags[version]} ({module.commits[version][:12]})" for version in dict.fromkeys((first, last))
            )
            lines = [f"- source: {name}", f'  versions: "{", ".join(terms)}"', f"  read: {read}"]
            lines += [f"  may_make: [{', '.join(made)}]"] if made else []
            found.append("\n".join(lines))
        return found


def main(arguments: list[str]) -> int:
    """Write the entries, or hold them against what is there."""
    check = arguments[:1] == ["--check"]
    file, *repositories = arguments[check:]
    survey = Survey([read_module(*each.split("=", 1)) for each in repositories])
    entries = [entry for name in sorted(survey.modules) for entry in survey.entries(name)]
    for name in sorted(survey.modules):
        reasons = defaultdict(list)
        for version, why in survey.bad[name].items():
            reasons[why].append(version)
        for why, versions in reasons.items():
            print(f"{name}: {min(versions)} to {max(versions)} ({len(versions)}) may launch: {why}")
    if check:
        told = Path(file).read_text(encoding="utf-8")
        missing = [entry for entry in entries if entry not in told]
        print("\n".join(missing))
        return 1 if missing else 0
    Path(file).write_text(HEADER + "\n".join(entries) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
