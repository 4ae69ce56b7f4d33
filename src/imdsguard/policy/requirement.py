"""A rule that a policy declares: which launches it is about, and what their effective settings must be.

A requirement becomes a `Rule` like those of `checks/`, and is asked like them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from imdsguard.model.finding import failed, passed, undecided
from imdsguard.model.launch import State
from imdsguard.model.option import HOP_LIMIT, HTTP_ENDPOINT, HTTP_TOKENS
from imdsguard.model.record import record, replace
from imdsguard.model.rule import Rule
from imdsguard.model.severity import Severity
from imdsguard.policy.declaration import (
    About,
    Choice,
    Choices,
    ListOf,
    Mapped,
    PolicyKey,
    Sentence,
    Special,
    schema_of,
)
from imdsguard.policy.errors import Complaints, PolicyError
from imdsguard.policy.nodes import Items, Node, Scalar, Table, kind_of
from imdsguard.policy.shapes import MOST
from imdsguard.policy.where import WHERE, Fit, Where
from imdsguard.report.reasons import because, sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    from imdsguard.model.finding import Judgement
    from imdsguard.model.launch import Launch
    from imdsguard.model.option import Option
    from imdsguard.model.place import Place
    from imdsguard.model.value import Step
    from imdsguard.policy.declaration import Definitions

    Holds: TypeAlias = Callable[[object], bool]

REJECTED = "MetadataNoTokenRejected"
TOKENLESS = "MetadataNoToken"


@record(frozen=True, slots=True)
class RequirementAnswer:
    """Whether a launch does what one demand asks, and why. `remedy` is what to write where it does not."""

    fit: Fit
    because: str
    remedy: str = ""
    place: Place | None = None
    trace: tuple[Step, ...] = ()


@record(frozen=True, slots=True)
class OneOf:
    """An option must have one of these values."""

    option: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.option} must be {_either(self.values)}"

    @property
    def aspect(self) -> str:
        """What it is about."""
        return self.option

    def of(self, launch: Launch) -> RequirementAnswer:
        """Compare with what AWS will use."""
        return _compared(launch, self.option, lambda value: str(value) in self.values, self.values[0])


@record(frozen=True, slots=True)
class Between:
    """A number must lie between two, both taken in. None: there is no such bound."""

    option: str
    low: int | None
    high: int | None

    def __str__(self) -> str:
        if self.low == self.high:
            return f"{self.option} must be {self.low}"
        if self.low is None:
            return f"{self.option} must be at most {self.high}"
        if self.high is None:
            return f"{self.option} must be at least {self.low}"
        return f"{self.option} must be from {self.low} to {self.high}"

    @property
    def aspect(self) -> str:
        """What it is about."""
        return self.option

    def of(self, launch: Launch) -> RequirementAnswer:
        """Compare with what AWS will use."""
        wanted = self.high if self.high is not None else self.low
        return _compared(launch, self.option, self._holds, str(wanted))

    def _holds(self, value: object) -> bool:
        try:
            number = int(str(value))
        except ValueError:
            return False
        return (self.low is None or number >= self.low) and (self.high is None or number <= self.high)


@record(frozen=True, slots=True)
class InState:
    """What the launch answers token-less calls with, all options taken together."""

    values: tuple[str, ...]

    def __str__(self) -> str:
        return f"state must be {_either(self.values)}"

    @property
    def aspect(self) -> str:
        """What it is about."""
        return "state"

    def of(self, launch: Launch) -> RequirementAnswer:
        """Compare."""
        tokens = launch.tokens
        remedy = _block("http_tokens", "required") if "required" in self.values else _block("http_endpoint", "disabled")
        if launch.state is State.UNKNOWN:
            return RequirementAnswer(
                Fit(None),
                sentence(launch.reason) if launch.reason else because(tokens),
                remedy,
                tokens.place,
                tokens.trace,
            )
        said = f"it is {launch.state.value}, as {because(tokens)}"
        return RequirementAnswer(Fit(launch.state.value in self.values), said, remedy, tokens.place, tokens.trace)


@record(frozen=True, slots=True)
class SetBy:
    """The layer that decides `http_tokens` must be one of these."""

    values: tuple[str, ...]

    def __str__(self) -> str:
        return f"http_tokens must be set by {_either(value.replace('_', ' ') for value in self.values)}"

    @property
    def aspect(self) -> str:
        """What it is about."""
        return "source"

    def of(self, launch: Launch) -> RequirementAnswer:
        """Compare."""
        tokens = launch.tokens
        where = " or ".join(_WRITTEN_IN[value] for value in self.values)
        remedy = f'http_tokens = "required" {where}'
        fit = Fit(tokens.source.value in self.values) if tokens.known else Fit(None)
        return RequirementAnswer(fit, because(tokens), remedy, tokens.place, tokens.trace)


@record(frozen=True, slots=True)
class Watched:
    """An alarm on this metric must watch the launch."""

    metric: str

    def __str__(self) -> str:
        return f"an alarm on {self.metric} must watch it"

    @property
    def aspect(self) -> str:
        """What it is about."""
        return self.metric

    def of(self, launch: Launch) -> RequirementAnswer:
        """Ask for alarms of the same account and Region: for those on refused calls that would watch it if required."""
        coverage = launch.once_required if self.metric == REJECTED else launch.observed
        fit = Fit(coverage.covered, sentence(coverage.reason) if coverage.reason else "")
        if fit.so:
            return RequirementAnswer(fit, f"an alarm on {self.metric} watches it")
        remedy = f'an aws_cloudwatch_metric_alarm on {self.metric} (namespace "AWS/EC2") in the same account and Region'
        said = fit.reason or ("none in the code does" if fit.so is False else "it is not read who does")
        return RequirementAnswer(fit, said, remedy, launch.resource.place)


Demand = OneOf | Between | InState | SetBy | Watched


@record(frozen=True, slots=True)
class Requirement:
    """One entry of `requirements`. `unless` takes launches out again that `where` would take in."""

    id: str
    place: Place
    demands: tuple[Demand, ...]
    where: Where
    unless: Where | None = None
    message: str = ""
    severity: Severity = Severity.ERROR
    on_unknown: Severity | None = None

    def rule(self) -> Rule:
        """Make the rule that the engine asks and reports list."""
        return Rule(self.id, self.place.file, self.severity, self._page(), self.judge, ("Launch",))

    def judge(self, launch: Launch) -> Iterable[Judgement]:
        """Give one verdict for each demand that the launch does not meet, or one that it meets them all."""
        meant = self._meant(launch)
        if meant.so is False:
            return
        demands = [demand for demand in self.demands if not isinstance(demand, Watched) or _calls_can_be_seen(launch)]
        fine = bool(demands)
        for demand in demands:
            answer = demand.of(launch)
            if answer.fit.so:
                continue
            fine = False
            yield self._verdict(launch, demand, answer, meant)
        if fine:
            yield passed(launch, "; ".join(str(demand) for demand in demands))

    def _meant(self, launch: Launch) -> Fit:
        """Whether the launch is one that is asked. What is not known of `unless` leaves it in doubt."""
        if not launch.starts_instances and not self.where.names_templates:
            return Fit(so=False)
        fit = self.where.fit(launch)
        if fit.so is False or self.unless is None:
            return fit
        other = self.unless.fit(launch)
        if other.so:
            return Fit(so=False)
        return fit if other.so is False or fit.so is None else Fit(None, other.reason)

    def _verdict(self, launch: Launch, demand: Demand, answer: RequirementAnswer, meant: Fit) -> Judgement:
        asked = f"{self.message}: {demand}" if self.message else str(demand)
        if meant.so is None:
            said = f"{asked}: {answer.because}; but whether this is asked of it cannot be told, as {meant.reason}"
        elif answer.fit.so is None:
            said = f"{asked}, which cannot be told: {answer.because}"
        else:
            said = f"{asked}: {answer.because}"
        sure = bool(meant.so) and answer.fit.so is not None
        judge = failed if sure else undecided
        found = judge(launch, said, remedy=answer.remedy, place=answer.place, trace=answer.trace)
        return replace(found, aspect=demand.aspect)

    def _page(self) -> str:
        """The rule's page: what reports link to, and what `imdsguard explain` prints."""
        title = _plain(self.message or "; ".join(str(demand) for demand in self.demands))
        about = (
            f"Of launches with {_plain(str(self.where))}" if str(self.where) else "Of everything that starts instances"
        )
        but = f", but not of those with {_plain(str(self.unless))}" if self.unless else ""
        demands = "\n".join(f"- {_plain(str(demand))}" for demand in self.demands)
        return f"{title}.\n\n## What it checks\n\n{about}{but}:\n\n{demands}\n\nDeclared in {self.place}."


