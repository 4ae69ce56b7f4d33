"""Provisioners in a plan: arguments as the configuration shows them, without a connection and without files."""

from __future__ import annotations

from imdsguard.model.value import Known, Unknown, text_of
from tests.terraform.documents.conftest import creation


def planned(plan, *provisioners, type_="null_resource"):
    """Read a plan of one resource that has these provisioners."""
    block = {"address": f"{type_}.a", "provider_config_key": "null", "provisioners": list(provisioners)}
    configuration = {"root_module": {"resources": [block]}}
    found, problems = plan(creation(f"{type_}.a", {"id": None}), configuration=configuration)
    assert problems == ()
    return found.get(f"{type_}.a")


def runs(**expressions):
    return {"type": "remote-exec", "expressions": expressions}


def test_a_resource_of_any_type_is_read_for_commands_that_it_runs(plan):
    found = planned(plan, {"type": "local-exec"}, runs(inline={"constant_value": ["set -e", "true"]}))
    (provisioner,) = found.provisioners
    assert [text_of(line) for line in provisioner.body.attribute("inline").value] == ["set -e", "true"]
    assert (provisioner.kind, provisioner.connections) == ("remote-exec", ())


def test_other_provisioners_make_no_resource_wanted(plan):
    assert planned(plan, {"type": "local-exec"}, {"type": "file"}) is None


def test_commands_that_are_computed_are_not_known(plan):
    (provisioner,) = planned(
        plan, runs(inline={"references": ["aws_instance.web.id", "aws_instance.web"]})
    ).provisioners
    assert isinstance(provisioner.body.attribute("inline"), Unknown)


def test_a_script_is_not_in_the_plan(plan):
    (provisioner,) = planned(plan, runs(script={"constant_value": "./a.sh"})).provisioners
    ((name, content),) = [(file.name, file.content) for file in provisioner.files("script")]
    assert (name, isinstance(content, Known)) == ("./a.sh", False)
    assert provisioner.files("scripts") == ()


def test_those_of_a_wanted_resource_are_read_alike(plan):
    found = planned(plan, runs(inline={"constant_value": ["true"]}), type_="aws_instance")
    assert [each.kind for each in found.provisioners] == ["remote-exec"]
