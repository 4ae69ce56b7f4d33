"""The command line in one process: arguments, exit codes, files, and what goes where. Readers are stood in for."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from imdsguard.cli import main
from imdsguard.cli.output import style_for
from imdsguard.model.estate import Estate
from imdsguard.model.launch import State
from imdsguard.model.problem import Problem
from imdsguard.policy.assumptions import Assumptions
from imdsguard.run import reading
from imdsguard.run.reading import Reading
from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.root import Root
from tests.estates import launch

RULE = '''"""Nobody answers without a token."""
from __future__ import annotations
from collections.abc import Iterable
from imdsguard import Judgement, Launch, Severity, State, failed, passed, undecided
SEVERITY = Severity.ERROR
def check(launch: Launch) -> Iterable[Judgement]:
    if launch.state is State.UNKNOWN:
        yield undecided(launch, "cannot be told")
    elif launch.state is State.OPTIONAL:
        yield failed(launch, "answers without a token", place=launch.place)
    else:
        yield passed(launch)
'''


@dataclass
class Answer:
    code: int
    out: str
    err: str


@dataclass
class Stage:
    """The command in a folder of its own, with one rule, over an estate made by hand."""

    capture: pytest.CaptureFixture[str]
    read: Reading = field(default_factory=lambda: Reading(Estate(), (), ()))
    asked: tuple[Sequence[str], Inputs] | None = None

    def run(self, *arguments: str) -> Answer:
        with pytest.raises(SystemExit) as end:
            main(arguments)
        captured = self.capture.readouterr()
        assert isinstance(end.value.code, int)
        return Answer(end.value.code, captured.out, captured.err)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Stage:
    (tmp_path / "shipped/checks").mkdir(parents=True)
    (tmp_path / "shipped/checks/no_open_door.py").write_text(RULE)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr("imdsguard.run.rules.shipped_folder", lambda name: str(tmp_path / "shipped" / name))
    for name in ("NO_COLOR", "FORCE_COLOR", "TF_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    made = Stage(capsys)

    def read(paths: Sequence[str], inputs: Inputs, assumptions: Assumptions, **_: object) -> Reading:
        made.asked = (paths, inputs)
        return made.read

    monkeypatch.setattr(reading, "read", read)
    return made


def holding(*states: State, problems: tuple[Problem, ...] = ()) -> Reading:
    launches = tuple(launch(f"aws_instance.i{n}", state, line=n + 1) for n, state in enumerate(states))
    return Reading(Estate(launches), (Root(".", (), ("main.tf",)),), problems)


BROKEN = (Problem("this file is broken", None, "mend it"),)


@pytest.mark.parametrize(
    ("read", "arguments", "code"),
    [
        (holding(State.REQUIRED), (), 0),
        (holding(), (), 0),
        (holding(State.OPTIONAL), (), 1),
        (holding(State.OPTIONAL), ("--fail-on", "never"), 0),
        (holding(State.UNKNOWN), (), 0),
        (holding(State.UNKNOWN), ("--fail-on", "warning"), 1),
        (holding(State.UNKNOWN), ("--policy", "strict"), 1),
        (holding(State.REQUIRED, problems=BROKEN), (), 2),
        (holding(State.OPTIONAL, problems=BROKEN), (), 2),
        (holding(State.OPTIONAL, problems=BROKEN), ("--fail-on", "never"), 2),
    ],
)
def test_exit_codes(read: Reading, arguments: tuple[str, ...], code: int, stage: Stage) -> None:
    stage.read = read
    assert stage.run("scan", *arguments).code == code


def test_findings_go_to_stdout_and_problems_to_stderr(stage: Stage) -> None:
    Path("main.tf").write_text('\n\n\n    http_tokens = "optional" # x\n')
    stage.read = holding(State.OPTIONAL, problems=BROKEN)
    answer = stage.run("scan")
    assert (
        answer.out
        == """\
error[no-open-door] aws_instance.i0: answers without a token
  --> main.tf:4:19
   |
 4 |     http_tokens = "optional" # x
   |                   ^^^^^^^^^^
   help: imdsguard explain no-open-door

