"""The whole way: clients for each account and Region, what is there, the metrics, and the verdicts."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from imdsguard.model.problem import Problem
from imdsguard.model.readiness import (
    TOKENLESS,
    Doubt,
    LaunchAnswer,
    LeftOut,
    NotAsked,
    Readiness,
    ReadinessAnswers,
    Window,
)
from imdsguard.model.record import record, replace
from imdsguard.readiness import metrics
from imdsguard.readiness.clients import Login, clock_problem, connect
from imdsguard.readiness.estimate import estimate, refuse_above
from imdsguard.readiness.fleet import Fleet, fleet_of
from imdsguard.readiness.metrics import HOUR, Question, Series
from imdsguard.readiness.trouble import Trouble
from imdsguard.readiness.verdicts import judge_instance, judge_launch, judge_unseen, question_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from imdsguard.readiness.clients import Clients
    from imdsguard.readiness.targets import ReadinessTarget, Targets

    Connect = Callable[[Login, str, str], Clients | Trouble]

LATE = 900
"""Seconds after which the data of an hour are there: instances report every five minutes."""


def window_of(days: int, now: float) -> Window:
    """Give the whole hours of so many days, up to now."""
    end = int(now - LATE) // HOUR * HOUR
    return Window(end - days * 24 * HOUR, end)


@record(frozen=True, slots=True)
class Asking:
    """What to ask with: the login, the Region of the environment, the window, and how many metrics are allowed.

    `say` gets a line for people, `tell` what is being done, again and again. `connect` makes clients.
    """

    login: Login
    window: Window
    region: str = ""
    most: int = 1000
    say: Callable[[str], None] = field(default=lambda _: None)
    tell: Callable[[str], None] = field(default=lambda _: None)
    connect: Connect = field(default=connect)


@record(frozen=True, slots=True)
class Scene:
    """An account and Region: who asks it, and what is there; or why nobody can."""

    role: str
    region: str
    clients: Clients | Trouble
    fleet: Fleet


def ask_all(found: Targets, asking: Asking) -> ReadinessAnswers:
    """Ask about all targets. Raises `RunError` where that would be more metrics than are allowed; nothing else."""
    placed = _by_scene(found.targets, asking)
    scenes = {key: _scene(key, those, asking) for key, those in placed.items()}
    questions = {key: _questions(scenes[key], those, asking) for key, those in placed.items()}
    count = sum(map(len, questions.values()))
    asking.say(estimate(count, asking.window.hours // 24))
    refuse_above(asking.most, count)
    answers: dict[int, LaunchAnswer] = {}
    problems: list[Problem] = list(found.problems)
    asked = 0
    for key, those in placed.items():
        scene = scenes[key]
        series: dict[Question, Series] = {}
        if not isinstance(scene.clients, Trouble) and questions[key]:
            before = asked

            def tell(done: int, before: int = before) -> None:
                asking.tell(f"{before + done:,} of {count:,} metrics")

            series = metrics.ask(scene.clients.cloudwatch, questions[key], asking.window, tell)
            asked += len(questions[key])
        for each in those:
            answers[id(each)] = _answer(each, scene, series, asking)
        problems += problems_of(scene, [answers[id(each)] for each in those], series)
    not_asked = list(found.not_asked)
    told: list[LaunchAnswer] = []
    for each in found.targets:
        answer = answers[id(each)]
        if not each.launch.starts_instances and answer.doubt is Doubt.NO_MEMBER:
            not_asked.append(NotAsked(answer.address, answer.root, LeftOut.TEMPLATE))
        else:
            told.append(answer)
    return ReadinessAnswers(asking.window, tuple(told), tuple(not_asked), _once(problems), asked)


def _once(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(dict.fromkeys(problems))


def _by_scene(targets: Sequence[ReadinessTarget], asking: Asking) -> dict[tuple[str, str], list[ReadinessTarget]]:
    """Put together what the same role asks in the same Region."""
    scenes: dict[tuple[str, str], list[ReadinessTarget]] = {}
    for each in targets:
        roles = asking.login.roles
        role = roles.get(each.provider) or roles.get(each.number) or ""
        region = each.region or (asking.region if each.outside else "")
        scenes.setdefault((role, region), []).append(each)
    return scenes


def _scene(key: tuple[str, str], those: Sequence[ReadinessTarget], asking: Asking) -> Scene:
    role, region = key
    if not region:
        return Scene(role, region, Trouble(Doubt.NO_REGION, "", ""), Fleet())
    asking.tell(f"who asks {region}")
    clients = asking.connect(asking.login, role, region)
    if isinstance(clients, Trouble):
        return Scene(role, region, clients, Fleet())
    asking.tell(f"what runs in {clients.account} {region}")
    scene = Scene(role, region, clients, Fleet())
    names = [each.names for each in those if each.names and _refused(each, scene, asking) is None]
    return replace(scene, fleet=fleet_of(clients, names)) if names else scene


def _refused(target: ReadinessTarget, scene: Scene, asking: Asking) -> tuple[Doubt, str] | None:
    """Say why a target is not asked about with these credentials; None: it is."""
    account = "" if isinstance(scene.clients, Trouble) else scene.clients.account
    if target.number and account and target.number != account:
        return Doubt.OTHER_ACCOUNT, f"{target.number} {account} {target.provider}"
    if not target.number and target.elsewhere and not scene.role and not asking.login.profile:
        return Doubt.NO_ROLE, target.provider
    return None


def _questions(scene: Scene, those: Sequence[ReadinessTarget], asking: Asking) -> list[Question]:
    """Give what to ask CloudWatch: each instance once, also where several launches have it."""
    if isinstance(scene.clients, Trouble):
        return []
    found: list[Question] = []
    for each in those:
        if _refused(each, scene, asking) is not None:
            continue
        for instance in scene.fleet.members(each.names):
            question = question_of(instance)
            found += [question] if question is not None else []
        if scene.fleet.trouble is not None and not scene.fleet.trouble.lasts:
            found += [Question(name, TOKENLESS) for name in _unseen(each, scene)]
    return list(dict.fromkeys(found))


def _unseen(target: ReadinessTarget, scene: Scene) -> Iterator[str]:
    """Give the ids of instances of which EC2 could not be asked."""
    yield from target.names.ids
    for name in target.names.groups:
        yield from scene.fleet.groups.get(name, ())


def _answer(target: ReadinessTarget, scene: Scene, series: dict[Question, Series], asking: Asking) -> LaunchAnswer:
    resource = target.launch.resource
    clients = scene.clients
    answer = LaunchAnswer(
        address=target.launch.address,
        verdict=Readiness.UNKNOWN,
        root=resource.root,
        environment=resource.environment,
        kind=target.launch.kind.value,
        provider=target.provider,
        account=target.number or None,
        region=scene.region or target.region or None,
        names=target.names,
    )
    if isinstance(clients, Trouble):
        return replace(answer, doubt=clients.doubt, detail=clients.said)
    refused = _refused(target, scene, asking)
    if refused is not None:
        return replace(answer, doubt=refused[0], detail=refused[1])
    if not target.names:
        return replace(answer, doubt=Doubt.NOT_IDENTIFIED, detail=resource.type)
    answer = replace(answer, account=clients.account or answer.account)
    fleet = scene.fleet
    if fleet.trouble is not None:
        those = [
            judge_unseen(name, series.get(Question(name, TOKENLESS)), fleet.trouble.doubt, fleet.trouble.said)
            for name in dict.fromkeys(_unseen(target, scene))
        ]
        blind = replace(answer, doubt=fleet.trouble.doubt, detail=fleet.trouble.said)
        return judge_launch(answer, those, "") if those else blind
    members = [
        judge_instance(each, series.get(question) if (question := question_of(each)) else None, asking.window)
        for each in fleet.members(target.names)
    ]
    if not members and fleet.untold is not None and target.names.groups:
        return replace(answer, doubt=fleet.untold.doubt, detail=fleet.untold.said)
    return judge_launch(answer, members, _gone(target, fleet))


def _gone(target: ReadinessTarget, fleet: Fleet) -> str:
    """Name what is not there of what a launch is named by: an instance, or a group; not the members of one."""
    missing = [name for name in target.names.ids if name not in fleet.instances]
    missing += [name for name in target.names.groups if name not in fleet.groups]
    return ", ".join(missing[:3])


def problems_of(scene: Scene, answers: Sequence[LaunchAnswer], series: dict[Question, Series]) -> Iterator[Problem]:
    """Yield what stood in the way of asking, each thing once, with what to do about it."""
    from imdsguard.report.readiness_words import remedy_of, why

    where = f"in {scene.region}" if scene.region else "in a Region that nothing names"
    if not isinstance(scene.clients, Trouble):
        clock = clock_problem(scene.clients)
        if clock is not None:
            yield clock
        where = f"in account {scene.clients.account}, {scene.region}"
    troubles: dict[tuple[Doubt, str], int] = {}
    for each in answers:
        if each.doubt is not None and each.doubt in OF_ASKING:
            key = (each.doubt, each.detail)
            troubles[key] = troubles.get(key, 0) + 1
    for (doubt, detail), count in troubles.items():
        message = f"{count} launch{'' if count == 1 else 'es'} could not be asked about {where}: {why(doubt, detail)}"
        yield Problem(message, None, remedy_of(doubt, detail))
    for trouble, count in _of_metrics(series).items():
        if (trouble.doubt, trouble.said) not in troubles:
            what = f"{count} metric{'' if count == 1 else 's'} {where}"
            message = f"{what} came back wanting: {why(trouble.doubt, trouble.said)}"
            yield Problem(message, None, remedy_of(trouble.doubt, trouble.said))


OF_ASKING = frozenset(Doubt) - {
    Doubt.NO_DATA, Doubt.GAPS, Doubt.TOO_YOUNG, Doubt.STOPPED, Doubt.NO_MEMBER, Doubt.GONE, Doubt.NOT_IDENTIFIED,
}  # fmt: skip
"""What is wrong with the asking; the others are answers."""


def _of_metrics(series: dict[Question, Series]) -> dict[Trouble, int]:
    found: dict[Trouble, int] = {}
    for each in series.values():
        if each.trouble is not None:
            found[each.trouble] = found.get(each.trouble, 0) + 1
    return found
