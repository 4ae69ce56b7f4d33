"""What imdsguard says of the same code, read from source and from the plan that real Terraform made of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from imdsguard.aws.estate import build
from imdsguard.aws.types.registry import supported_types
from imdsguard.model.estate import Estate
from imdsguard.model.launch import Launch, State
from imdsguard.model.option import HTTP_ENDPOINT, SERVICE_DEFAULTS, Source
from imdsguard.model.reason import Reason
from imdsguard.model.resource import Resource
from imdsguard.report.reasons import sentence
from imdsguard.terraform.documents import read_document
from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.join.planned import read_planned
from imdsguard.terraform.read import read

PLAN_CANNOT_TELL = (
    "a plan does not show what local.",
    "a plan does not show dynamic blocks",
    "a plan does not show what a dynamic block sets its arguments to",
    "a plan does not show how it depends on ",
    "a plan does not show which of ",
    "a plan does not show what a function of constants gives",
)
"""Reasons for which a plan may leave open what its source code shows: no locals or operators are in it."""

SOURCE_CANNOT_TELL = ("data source", "data.")
"""Reasons for which source may leave open what a plan shows: Terraform has asked AWS."""


STUB_SAYS = {
    ("aws_instance", "http_protocol_ipv6"): "disabled",
    ("aws_spot_instance_request", "http_protocol_ipv6"): "disabled",
}
"""Defaults that the stand-in for the provider plans and provider 6 does not have (the oracle's "Known faults")."""


@dataclass(frozen=True)
class Difference:
    """One answer that differs between the two readings."""

    address: str
    what: str
    source: str
    plan: str

    def __str__(self) -> str:
        return f"{self.address}: {self.what}: source says {self.source}, plan says {self.plan}"


def estate_of_source(folder: Path, *var_files: str) -> Estate:
    """Read a root module in the workspace in which the oracle plans. It must be without problems."""
    given = Inputs(var_files=tuple(str(folder / name) for name in var_files), workspace="default")
    reading = read([str(folder)], given, supported_types())
    assert not reading.problems, "\n".join(map(str, reading.problems))
    (root,) = [root for root in reading.roots if root.resources] or [None]
    return build([(root.stack, root.resources)] if root is not None else [])


def estate_of_plan(plan: bytes) -> Estate:
    """Read a plan, which must be without problems."""
    root, problems = read_document("plan.json", plan, supported_types())
    assert not problems, "\n".join(map(str, problems))
    return build([(root.stack, root.resources)])


def estate_of_plan_at_source(folder: Path, plan: bytes) -> Estate:
    """Read a plan together with the code that it was made of, which must belong together."""
    reading = read_planned("plan.json", plan, str(folder), Inputs(workspace="default"), supported_types())
    assert not reading.problems, "\n".join(map(str, reading.problems))
    (root,) = reading.roots
    return build([(root.stack, root.resources)])


def differences_of_places(source: Estate, joined: Estate) -> list[Difference]:
    """Compare where a plan at its source says that things are with where the source says it.

    What decides tokens may be known to the plan alone; then it stands elsewhere, but never in the document.
    """
    found: list[Difference] = []
    launches = {launch.address: launch for launch in joined.launches}
    for ours in source.launches:
        real = launches.get(ours.address)
        if real is None:
            continue
        places = [("resource", ours.resource.place, real.resource.place)]
        places += [("calls", ours.resource.calls, real.resource.calls)]
        if ours.tokens.source is real.tokens.source and ours.tokens.value == real.tokens.value:
            places.append(("tokens", ours.tokens.place, real.tokens.place))
        found += [Difference(ours.address, what, f"{one}", f"{other}") for what, one, other in places if one != other]
        if ours.state is not State.UNKNOWN and _excused(None, _reason(real)):
            found.append(Difference(ours.address, "what the plan hides", ours.state.value, f"{_why(real.reason)}"))
        if real.place.file == "plan.json":
            found.append(Difference(ours.address, "place", f"{ours.place}", f"{real.place}"))
    return found


def differences(source: Estate, plan: Estate) -> list[Difference]:
    """Compare launches, Region defaults and alarms, answer by answer."""
    found: list[Difference] = []
    for name in ("launches", "region_defaults", "alarms"):
        ours = {thing.resource.address: thing for thing in getattr(source, name)}
        real = {thing.resource.address: thing for thing in getattr(plan, name)}
        found += [Difference(address, name, "it is there", "it is not") for address in ours.keys() - real.keys()]
        found += [Difference(address, name, "it is not there", "it is") for address in real.keys() - ours.keys()]
        for address in sorted(ours.keys() & real.keys()):
            found += _bindings(address, ours[address].resource, real[address].resource)
    launches = {launch.address: launch for launch in plan.launches}
    for launch in source.launches:
        if launch.address in launches:
            found += _launch(launch, launches[launch.address])
    return found


def _bindings(address: str, ours: Resource, real: Resource) -> Iterable[Difference]:
    """Compare whose account and which Region; where source leaves the Region to the environment, a plan may know it."""
    for what in ("name", "account"):
        if getattr(ours.provider, what) != getattr(real.provider, what):
            yield Difference(
                address, f"provider {what}", f"{getattr(ours.provider, what)}", f"{getattr(real.provider, what)}"
            )
    if getattr(ours.region, "value", None) not in (None, getattr(real.region, "value", None)):
        yield Difference(address, "region", str(ours.region), str(real.region))


def _launch(ours: Launch, real: Launch) -> Iterable[Difference]:
    endpoint = _why(ours.options[HTTP_ENDPOINT].reason), _why(real.options[HTTP_ENDPOINT].reason)
    # With tokens required, an endpoint that may be off or on is "required" to the one who cannot tell.
    both_safe = {ours.state, real.state} == {State.REQUIRED, State.DISABLED} and _excused(*endpoint)
    if not _excused(_reason(ours), _reason(real)) and ours.state is not real.state and not both_safe:
        said = [f"{launch.state.value} ({_why(launch.reason)})" for launch in (ours, real)]
        yield Difference(ours.address, "state", *said)
    for name, option in ours.options.items():
        other = real.options[name]
        if other.source is Source.LAUNCH and STUB_SAYS.get((ours.resource.type, name)) == other.value:
            continue
        if _excused(_why(option.reason), _why(other.reason)):
            continue
        values = [_effective(launch, name) for launch in (ours, real)]
        if values[0] != values[1]:
            yield Difference(
                ours.address, name, f"{values[0]} from {option.source.value}", f"{values[1]} from {other.source.value}"
            )
    # Where one cannot tell the state, the other may say that nothing is refused yet: what is asked of both then is who
    # watches once tokens are required.
    same = ours.state is real.state
    covers = (ours.coverage, real.coverage) if same else (ours.once_required, real.once_required)
    if covers[0].covered != covers[1].covered and not _excused(_why(covers[0].reason), _why(covers[1].reason)):
        yield Difference(ours.address, "alarm", f"{covers[0]}", f"{covers[1]}")


def _reason(launch: Launch) -> str | None:
    return sentence(launch.reason) if launch.state is State.UNKNOWN else None


def _why(reason: Reason | None) -> str | None:
    return sentence(reason) or None


def _effective(launch: Launch, name: str) -> object:
    """The value that holds: a default written out by the provider is as good as the service's."""
    option = launch.options[name]
    if option.source is Source.UNKNOWN:
        return "unknown"
    return SERVICE_DEFAULTS[name] if option.value is None else option.value


def _excused(ours: str | None, real: str | None) -> bool:
    """Whether one side has a good reason not to know what the other knows."""
    if real is not None and any(text in real for text in PLAN_CANNOT_TELL):
        return True
    return ours is not None and real is None and any(text in ours for text in SOURCE_CANNOT_TELL)
