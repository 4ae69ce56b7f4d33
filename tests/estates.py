"""Launches, defaults and alarms made by hand: what engine, reports and command line are tested with."""

from __future__ import annotations

from dataclasses import dataclass, replace

from imdsguard.model.account import ENVIRONMENT
from imdsguard.model.alarm import Alarm
from imdsguard.model.estate import Estate
from imdsguard.model.launch import Coverage, Kind, Launch, State
from imdsguard.model.option import Option, Source
from imdsguard.model.place import Place
from imdsguard.model.reason import refused
from imdsguard.model.region_default import RegionDefault
from imdsguard.model.resource import Blocks, Provider, Resource
from imdsguard.model.scope import Scope
from imdsguard.model.value import Absent, Known, Step, Value

SCOPE = Scope(ENVIRONMENT, "eu-west-1", "aws")
PROVIDER = Provider("aws", ENVIRONMENT, Known("eu-west-1"))


@dataclass(frozen=True)
class Empty:
    """A body with nothing in it."""

    place: Place

    def attribute(self, name: str) -> Value:
        return Absent(self.place)

    def blocks(self, name: str) -> Blocks:
        return Blocks()


def resource(address: str, place: Place, root: str = ".") -> Resource:
    kind, name = address.split(".")[-2:]
    return Resource(address, kind, name, Empty(place), PROVIDER, PROVIDER.region, root, place)


def launch(
    address: str = "aws_instance.web",
    state: State = State.OPTIONAL,
    *,
    file: str = "main.tf",
    line: int = 1,
    root: str = ".",
    reason: str | None = None,
    sensitive: bool = False,
) -> Launch:
    """A launch whose `http_tokens` is written three lines below its header, by way of a variable."""
    place = Place(file, line + 3, 19, line + 3, 29)
    trace = (Step("http_tokens", place), Step("var.tokens", Place("prod.tfvars", 2, 1)))
    if state is State.UNKNOWN:
        tokens = Option("http_tokens", None, Source.UNKNOWN, place, trace, refused(reason) if reason else None)
    else:
        tokens = Option("http_tokens", state.value, Source.LAUNCH, place, trace, sensitive=sensitive)
    hops = Option("http_put_response_hop_limit", None, Source.SERVICE_DEFAULT)
    return Launch(
        resource=resource(address, Place(file, line, 1, line, 30), root),
        kind=Kind.INSTANCE,
        scope=SCOPE,
        state=state,
        options={"http_tokens": tokens, "http_put_response_hop_limit": hops},
        reason=refused(reason) if reason else None,
    )


def small_estate() -> Estate:
    """One launch of each kind of answer, a default and an alarm."""
    watched = Coverage(covered=True, by=("aws_cloudwatch_metric_alarm.refused",))
    return Estate(
        launches=(
            replace(launch("aws_instance.good", State.REQUIRED, line=1), coverage=watched),
            replace(launch("aws_instance.bad", State.OPTIONAL, line=11), coverage=Coverage(covered=False)),
            launch("module.m.aws_instance.open[0]", State.UNKNOWN, file="m/main.tf", reason="var.x has no value"),
        ),
        region_defaults=(
            RegionDefault(
                resource("aws_ec2_instance_metadata_defaults.here", Place("defaults.tf", 1, 1)),
                SCOPE,
                {"http_tokens": Option("http_tokens", "no-preference", Source.REGION_DEFAULT, Place("defaults.tf", 2))},
            ),
        ),
        alarms=(
            Alarm(
                resource("aws_cloudwatch_metric_alarm.refused", Place("alarms.tf", 1, 1)),
                SCOPE,
                "MetadataNoTokenRejected",
                ("aws_instance.good",),
            ),
        ),
    )
