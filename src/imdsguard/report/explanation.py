"""Why a launch is what it is: a tree for people, and `imdsguard/explain/v1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imdsguard.model.option import SERVICE_DEFAULTS
from imdsguard.model.readiness import Readiness
from imdsguard.model.stamp import NO_STAMP
from imdsguard.model.value import Known, Step
from imdsguard.report.consequences import running, would_break
from imdsguard.report.escape import escape, shorten
from imdsguard.report.once import told_once
from imdsguard.report.readiness_words import WORDS, answer_in_words, instance_in_words
from imdsguard.report.reasons import kind_of, sentence
from imdsguard.report.words import SENSITIVE, clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.model.estate import Estate
    from imdsguard.model.explanation import Answer, Explanation, LayerAnswers
    from imdsguard.model.launch import Launch
    from imdsguard.model.problem import Problem
    from imdsguard.model.readiness import LaunchAnswer
    from imdsguard.model.stamp import Stamp
    from imdsguard.model.unseen import Unseen
    from imdsguard.report.givers import Givers

Tree = tuple[str, list[Any]]
BOXES = ("├─ ", "└─ ", "│  ", "   ")
ASCII = ("|- ", "`- ", "|  ", "   ")
_LONGEST = 300
_MOST_ALARMS = 10


def explanations_text(
    explanations: Sequence[Explanation], several: bool, marks: tuple[str, ...] = BOXES
) -> tuple[str, ...]:
    """Give the trees, one for all environments in which it is the same."""
    trees = ((each.launch.resource, explanation_text(each, several, marks)) for each in explanations)
    told = told_once(trees, key=str)
    return tuple(f"in {clean(', '.join(names))}: {tree}" if names else tree for tree, names in told)


def explanation_text(explanation: Explanation, several: bool, marks: tuple[str, ...] = BOXES) -> str:
    """Give the tree. `several`: name the root module; `marks`: the lines to draw with."""
    launch = explanation.launch
    root = f"{launch.resource.root}: " if several else ""
    head = f"{root}{launch.address} ({_where(launch.resource.place)}) is {launch.state.value}"
    branches: list[Tree] = [(f"in {launch.scope.region_name or 'a Region that is not known'}, {_account(launch)}", [])]
    if launch.reason:
        branches.append((f"because {sentence(launch.reason)}", []))
    for number, path in enumerate(explanation.paths):
        layers: list[Tree] = [(layer.title, [_answer(each) for each in layer.answers]) for layer in path.layers]
        left: list[Tree] = [(f'{name} = "{SERVICE_DEFAULTS[name]}": wins', []) for name in path.unset]
        layers.append(("the service default", left))
        for layer in layers:
            if not layer[1]:
                layer[1].append(("says nothing" if layer is not layers[-1] else "is not reached", []))
        if len(explanation.paths) == 1:
            branches += layers
        else:
            through = f"through {path.via}" if path.via else "by itself"
            branches.append((f"{through}{', which decides' if number == 0 else ''}", layers))
    told = explanation.consequences
    branches.append(("what would break once tokens are required", [(line, []) for line in would_break(told)]))
    branches.append(("instances that run", [(running(told), [])]))
    branches.append(("watched", [(line, []) for line in _watched(explanation)]))
    if explanation.readiness is not None:
        branches.append(_ready(explanation.readiness))
    branches.append(("what would change the answer", [(line, []) for line in explanation.changes] or [("nothing", [])]))
    return "".join(f"{line}\n" for line in [_line(head), *_drawn(branches, marks)])


def explanations_json(
    explanations: Sequence[Explanation],
    estate: Estate,
    problems: Sequence[Problem],
    unseen: Sequence[Unseen] = (),
    stamp: Stamp = NO_STAMP,
) -> str:
    """Give `imdsguard/explain/v1`: each launch as `inspect` shows it, with every layer's answers."""
    from imdsguard.report.givers import Givers
    from imdsguard.report.json import json_text, merged_json, problem_json
    from imdsguard.report.unseen import unseen_json

    givers = Givers(estate)
    launches = [(each.launch.resource, _explained(each, givers)) for each in explanations]
    document = {
        "schema": "imdsguard/explain/v1",
        "launches": merged_json(launches),
        "problems": [problem_json(problem) for problem in problems],
        "unseen": unseen_json(unseen),
    }
    return json_text(document, stamp)