1 launch (1 optional); 1 error in 1 place; 1 problem, so not everything was checked
"""
    )
    assert answer.err == "problem: this file is broken (mend it)\n"


def test_quiet_says_nothing_when_there_is_nothing_to_say(stage: Stage) -> None:
    stage.read = holding(State.REQUIRED)
    assert stage.run("scan", "-q") == Answer(0, "", "")
    assert stage.run("scan") == Answer(0, "1 launch (1 required); no findings\n", "")


@pytest.mark.parametrize("command", ["scan", "inspect"])
def test_what_is_given_for_nothing_is_told_and_is_no_problem(command: str, stage: Stage) -> None:
    stage.read = replace(holding(State.REQUIRED), notes=("x.tfvars:1:5: \u202enothing declares this",))
    answer = stage.run(command)
    assert (answer.code, answer.err) == (0, "x.tfvars:1:5: \\u202enothing declares this\n")


def test_passes_are_shown_on_request(stage: Stage) -> None:
    stage.read = holding(State.REQUIRED)
    answer = stage.run("scan", "--show-passed")
    assert answer.out.startswith("pass[no-open-door] aws_instance.i0: as it should be\n  --> main.tf:1:1\n")
    document = json.loads(stage.run("scan", "--show-passed", "--format", "json").out)
    assert [f["verdict"] for f in document["findings"]] == ["pass"]
    assert json.loads(stage.run("scan", "--format", "json").out)["findings"] == []


def test_verbose_says_what_was_used(stage: Stage) -> None:
    stage.read = holding(State.REQUIRED)
    assert stage.run("scan", "-v", "-q").err == "policy: baseline\nrules: no-open-door\nread: . (1 file)\n"


def test_several_formats_from_one_scan(stage: Stage) -> None:
    stage.read = holding(State.OPTIONAL)
    answer = stage.run("scan", "--output", "json=out.json", "--output", "text=out.txt", "--format", "json")
    assert answer.code == 1
    assert Path("out.json").read_text() == answer.out
    assert Path("out.txt").read_text().startswith("error[no-open-door] aws_instance.i0: answers without a token\n")
    assert sorted(os.listdir()) == ["out.json", "out.txt"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("scan", "--output", "json"), 'Invalid value for --output: "json" is not FORMAT=FILE'),
        (("scan", "--output", "jsn=x"), 'Invalid value for --output: there is no format "jsn"; did you mean "json"?'),
        (("scan", "--output", "json=x", "--output", "text=x"), "Invalid value for --output: x is there twice"),
        (("scan", "--output", "json=x", "--output", "text=./x"), "Invalid value for --output: ./x is there twice"),
        (("scan", "--output", "json=.."), "Invalid value for --output: .. cannot be written: it is a folder"),
        (
            ("scan", "--output", "json=no/such/x"),
            "Invalid value for --output: no/such/x cannot be written: there is no folder no/such",
        ),
        (
            ("scan", "--format", "xml"),
            "Invalid value for '--format': 'xml' is not one of 'text', 'concise', 'json', 'sarif'",
        ),
        (("scan", "--polcy", "x"), "No such option"),
        (("scan", "--policy", "stict"), 'there is no policy "stict"; did you mean "strict"?'),
        (("scan", "--policy", "gone.yaml"), "the policy gone.yaml cannot be read: No such file or directory"),
        (("scan", "--checks", "gone"), "gone: this folder of rules cannot be read: No such file or directory"),
        (("scam",), 'There is no command "scam"; did you mean "scan"?'),
        (("explain", "no-open-dor"), 'There is no rule "no-open-dor"; did you mean "no-open-door"?'),
        (("explain",), "Missing argument 'RULE|ADDRESS'."),
        (("rules", "--policy", "gone.yaml"), "the policy gone.yaml cannot be read: No such file or directory"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(arguments: tuple[str, ...], complaint: str, stage: Stage) -> None:
    answer = stage.run(*arguments)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(f"imdsguard: {complaint}")


def test_a_bad_rule_stops_the_run_and_names_its_file(stage: Stage) -> None:
    Path("mine").mkdir()
    Path("mine/bad_rule.py").write_text("x = ")
    answer = stage.run("scan", "--checks", "mine")
    assert answer == Answer(2, "", "imdsguard: mine/bad_rule.py: this rule is not Python: invalid syntax (line 1)\n")


def test_a_rule_that_is_off_is_not_even_imported(stage: Stage) -> None:
    Path("mine").mkdir()
    Path("mine/bad_rule.py").write_text("x = ")
    Path(".imdsguard.yaml").write_text("version: 1\nrules:\n  bad-rule: off\n")
    assert stage.run("scan", "--checks", "mine").code == 0


def test_inputs_reach_the_reader_in_the_order_of_the_command_line(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_VAR_a", "1")
    stage.run(
        "scan", "--var", "x=1", "--var-file=a.tfvars", "a", "--var", "--var-file", "--exclude", "old/*", "b",
        "--workspace", "prod",
    )  # fmt: skip
    assert stage.asked is not None
    paths, inputs = stage.asked
    assert tuple(paths) == ("a", "b")
    assert inputs.given() == (("var", "x=1"), ("var-file", "a.tfvars"), ("var", "--var-file"))
    assert (inputs.workspace, inputs.exclude) == ("prod", ("old/*",))
    assert inputs.environment["TF_VAR_a"] == "1"
    assert all(name.startswith("TF_VAR_") for name in inputs.environment)


@pytest.mark.parametrize("command", ["scan", "inspect"])
def test_an_internal_error_is_one_line_and_no_traceback(
    command: str, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> Reading:
        raise KeyError("oh\x1b[31m no")

    monkeypatch.setattr(reading, "read", fail)
    answer = stage.run(command)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.count("\n") == 1
    assert answer.err.startswith(f"imdsguard: internal error in cli/{command}.py:")
    assert "KeyError: 'oh\\x1b[31m no' (imdsguard 0." in answer.err
    assert "please report this line" in answer.err


@pytest.mark.parametrize("error", [MemoryError(), RecursionError("deep"), KeyboardInterrupt()])
def test_whatever_happens_the_run_does_not_pass(
    error: BaseException, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> Reading:
        raise error

    monkeypatch.setattr(reading, "read", fail)
    answer = stage.run("scan")
    assert answer.code == (130 if isinstance(error, KeyboardInterrupt) else 2)
    assert "Traceback" not in answer.err


def test_there_is_room_for_deep_nesting(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def deep(n: int) -> int:
        return n and deep(n - 1) + 1

    def read(*_: object, **__: object) -> Reading:
        assert deep(20_000) == 20_000
        return holding()

    monkeypatch.setattr(reading, "read", read)
    assert stage.run("scan").code == 0


def test_inspect_shows_the_estate(stage: Stage) -> None:
    stage.read = holding(State.OPTIONAL, problems=BROKEN)
    answer = stage.run("inspect")
    assert answer == Answer(
        2,
        "LAUNCH           STATE     TOKENS    HOPS  SET BY  WHERE      ALARM  REGION\n"
        "aws_instance.i0  optional  optional  1     launch  main.tf:4  -      eu-west-1\n"
        "\n1 launch: 1 optional\n",
        "problem: this file is broken (mend it)\n",
    )
    document = json.loads(stage.run("inspect", "--format", "json").out)
    assert document["problems"][0]["message"] == "this file is broken"


def test_rules_are_listed(stage: Stage) -> None:
    listed = """\