def _plain(text: str) -> str:
    """Put text of a policy, which may be a stranger's, on one line of a page: in Markdown, neither HTML nor link."""
    return " ".join(text.split()).replace("<", "\\<").replace("](", "]\\(")


def _calls_can_be_seen(launch: Launch) -> bool:
    """Whether there can be calls for an alarm to see: a template starts nothing, a disabled endpoint takes none."""
    return launch.starts_instances and launch.state is not State.DISABLED


def _compared(launch: Launch, name: str, holds: Holds, wanted: str) -> RequirementAnswer:
    option = launch.options.get(name)
    if option is None:
        return RequirementAnswer(
            Fit(None), sentence(launch.reason) if launch.reason else f"{name} of such a launch is not known"
        )
    remedy = _setting(option, name, wanted)
    fit = Fit(holds(option.effective)) if option.known else Fit(None)
    return RequirementAnswer(fit, because(option), remedy, option.place, option.trace)


def _setting(option: Option, name: str, wanted: str) -> str:
    """Write the argument, in its block where there is none yet."""
    return _assignment(name, wanted) if option.place is not None else _block(name, wanted)


def _block(name: str, wanted: str) -> str:
    return f"metadata_options {{\n  {_assignment(name, wanted)}\n}}"


def _assignment(name: str, wanted: str) -> str:
    return f"{name} = {wanted}" if name == HOP_LIMIT else f'{name} = "{wanted}"'


