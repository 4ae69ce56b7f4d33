"""Policies of an organisation: how they are read, and what attaches them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from imdsguard.model.organization import Condition
from imdsguard.model.reason import refused
from imdsguard.model.resource import Blocks
from imdsguard.model.value import Known, Reference, Unknown
from imdsguard.report.reasons import sentence
from tests.aws.memory import estate, ref, resource, unknown

POLICY = "aws_organizations_policy.metadata"
TOKENS = {"StringNotEquals": {"ec2:MetadataHttpTokens": "required"}}
STATEMENT = {"Effect": "Deny", "Action": "ec2:RunInstances", "Resource": "*", "Condition": TOKENS}
ABOUT = (Condition("StringNotEquals", "ec2:MetadataHttpTokens", ("required",)),)


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def policies(*resources):
    return estate(*resources).organization_policies


def data(address="data.aws_iam_policy_document.x", **arguments):
    plain = resource(address.removeprefix("data."), **arguments)
    return replace(plain, address=address, data=True)


def block(**more):
    test = {"test": "StringNotEquals", "variable": "ec2:MetadataHttpTokens", "values": ["required"]}
    return {"effect": "Deny", "actions": ["ec2:RunInstances"], "resources": ["*"], "condition": [test], **more}


def test_one_statement_may_stand_without_a_list():
    (listed,) = policies(resource(POLICY, content=document(STATEMENT)))
    (alone,) = policies(resource(POLICY, content=json.dumps({"Statement": STATEMENT})))
    assert listed.statements == alone.statements
    (statement,) = listed.statements
    assert (statement.effect, statement.actions, statement.conditions) == ("Deny", ("ec2:RunInstances",), ABOUT)


@pytest.mark.parametrize(
    "content",
    [
        document(),
        document({**STATEMENT, "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}}),
        document({**STATEMENT, "Condition": {"StringEquals": {"ec2:Attribute/HttpTokensEnforced": "enabled"}}}),
        document("Deny", 1, None),
        "[]",
        '{"ec2_attributes": {"image_block_public_access": {"state": {"@@assign": "block_new_sharing"}}}}',
        '{"ec2_attributes": []}',
    ],
)
def test_a_policy_about_something_else_is_left_alone(content):
    assert policies(resource(POLICY, content=content)) == ()


def test_only_statements_about_tokens_count():
    (found,) = policies(resource(POLICY, content=document({"Effect": "Allow", "Action": "*"}, STATEMENT)))
    assert len(found.statements) == 1


def test_a_declarative_policy_by_its_keys():
    defaults = {
        "http_tokens": {"@@assign": "required"},
        "http_put_response_hop_limit": {"@@assign": 2},
        "@@x": 1,
        "y": {},
    }
    content = json.dumps({"ec2_attributes": {"instance_metadata_defaults": defaults}})
    (found,) = policies(resource(POLICY, type="DECLARATIVE_POLICY_EC2", content=content))
    assert found.defaults == {"http_tokens": "required", "http_put_response_hop_limit": "2", "y": ""}


@pytest.mark.parametrize("content", ["{", "[" * 100_000, unknown()], ids=["broken", "deep", "unknown"])
def test_content_that_cannot_be_read_matters_where_the_policy_may_be_about_tokens(content):
    assert policies(resource("aws_organizations_policy.regions", content=content)) == ()
    (by_name,) = policies(resource(POLICY, content=content))
    (by_type,) = policies(resource("aws_organizations_policy.x", type="DECLARATIVE_POLICY_EC2", content=content))
    assert by_name.unreadable
    assert by_type.unreadable


def test_nothing_is_told_of_a_sensitive_policy():
    (found,) = policies(resource(POLICY, content=Known(document(STATEMENT), sensitive=True)))
    assert found.unreadable
    assert found.statements == ()


# Policy documents in blocks


def by_document(*documents):
    found = policies(*documents, resource(POLICY, content=ref("data.aws_iam_policy_document.x.json")))
    return found[0] if found else None


def test_a_document_is_read_from_its_blocks():
    found = by_document(data(statement=[block()]))
    assert found.statements[0].conditions == ABOUT


def test_an_effect_that_is_not_written_is_allow():
    assert by_document(data(statement=[block(effect=None)])).statements[0].effect == "Allow"


def test_a_value_that_cannot_be_computed_leaves_the_statement_unsure():
    assert (
        sentence(by_document(data(statement=[block(actions=unknown())])).statements[0].unsure) == "var.x has no value"
    )
    assert by_document(data(statement=[block(actions=["ec2:*", unknown()])])).statements[0].unsure


def test_statements_that_cannot_be_computed_leave_the_policy_unread():
    assert sentence(by_document(data(statement=Blocks((), unknown()))).unreadable) == "var.x has no value"


def test_documents_made_of_documents():
    first = data("data.aws_iam_policy_document.y", statement=[block(sid="tokens")])
    second = data(source_policy_documents=[ref("data.aws_iam_policy_document.y.json")])
    assert by_document(first, second).statements[0].sid == "tokens"


def test_a_statement_takes_the_place_of_a_source_with_its_sid():
    source = document({**STATEMENT, "Sid": "tokens", "Effect": "Allow"})
    found = by_document(data(source_policy_documents=[source], statement=[block(sid="tokens")]))
    assert [statement.effect for statement in found.statements] == ["Deny"]
    override = document({**STATEMENT, "Sid": "tokens", "Effect": "Allow"})
    found = by_document(data(override_policy_documents=[override], statement=[block(sid="tokens")]))
    assert [statement.effect for statement in found.statements] == ["Allow"]


def test_a_document_made_of_itself_ends():
    found = by_document(data(source_policy_documents=[ref("data.aws_iam_policy_document.x.json")]))
    assert found.unreadable


# Attachments


def attachment(value, **more):
    return resource("aws_organizations_policy_attachment.x", policy_id=value, target_id="r-1", **more)


EACH = Unknown(refused("it is known only after apply"), (Reference(POLICY, ("id",)),))


@pytest.mark.parametrize(
    ("attached", "answer"),
    [
        ([], False),
        ([attachment(ref(f"{POLICY}.id"))], True),
        ([attachment("p-1")], True),
        ([attachment("p-2")], False),
        ([attachment(ref("aws_organizations_policy.other.id"))], False),
        ([attachment(unknown())], None),
        ([attachment(EACH)], None),
        ([attachment(ref(f"{POLICY}.id"), instances=unknown())], None),
    ],
    ids=["none", "reference", "id", "another id", "another", "unknown", "one of several", "may not exist"],
)
def test_a_policy_is_attached_by_its_id(attached, answer):
    (found,) = policies(resource(POLICY, id="p-1", content=document(STATEMENT)), *attached)
    assert found.attached is answer


@pytest.mark.parametrize(("targets", "answer"), [(["r-1"], True), ([], False), (unknown(), None), (None, False)])
def test_the_awscc_policy_names_its_targets(targets, answer):
    known = Known(tuple(Known(each) for each in targets)) if isinstance(targets, list) else targets
    (found,) = policies(resource("awscc_organizations_policy.x", content=document(STATEMENT), target_ids=known))
    assert found.attached is answer
