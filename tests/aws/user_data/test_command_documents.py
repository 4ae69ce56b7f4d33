"""Commands in documents of Systems Manager and Image Builder: which are read, and on whose instances they run."""

from __future__ import annotations

import json

import pytest

from imdsguard.aws.user_data.command_documents import read_document
from imdsguard.report.reasons import sentence
from tests.aws.memory import estate, ref, resource, unknown

CALL = "curl http://169.254.169.254/latest/meta-data/"
POWERSHELL = "Invoke-RestMethod http://169.254.169.254/latest/meta-data/"


def step(action, commands, name="runCommand"):
    return {"schemaVersion": "2.2", "mainSteps": [{"action": action, "name": "a", "inputs": {name: commands}}]}


OLD = {"schemaVersion": "1.2", "runtimeConfig": {"aws:runShellScript": {"properties": [{"runCommand": [CALL]}]}}}
YAML = f"schemaVersion: '2.2'\nmainSteps:\n- action: aws:runShellScript\n  inputs:\n    runCommand:\n    - {CALL}\n"
COMPONENT = f"phases:\n- steps:\n  - action: ExecuteBash\n    inputs:\n      commands:\n      - |\n        {CALL}\n"
IF = f"H=1\nif [ -n '{{{{ Mode }}}}' ]; then {CALL}; fi"
DOCUMENTS = {
    "JSON": (step("aws:runShellScript", ["set -e", CALL]), ["no token"]),
    "one text": (step("aws:runShellScript", CALL), ["no token"]),
    "PowerShell": (step("aws:runPowerShellScript", [POWERSHELL]), ["no token"]),
    "version 1.2": (OLD, ["no token"]),
    "YAML": (YAML, ["no token"]),
    "a component": (COMPONENT, ["no token"]),
    "a component for Windows": (step("ExecutePowerShell", [POWERSHELL], "commands"), ["no token"]),
    "with a parameter": (step("aws:runShellScript", [IF]), ["no token"]),
    "a parameter is the address": (step("aws:runShellScript", ["curl {{ Url }}"]), []),
    "another action": (step("aws:runDocument", ["x"]), []),
    "nothing": ("", []),
}


@pytest.mark.parametrize(("document", "flaws"), DOCUMENTS.values(), ids=list(DOCUMENTS))
def test_commands_are_read_as_scripts(document, flaws):
    found = read_document("d", document if isinstance(document, str) else json.dumps(document))
    assert [call.flaw.value for call in found.calls] == flaws
    assert found.unread == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "d is not YAML"),
        (json.dumps(step("aws:runDocument", [CALL])), "d names the metadata service in a step that is not read"),
        ("[" * 60 + "]" * 60, "d nests deeper than 48 levels"),
    ],
)
def test_what_is_not_read_is_told(text, said):
    found = read_document("d", text)
    assert (found.calls, [sentence(reason) for reason in found.unread]) == ((), [said])


def ran(content=None, tags=None, **association):
    """What is told of aws_instance.web beside a document and its association: flaws, or reasons."""
    document = resource("aws_ssm_document.d", name="d", content=content or json.dumps(step("aws:runShellScript", CALL)))
    other = resource("aws_instance.other", id="i-1")
    web = resource("aws_instance.web", id=None, tags=tags or {"Role": "web"})
    association = resource("aws_ssm_association.a", **{"name": ref("aws_ssm_document.d.name"), **association})
    (found,) = [each.user_data for each in estate(document, other, web, association).launches if "web" in each.address]
    reasons = (*found.unread, *(code.reason for code in found.untold))
    return [call.flaw.value for call in found.calls] + [sentence(reason) for reason in reasons]


def target(key, *values):
    return [{"key": key, "values": list(values)}]


WHETHER = "whether aws_ssm_document.d runs on it cannot be computed"
REACHED = {
    "its id": ({"targets": target("InstanceIds", ref("aws_instance.web.id"))}, ["no token"]),
    "its id as the argument": ({"instance_id": ref("aws_instance.web.id")}, ["no token"]),
    "all": ({"targets": target("InstanceIds", "*")}, ["no token"]),
    "another's id": ({"targets": target("InstanceIds", ref("aws_instance.other.id"))}, []),
    "an id in text": ({"targets": target("InstanceIds", "i-1")}, []),
    "its tag": ({"targets": target("tag:Role", "db", "web")}, ["no token"]),
    "another tag": ({"targets": target("tag:Role", "db")}, []),
    "one of two targets": ({"targets": target("tag:Role", "web") + target("tag:Team", "a")}, []),
    "a group of resources": ({"targets": target("resource-groups:Name", "g")}, [WHETHER]),
    "an id that is not known": ({"targets": target("InstanceIds", unknown())}, [WHETHER]),
    "no target": ({}, []),
    "the document's name in text": ({"name": "d", "targets": target("InstanceIds", "*")}, ["no token"]),
    "a document of AWS": ({"name": "AWS-RunPatchBaseline", "targets": target("InstanceIds", "*")}, []),
    "another Region": ({"targets": target("InstanceIds", "*"), "region": "us-east-1"}, []),
}


@pytest.mark.parametrize(("association", "told"), REACHED.values(), ids=list(REACHED))
def test_a_document_runs_where_its_association_says(association, told):
    assert ran(**association) == told


def test_a_document_that_makes_no_call_is_nothing_to_tell_though_it_is_not_known_where_it_runs():
    harmless = json.dumps(step("aws:runShellScript", ["true"]))
    assert ran(harmless, targets=target("resource-groups:Name", "g")) == []


def test_a_document_that_cannot_be_computed_is_told():
    told = ran(unknown("later"), targets=target("InstanceIds", "*"))
    assert told == ["what aws_ssm_document.d runs cannot be computed: later"]