no-open-door         error    Nobody answers without a token.
exemption-expired    warning  An exemption of the policy has ended.
exemption-unused     note     An exemption of the policy is not needed.
suppression-invalid  warning  A comment is meant to suppress something, and does not.
suppression-expired  warning  The last day of a comment that suppresses something is over.
suppression-unused   note     A comment suppresses nothing.
"""
    assert stage.run("rules") == Answer(0, listed, "")
    Path("p.yaml").write_text("version: 1\nrules: {no-open-door: off, suppression-unused: warning}\n")
    changed = listed.replace("door         error  ", "door         off    ").replace(
        "unused   note   ", "unused   warning"
    )
    assert stage.run("rules", "--policy", "p.yaml").out == changed
    document = json.loads(stage.run("rules", "--format", "json").out)
    assert (document["schema"], document["policy"], len(document["rules"])) == ("imdsguard/rules/v1", "baseline", 6)
    assert document["rules"][0] == {
        "id": "no-open-door",
        "severity": "error",
        "declared_severity": "error",
        "on_unknown": "warning",
        "summary": "Nobody answers without a token.",
        "subject": "Launch",
        "parameters": {},
        "controls": {},
    }


PARAMETERS = '''"""First line.

## Why
Because.
"""
from collections.abc import Iterable
from dataclasses import dataclass
from imdsguard import Judgement, Launch, Severity, Source
SEVERITY = Severity.NOTE
CONTROLS = {"Security Hub": ("EC2.8", "EC2.170")}
@dataclass(frozen=True)
class Parameters:
    """What a policy can set."""
    accept: tuple[Source, ...] = (Source.LAUNCH, Source.AMI)
    max: int = 2
    strict: bool = False
def check(launch: Launch, parameters: Parameters) -> Iterable[Judgement]:
    return ()
'''


def test_explain_prints_the_page(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("mine").mkdir()
    Path("mine/with_settings.py").write_text(PARAMETERS)
    answer = stage.run("explain", "with-settings", "--checks", "mine")
    assert answer == Answer(
        0,
        """\