def _either(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


_WRITTEN_IN = {
    "launch": "in metadata_options of the launch itself",
    "launch_template": "in metadata_options of its launch template",
    "region_default": "in an aws_ec2_instance_metadata_defaults of its Region",
    "ami": 'as imds_support = "v2.0" of its image',
    "service_default": "nowhere",
}


def _requirement(table: Table, given: dict[str, Any], about: About) -> Requirement:
    name = table.get("id")
    assert name is not None
    severity, on_unknown = given.get("severity"), given.get("on_unknown")
    return Requirement(
        id=given["id"],
        place=name.place,
        demands=given["demands"],
        where=given.get("where") or Where(base=about.base),
        unless=given.get("unless"),
        message=given.get("message", "").strip().rstrip("."),
        severity=Severity(severity) if severity else Severity.ERROR,
        on_unknown=Severity(on_unknown) if on_unknown else None,
    )


def _id_of(node: Node, _: str) -> str:
    if not isinstance(node, Scalar) or not _ID.fullmatch(node.text) or len(node.text) > _LONGEST_ID:
        raise PolicyError(f"an id is lower-case words joined by hyphens, not {kind_of(node)}", node.place)
    return node.text


def _demands(_: Table, given: dict[str, Any], __: About) -> tuple[Demand, ...]:
    return tuple(demand for name, value in given.items() for demand in _demanded(name, value))


def _demanded(name: str, value: Any) -> tuple[Demand, ...]:
    """Give what one key asks for: an alarm on each metric, else one thing."""
    if name == "alarm":
        return tuple(Watched(metric) for metric in value)
    if name == "state":
        return (InState(value),)
    if name == "source":
        return (SetBy(value),)
    return (value,) if name == HOP_LIMIT else (OneOf(name, value),)


def _hops(node: Node, about: About) -> Demand:
    """A number, a list of numbers, or `{min: 1, max: 2}`."""
    if isinstance(node, Scalar):
        number = _number(node, about)
        return Between(HOP_LIMIT, number, number)
    if isinstance(node, Items):
        if not node.items:
            raise PolicyError(f"{HOP_LIMIT} must be a number from 1 to 64, not an empty list", node.place)
        return OneOf(HOP_LIMIT, tuple(str(_number(item, about)) for item in node.items))
    bounds: Between = _BOUNDS.read(node, about)
    return bounds


def _number(node: Node, about: About) -> int:
    if isinstance(node, Scalar) and not node.quoted and re.fullmatch(r"[1-9][0-9]?", node.text):
        number = int(node.text)
        if number <= _MOST_HOPS:
            return number
    raise PolicyError(f"{about.what} must be a number from 1 to {_MOST_HOPS}, not {kind_of(node)}", node.place)


def _between(_: Table, given: dict[str, Any], __: About) -> Between:
    return Between(HOP_LIMIT, given.get("min"), given.get("max"))


def _ordered(table: Table, given: dict[str, Any], wrong: Complaints) -> None:
    least, most = given.get("min"), given.get("max")
    if table.get("min") is None and table.get("max") is None:
        wrong.add(f"{HOP_LIMIT} needs min, max or both", table.place)
    if least is not None and most is not None and least > most:
        wrong.add(f"no {HOP_LIMIT} is at least {least} and at most {most}", table.place)


def _hops_schema(definitions: Definitions) -> dict[str, Any]:
    one = schema_of(_ONE_HOP_LIMIT, definitions)
    several = {"type": "array", "minItems": 1, "maxItems": MOST, "items": one}
    return {"anyOf": [one, several, schema_of(_BOUNDS, definitions)]}


_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_LONGEST_ID = 100
_MOST_HOPS = 64
_ONE_HOP_LIMIT = Special(_number, lambda _: {"type": "integer", "minimum": 1, "maximum": _MOST_HOPS}, name="hops")
_BOUNDS = Mapped(
    HOP_LIMIT,
    (
        PolicyKey("min", _ONE_HOP_LIMIT, "The lowest that is right."),
        PolicyKey("max", _ONE_HOP_LIMIT, "The highest that is right."),
    ),
    _between,
    check=_ordered,
    more={"minProperties": 1, "type": "object"},
)
_SEVERITY = Choice(tuple(severity.value for severity in Severity), name="severity")
_VALUES = {
    HTTP_TOKENS: ("required", "optional"),
    HTTP_ENDPOINT: ("enabled", "disabled"),
    "http_protocol_ipv6": ("enabled", "disabled"),
    "instance_metadata_tags": ("enabled", "disabled"),
}
REQUIRE = Mapped(
    "require",
    (
        *(
            PolicyKey(option, Choices(values), f"Values of {option} that AWS may use for the instances.")
            for option, values in _VALUES.items()
        ),
        PolicyKey(
            HOP_LIMIT,
            Special(_hops, _hops_schema),
            "How far answers may travel: a number, a list of them, or bounds.",
        ),
        PolicyKey(
            "state",
            Choices(("required", "disabled", "optional")),
            "What becomes of a call without a token, all options taken together.",
        ),
        PolicyKey("source", Choices(tuple(_WRITTEN_IN)), "Which layer may be the one that decides http_tokens."),
        PolicyKey(
            "alarm", Choices((REJECTED, TOKENLESS)), "Metrics on which an alarm in the code must watch the launch."
        ),
    ),
    _demands,
    empty="require must ask for something",
)
REQUIREMENT = Mapped(
    "a requirement",
    (
        PolicyKey(
            "id",
            Sentence(_id_of, f"^{_ID.pattern.replace('?:', '')}$", {"maxLength": _LONGEST_ID}),
            "By what findings and policies call it.",
            needed="{called} needs an `id`: findings go by it",
        ),
        PolicyKey("where", WHERE, "Which launches it is about. Without it: everything that starts instances."),
        PolicyKey("unless", WHERE, "Which of them it is not about."),
        PolicyKey(
            "require",
            REQUIRE,
            "What must be so: each is judged by itself.",
            needed="{called} needs `require`: what must be so",
            field="demands",
        ),
        PolicyKey("message", Sentence(), "What findings say first: why, and whom to ask."),
        PolicyKey("severity", _SEVERITY, "How bad it is where it is not so.", default=Severity.ERROR.value),
        PolicyKey("on_unknown", _SEVERITY, "How bad it is where it cannot be told."),
    ),
    _requirement,
    name="requirement",
    titled="id",
)


def _once(found: Iterable[Requirement], wrong: Complaints) -> None:
    first: dict[str, int] = {}
    for each in found:
        if each.id in first:
            wrong.add(f'there is a requirement "{each.id}" already (line {first[each.id]})', each.place)
        first[each.id] = each.place.line


REQUIREMENTS = ListOf(REQUIREMENT, "requirements", check=_once)