def on_web(*others):
    """What is told of aws_instance.web beside these: flaws, or reasons."""
    web = resource("aws_instance.web", id=None, tags={"Role": "web"})
    (found,) = [each.user_data for each in estate(*others, web).launches if "web" in each.address]
    reasons = (*found.unread, *(code.reason for code in found.untold))
    return [call.flaw.value for call in found.calls] + [sentence(reason) for reason in reasons]


EVERY = target("InstanceIds", "*")
WHAT = "what aws_ssm_association.a runs cannot be computed: later"
PARAMETERS = {
    "one text": ("AWS-RunShellScript", {"commands": CALL}, ["no token"]),
    "lines": ("AWS-RunShellScript", {"commands": f"set -e\nM=http://169.254.169.254\n{CALL}\n"}, ["no token"]),
    "a list as JSON": ("AWS-RunShellScript", {"commands": json.dumps(["set -e", CALL])}, ["no token"]),
    "a list": ("AWS-RunShellScript", {"commands": ["set -e", CALL]}, ["no token"]),
    "one line after the other": (
        "AWS-RunShellScript",
        {"commands": ["M=http://169.254.169.254", "curl $M/"]},
        ["no token"],
    ),
    "PowerShell": ("AWS-RunPowerShellScript", {"commands": POWERSHELL}, ["no token"]),
    "its ARN": ("arn:aws:ssm:eu-west-1::document/AWS-RunShellScript", {"commands": CALL}, ["no token"]),
    "a script from elsewhere": (
        "AWS-RunRemoteScript",
        {"sourceInfo": "{}", "commandLine": f"a.sh; {CALL}"},
        ["no token"],
    ),
    "no call": ("AWS-RunShellScript", {"commands": "uptime"}, []),
    "a comment": ("AWS-RunShellScript", {"commands": f"# {CALL}\ntrue"}, []),
    "a command that is not known": ("AWS-RunShellScript", {"commands": unknown("later")}, [WHAT]),
    "nothing is known": ("AWS-RunShellScript", unknown("later"), [WHAT]),
    "a document that is not known": (unknown("later"), {"commands": "x"}, [WHAT]),
    "another document": (
        "AWS-ApplyAnsiblePlaybooks",
        {"ExtraVariables": "url=http://169.254.169.254/latest/meta-data/"},
        ["aws_ssm_association.a names the metadata service in a parameter that is not read"],
    ),
    "another document, and no address": ("AWS-UpdateSSMAgent", {"allowDowngrade": "false"}, []),
}


@pytest.mark.parametrize(("name", "parameters", "told"), PARAMETERS.values(), ids=list(PARAMETERS))
@pytest.mark.parametrize("type_", ["aws_ssm_association", "awscc_ssm_association"])
def test_commands_in_parameters_are_read(type_, name, parameters, told):
    found = on_web(resource(f"{type_}.a", name=name, parameters=parameters, targets=EVERY))
    assert [each.replace("awscc_", "aws_") for each in found] == told


DEFAULT = {"c": {"type": "String", "default": CALL}}
GIVEN = {
    "given": ({}, {"c": CALL}, ["no token"]),
    "by default": (DEFAULT, {}, ["no token"]),
    "something else than the default": (DEFAULT, {"c": "true"}, []),
    "not at all": ({}, {}, []),
}


@pytest.mark.parametrize(("declared", "given", "told"), GIVEN.values(), ids=list(GIVEN))
def test_a_document_of_the_code_is_read_with_its_parameters(declared, given, told):
    text = json.dumps(step("aws:runShellScript", ["set -e", "{{ c }}"]) | {"parameters": declared})
    document = resource("awscc_ssm_document.d", name="d", content=text)
    assert on_web(document, resource("aws_ssm_association.a", name="d", parameters=given, targets=EVERY)) == told


def task(targets, type_="RUN_COMMAND", **parameters):
    given = [{"name": name, "values": values} for name, values in parameters.items()]
    invocation = [{"run_command_parameters": [{"parameter": given}]}]
    arguments = {"task_type": type_, "task_arn": "AWS-RunShellScript", "task_invocation_parameters": invocation}
    return resource("aws_ssm_maintenance_window_task.t", targets=targets, **arguments)


WINDOW = target("WindowTargetIds", ref("aws_ssm_maintenance_window_target.w.id"))
TASKS = {
    "all": (EVERY, EVERY, ["no token"]),
    "a target of the window": (WINDOW, target("tag:Role", "web"), ["no token"]),
    "another target of the window": (WINDOW, target("tag:Role", "db"), []),
    "a target that is not in the code": (
        target("WindowTargetIds", "1-2"),
        EVERY,
        ["whether aws_ssm_maintenance_window_task.t runs on it cannot be computed"],
    ),
}


@pytest.mark.parametrize(("targets", "window", "told"), TASKS.values(), ids=list(TASKS))
def test_a_task_of_a_maintenance_window_runs_commands(targets, window, told):
    there = resource("aws_ssm_maintenance_window_target.w", targets=window)
    assert on_web(there, task(targets, commands=["set -e", CALL])) == told


def test_a_task_that_is_no_command_runs_nothing_on_instances():
    assert on_web(task(EVERY, "LAMBDA", commands=[CALL])) == []


def test_an_instance_of_cloud_control_names_its_own_documents():
    associations = [
        {"document_name": "AWS-RunShellScript", "association_parameters": [{"key": "commands", "value": [CALL]}]}
    ]
    (found,) = estate(resource("awscc_ec2_instance.i", ssm_associations=associations)).launches
    assert [call.flaw.value for call in found.user_data.calls] == ["no token"]