# with-settings

Severity: note

First line.

## Why
Because.

## Parameters

What a policy can set.

- `accept`: a list of any of launch, launch_template, region_default, ami, service_default, unknown \
(default: [launch, ami])
- `max`: a whole number (default: 2)
- `strict`: true or false (default: false)

## Controls

- Security Hub: EC2.8, EC2.170
""",
        "",
    )
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in stage.run("explain", "with-settings", "--checks", "mine").out
    assert "\x1b[" not in stage.run("explain", "with-settings", "--checks", "mine", "--no-color").out
    listed = json.loads(stage.run("rules", "--checks", "mine", "--format", "json").out)["rules"][1]
    assert listed["parameters"]["accept"]["value"] == ["launch", "ami"]


@pytest.mark.parametrize(
    ("variables", "arguments", "coloured"),
    [
        ({}, (), False),
        ({"FORCE_COLOR": "1"}, (), True),
        ({"FORCE_COLOR": "3"}, (), True),
        ({"FORCE_COLOR": "0"}, (), False),
        ({"FORCE_COLOR": "false"}, (), False),
        ({"FORCE_COLOR": ""}, (), False),
        ({"NO_COLOR": ""}, (), False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, (), False),
        ({"FORCE_COLOR": "1"}, ("--no-color",), False),
    ],
)
def test_colour(
    variables: dict[str, str], arguments: tuple[str, ...], coloured: bool, stage: Stage, monkeypatch: Any
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    stage.read = holding(State.OPTIONAL, problems=BROKEN)
    answer = stage.run("scan", *arguments)
    assert ("\x1b[" in answer.out) is ("\x1b[" in answer.err) is coloured
    assert "\x1b[" not in stage.run("scan", "--format", "json", "--no-color").out


@pytest.mark.parametrize(
    ("forced", "coloured"), [(None, True), ("", True), ("1", True), ("0", False), ("False", False)]
)
def test_colour_on_a_terminal(forced: str | None, coloured: bool, stage: Stage, monkeypatch: Any) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    if forced is not None:
        monkeypatch.setenv("FORCE_COLOR", forced)
    assert style_for(Terminal(), no_color=False).colour is coloured
    assert not style_for(Terminal(), no_color=True).colour


def test_help_names_every_command_and_shows_examples(stage: Stage) -> None:
    overview = stage.run("--help")
    assert overview.code == 0
    for command in ("scan", "inspect", "explain", "rules"):
        assert f"\n  {command} " in overview.out
        text = stage.run(command, "--help").out
        assert f"\n    imdsguard {command}" in text
        assert "\b" not in text
    assert stage.run().code == 2