def _explained(explanation: Explanation, givers: Givers) -> dict[str, Any]:
    from imdsguard.report.json import launch_json
    from imdsguard.report.readiness_json import answer_json

    return {
        **launch_json(explanation.launch, givers),
        "ways": [
            {"through": path.via or None, "layers": [_layer(layer) for layer in path.layers]}
            for path in explanation.paths
        ],
        "would_change": list(explanation.changes),
        "readiness": answer_json(explanation.readiness) if explanation.readiness is not None else None,
        "not_watched_by": [{"address": address, "why": f"{sentence(why)}."} for address, why in explanation.unwatched],
    }


def _layer(layer: LayerAnswers) -> dict[str, Any]:
    answers = {}
    for each in layer.answers:
        answer = each.value
        known = isinstance(answer, Known)
        answers[each.option] = {
            "value": (SENSITIVE if answer.sensitive else answer.value) if isinstance(answer, Known) else None,
            "reason": None if isinstance(answer, Known) else sentence(answer.reason),
            "reason_kind": None if isinstance(answer, Known) else kind_of(answer.reason),
            "file": answer.place.file if answer.place else None,
            "line": (answer.place.line or None) if answer.place else None,
            "known": known,
            "wins": each.loses_to is None,
        }
    return {"source": layer.source.value, "label": layer.label or None, "answers": answers}


def _answer(each: Answer) -> Tree:
    answer = each.value
    outcome = "wins" if each.loses_to is None else f"loses to {each.loses_to}"
    if isinstance(answer, Known):
        said = f'{each.option} = "{SENSITIVE if answer.sensitive else answer.value}"'
    else:
        said = f"{each.option} is unknown ({sentence(answer.reason)})"
    steps = [Step("", answer.place), *answer.trace] if answer.place else list(answer.trace)
    path = " <- ".join(dict.fromkeys(str(step) for step in steps))
    return f"{said}: {outcome}", [(path, [])] if path else []


def _watched(explanation: Explanation) -> list[str]:
    coverage = explanation.launch.coverage
    if coverage.covered:
        lines = [f"by {name}" for name in coverage.by]
        lines += [sentence(coverage.reason)] if coverage.reason else []
    elif coverage.covered is None:
        lines = [f"cannot be told: {sentence(coverage.reason)}" if coverage.reason else "not asked"]
    else:
        lines = ["by no alarm on MetadataNoTokenRejected in the same account and Region"]
    lines += [sentence(why) for _, why in explanation.unwatched[:_MOST_ALARMS]]
    more = len(explanation.unwatched) - _MOST_ALARMS
    return [*lines, f"nor does any of {more} more"] if more > 0 else lines


def _ready(answer: LaunchAnswer) -> Tree:
    """Say what CloudWatch said of its instances, and of each that calls or of which nothing is known."""
    told = [one for one in answer.instances if one.verdict is not Readiness.READY]
    lines: list[Tree] = [(instance_in_words(one), []) for one in told[:_MOST_ALARMS]]
    lines += [(f"and {len(told) - _MOST_ALARMS} more", [])] if len(told) > _MOST_ALARMS else []
    return f"asked of CloudWatch: {WORDS[answer.verdict]}: {answer_in_words(answer)}", lines


def _account(launch: Launch) -> str:
    return f"provider {launch.scope.provider}"


def _where(place: Any) -> str:
    return f"{place.file}:{place.line}" if place.line else str(place.file)


def _line(text: str) -> str:
    return shorten(escape(text), _LONGEST)


def _drawn(branches: Sequence[Tree], marks: tuple[str, ...]) -> list[str]:
    lines: list[str] = []
    for number, (text, below) in enumerate(branches):
        last = number == len(branches) - 1
        lines.append((marks[1] if last else marks[0]) + _line(text))
        lines += [(marks[3] if last else marks[2]) + line for line in _drawn(below, marks)]
    return lines
