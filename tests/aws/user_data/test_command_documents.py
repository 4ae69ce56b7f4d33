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
    return [call.flaw.value for call in found.calls] + [sentence(reason) for reason in (*found.unread, *found.untold)]


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
