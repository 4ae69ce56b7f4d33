"""What to write instead, where a person can write it: at the switch that decides, in the syntax of the file.

A rule says what the setting must be. Here it is looked up where that comes from, and what is named is proved: with it,
the setting is what the rule asks for.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from imdsguard.model.finding import Verdict
from imdsguard.model.option import OPTIONS, Source
from imdsguard.model.record import replace
from imdsguard.model.value import Known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.model.environment import Stack
    from imdsguard.model.estate import Estate
    from imdsguard.model.finding import Finding
    from imdsguard.model.launch import Launch
    from imdsguard.model.place import Place
    from imdsguard.model.resource import Resource
    from imdsguard.terraform.decided.changes import ValueChange

MOST = 20
"""So many proposals are tried for one setting."""
_SETTING = re.compile(rf'^ *({"|".join(OPTIONS)}) *= "?([a-z0-9-]+)"?$', re.MULTILINE)
_MODULE = re.compile(r"(?:^|\.)module\.([\w-]+)")
_ENVIRONMENT = re.compile("env|stage|tier|workspace|account|region", re.IGNORECASE)
_BLOCK = "metadata_options {"


def with_remedies(findings: tuple[Finding, ...], estate: Estate) -> tuple[Finding, ...]:
    """Give the findings with what to write where it can be written; passes, and what cannot be told, as they are."""
    wanted = [each for each in findings if each.verdict is Verdict.FAIL and each.remedy and each.resource is not None]
    if not wanted:
        return findings
    said = _Remedies(estate)
    return tuple(
        replace(each, remedy=said.of(each)) if each.verdict is Verdict.FAIL and each.remedy else each
        for each in findings
    )


class _Remedies:
    """The remedies of one run: each setting of a resource is looked up once."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._resources: dict[tuple[Stack, str], Resource] | None = None
        self._found: dict[tuple[object, ...], str] = {}

    def of(self, finding: Finding) -> str:
        """Give what to write instead."""
        resource = finding.resource
        if resource is None:
            return finding.remedy
        setting = _setting(finding)
        launch = self._estate.launch_at(resource.stack, resource.address) if setting is not None else None
        if setting is not None and launch is not None and _comes_from_elsewhere(launch, setting[0], resource):
            key = (resource.stack, resource.address, setting)
            if key not in self._found:
                self._found[key] = self._at_the_switch(launch, setting)
            if self._found[key]:
                return self._found[key]
        if setting is not None and finding.place is not None and _is_read_downloaded(resource, finding.place):
            return _newer_version(finding.place, setting, resource)
        return _in_its_syntax(finding.remedy, resource)

    def _at_the_switch(self, launch: Launch, setting: tuple[str, str]) -> str:
        """Say what to write where the setting comes from; "" where nothing is proved."""
        from imdsguard.terraform.decided.changes import in_words
        from imdsguard.terraform.decided.supposed import supposed_option

        name, value = setting
        for resource, path, change in islice(self._proposals(launch, setting), MOST):
            if _is_the_argument(change, launch.options[name].place) or _switches_environments(change, value):
                continue
            if _can_be_edited(change):
                found = supposed_option(resource, path, name, change)
                if isinstance(found, Known) and str(found.value) == value:
                    return in_words(change)
        return ""

    def _proposals(
        self, launch: Launch, setting: tuple[str, str]
    ) -> Iterator[tuple[Resource, tuple[str, ...], ValueChange]]:
        from imdsguard.aws.types.option_paths import options_path
        from imdsguard.run.deciding import deciding
        from imdsguard.terraform.decided.option_places import option_changes

        name, text = setting
        if self._resources is None:
            self._resources = {(each.resource.stack, each.address): each.resource for each in self._estate.launches}
        for resource in deciding(launch, name, self._resources, self._estate):
            path = options_path(resource)
            for change in option_changes(resource, path, name, _written(text)) if path is not None else ():
                yield resource, path or (), change


def _setting(finding: Finding) -> tuple[str, str] | None:
    """Give the option that a remedy sets, with its value; None for one that does anything else."""
    if finding.instead is not None:
        named = [(name, str(value)) for name, value in finding.instead.arguments if name in OPTIONS]
        return named[0] if len(named) == len(finding.instead.arguments) == 1 else None
    lines = finding.remedy.splitlines()
    if len(lines) > 1 and lines[0] != _BLOCK:
        return None
    found = [match.groups() for match in _SETTING.finditer(finding.remedy)]
    return (found[-1][0], found[-1][1]) if found else None


def _written(text: str) -> str | int:
    return int(text) if text.isdecimal() else text


def _comes_from_elsewhere(launch: Launch, name: str, resource: Resource) -> bool:
    """Whether something else than the resource's own text may say what the option is."""
    option = launch.options[name]
    if len(option.trace) > 1 or resource.calls:
        return True
    return option.source is Source.SERVICE_DEFAULT and bool(launch.via or _has_options(resource))


def _has_options(resource: Resource) -> bool:
    """Whether the code of a resource has a place for options, though it sets none."""
    from imdsguard.aws.types.option_paths import options_path
    from imdsguard.terraform.source.body import SourceBody

    path, body = options_path(resource), resource.body
    if not path or not isinstance(body, SourceBody):
        return False
    return bool(body.merged.nested(path[0])) or body.merged.expression(path[0]) is not None


def _switches_environments(change: ValueChange, wanted: str) -> bool:
    """Whether a change would say that this is another environment: nobody mends anything so."""
    from imdsguard.terraform.decided.changes import Replaced

    if not isinstance(change, Replaced) or not isinstance(change.value, str) or change.value == wanted:
        return False
    return _ENVIRONMENT.search(change.name) is not None


def _can_be_edited(change: ValueChange) -> bool:
    from imdsguard.terraform.decided.changes import place_of
    from imdsguard.terraform.decided.construct import FILE

    place = place_of(change)
    return bool(place.line) and not place.downloaded and place.file.rpartition("/")[2] != FILE


def _is_the_argument(change: ValueChange, place: Place | None) -> bool:
    """Whether a change is made in the argument itself, which the finding shows."""
    from imdsguard.terraform.decided.changes import place_of

    made = place_of(change)
    if place is None or made.file != place.file:
        return False
    start, end = (made.line, made.column), (made.end_line, made.end_column)
    return (place.line, place.column) <= start and end <= (place.end_line, place.end_column)


def _is_read_downloaded(resource: Resource, place: Place) -> bool:
    """Whether the source of a downloaded module was looked at, and is called at a place that can be edited."""
    from imdsguard.terraform.source.body import SourceBody

    return resource.place.downloaded and not place.downloaded and isinstance(resource.body, SourceBody)


def _newer_version(place: Place, setting: tuple[str, str], resource: Resource) -> str:
    """Say what is left where no argument of a downloaded module decides."""
    name, value = setting
    module = _MODULE.findall(resource.module)[-1]
    text = value if value.isdecimal() else f'"{value}"'
    where = f"{place.file}:{place.line}"
    return f'a version of module "{module}" ({where}) with {name} = {text}, or one that takes it as an argument'


def _in_its_syntax(remedy: str, resource: Resource) -> str:
    """Write a remedy in the syntax of the file that the resource is in, and name what that was generated from."""
    if not resource.place.file.endswith(".json"):
        return remedy
    from imdsguard.terraform.decided.construct import construct_of
    from imdsguard.terraform.decided.in_json import in_json

    construct = construct_of(resource)
    said = in_json(remedy)
    if not construct or remedy.startswith("resource "):
        return said
    return f"{said}\nin the construct {construct}, which this is generated from"
