"""Plans that real Terraform made: the code is beside each, in fixtures/."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from imdsguard.model.resource import Action, Resource
from imdsguard.model.value import Absent, Known, Unknown, Value
from imdsguard.report.reasons import sentence

Fixture = Callable[[str], dict[str, Resource]]


def option(resource: Resource, name: str) -> Value:
    (block,) = resource.body.blocks("metadata_options").items
    return block.attribute(name)


def launches(resource: Resource, name: str) -> tuple[list[str], bool]:
    """What the argument of `launch_template` stands for, and whether it is sure to be that."""
    (block,) = resource.body.blocks("launch_template").items
    value = block.attribute(name)
    assert isinstance(value, Unknown)
    return [str(reference) for reference in value.references], value.exact


REFERENCES = [
    ('aws_instance.each_value["a"]', "id", ['aws_launch_template.each["a"].id'], True),
    ('aws_instance.each_value["b.\\"c\\""]', "id", ['aws_launch_template.each["b.\\"c\\""].id'], True),
    # `x[each.key].latest_version` reaches the plan as "x" and "each.key": which attribute it is is lost.
    ('aws_instance.each_value["a"]', "version", ['aws_launch_template.each["a"]'], True),
    ("aws_instance.conditional", "id", ["aws_launch_template.counted[0].id"], True),
    (
        "aws_instance.conditional",
        "version",
        ["aws_launch_template.counted[0].latest_version", "aws_launch_template.one.latest_version"],
        False,
    ),
    ("aws_instance.count_index[1]", "id", ["aws_launch_template.counted[1]"], True),
    # With another count, an index may be used modulo: any of them is possible.
    ("aws_instance.fewer[0]", "id", ["aws_launch_template.counted[0]", "aws_launch_template.counted[1]"], False),
    ("aws_instance.output", "id", ["module.m.aws_launch_template.inner.id"], True),
    ("aws_instance.output", "version", ["module.m.aws_launch_template.inner.latest_version"], True),
    ("module.m.aws_instance.through_object", "id", ["aws_launch_template.one.id"], True),
    ("module.m.aws_instance.through_variable", "id", ['aws_launch_template.each["a"].id'], True),
    ("module.m.aws_instance.through_built", "id", ["aws_launch_template.one.id"], True),
]


@pytest.mark.parametrize(("address", "argument", "references", "exact"), REFERENCES)
def test_what_an_unknown_argument_stands_for(
    fixture: Fixture, address: str, argument: str, references: list[str], exact: bool
) -> None:
    resource = fixture("references/plan.json")[address]
    assert launches(resource, argument) == (references, exact)


def test_a_local_value_cannot_be_followed(fixture: Fixture) -> None:
    (block,) = fixture("references/plan.json")["aws_instance.local"].body.blocks("launch_template").items
    value = block.attribute("id")
    assert isinstance(value, Unknown)
    assert sentence(value.reason) == "a plan does not show what local.template stands for"
    assert not value.references


def test_a_known_argument_tells_what_it_was_read_from(fixture: Fixture) -> None:
    resource = fixture("references/plan.json")["module.m.aws_instance.through_object"]
    (block,) = resource.body.blocks("launch_template").items
    version = block.attribute("version")
    assert isinstance(version, Known)
    assert version.value == "3"
    assert [str(step) for step in version.trace] == ["var.built.version (references/plan.json)"]


def test_blocks_of_a_set_are_found_by_their_constants(fixture: Fixture) -> None:
    alarm = fixture("references/plan.json")["aws_cloudwatch_metric_alarm.queries"]
    calls, total = alarm.body.blocks("metric_query").items
    assert calls.attribute("id") == Known("calls", calls.place)
    assert isinstance(calls.attribute("expression"), Absent), "the provider's empty string is not set by the code"
    assert total.attribute("expression") == Known("FILL(calls, 0)", total.place)
    dimensions = calls.blocks("metric").items[0].attribute("dimensions")
    assert isinstance(dimensions, Unknown)
    assert [str(reference) for reference in dimensions.references] == ["aws_instance.output.id"]
    assert dimensions.exact, "nothing else is in the map"


def test_dependencies(fixture: Fixture) -> None:
    resource = fixture("references/plan.json")["aws_instance.output"]
    assert [str(reference) for reference in resource.depends_on] == ["aws_launch_template.one", "module.m"]


def test_what_the_provider_computes_is_absent(fixture: Fixture) -> None:
    resources = fixture("nothing-set/plan.json")
    assert resources["aws_instance.bare"].body.blocks("metadata_options").items == ()
    assert isinstance(option(resources["aws_instance.sensitive"], "http_put_response_hop_limit"), Absent)


@pytest.mark.parametrize("address", ["aws_instance.null", "aws_instance.json"])
def test_a_null_argument_is_absent_although_the_plan_calls_it_unknown(fixture: Fixture, address: str) -> None:
    assert isinstance(option(fixture("nothing-set/plan.json")[address], "http_tokens"), Absent)


def test_a_default_of_the_provider_is_known(fixture: Fixture) -> None:
    endpoint = option(fixture("nothing-set/plan.json")["aws_instance.null"], "http_endpoint")
    assert isinstance(endpoint, Known)
    assert endpoint.value == "enabled"


def test_a_function_without_arguments_is_unknown(fixture: Fixture) -> None:
    value = fixture("nothing-set/plan.json")["aws_instance.function"].body.attribute("key_name")
    assert isinstance(value, Unknown)
    assert sentence(value.reason) == "a plan does not show what a function of constants gives"


def test_what_a_dynamic_block_leaves_open_cannot_be_told(fixture: Fixture) -> None:
    dynamic = fixture("nothing-set/plan.json")["aws_instance.dynamic"]
    tokens, hops = option(dynamic, "http_tokens"), option(dynamic, "http_put_response_hop_limit")
    assert isinstance(tokens, Known)
    assert tokens.value == "required"
    assert isinstance(hops, Unknown)
    assert sentence(hops.reason) == "a plan does not show what a dynamic block sets its arguments to"


def test_sensitive_values_are_marked(fixture: Fixture) -> None:
    tokens = option(fixture("nothing-set/plan.json")["aws_instance.sensitive"], "http_tokens")
    assert isinstance(tokens, Known)
    assert (tokens.value, tokens.sensitive) == ("required", True)


def test_a_data_source_that_was_read_has_its_values(fixture: Fixture) -> None:
    resources = fixture("nothing-set/plan.json")
    image, instance = resources["data.aws_ami.linux"], resources["aws_instance.bare"]
    assert image.data
    identifier, used = image.body.attribute("id"), instance.body.attribute("ami")
    assert isinstance(identifier, Known)
    assert isinstance(used, Known)
    assert identifier.value == used.value
    assert [step.label for step in used.trace] == ["data.aws_ami.linux.id"]


def test_no_instances(fixture: Fixture) -> None:
    assert "aws_instance.none" not in "".join(fixture("nothing-set/plan.json"))


PROVIDERS = {
    "aws_launch_template.default": ("aws", "eu-west-1"),
    "aws_launch_template.alias": ("aws.us", "us-west-2"),
    "aws_launch_template.other_account": ("aws.other_account", "us-west-2"),
    "aws_launch_template.own_region": ("aws", "ap-south-1"),
    'module.passed["x"].aws_launch_template.passed': ("aws.us", "us-west-2"),
    "module.own_provider.aws_launch_template.configured_here": ("module.own_provider:aws", "eu-west-1"),
}


def test_providers_and_regions(fixture: Fixture) -> None:
    found = {
        address: (resource.provider.name, getattr(resource.region, "value", None))
        for address, resource in fixture("regions/plan.json").items()
    }
    assert found == PROVIDERS


def test_accounts_differ_with_the_credentials(fixture: Fixture) -> None:
    resources = fixture("regions/plan.json")
    accounts = {name: resource.provider.account for name, resource in resources.items()}
    alias, passed = accounts["aws_launch_template.alias"], accounts['module.passed["x"].aws_launch_template.passed']
    assert alias == passed
    assert len(set(accounts.values())) == 4


ACTIONS = {
    "aws_launch_template.same": Action.NO_OP,
    "aws_instance.updated": Action.UPDATE,
    "aws_instance.replaced": Action.REPLACE,
    "aws_instance.replaced_carefully": Action.REPLACE,
    "aws_instance.forgotten": Action.FORGET,
    "aws_instance.created": Action.CREATE,
    "data.aws_ami.later": Action.NONE,
}


def test_actions(fixture: Fixture) -> None:
    assert {address: resource.action for address, resource in fixture("changes/plan.json").items()} == ACTIONS


def test_an_update_has_both_sides(fixture: Fixture) -> None:
    updated = fixture("changes/plan.json")["aws_instance.updated"]
    assert updated.before is not None
    (before,) = updated.before.blocks("metadata_options").items
    tokens = before.attribute("http_tokens")
    assert isinstance(tokens, Known)
    assert tokens.value == "optional"
    assert getattr(option(updated, "http_tokens"), "value", None) == "required"


def test_what_is_forgotten_is_as_it_was(fixture: Fixture) -> None:
    tokens = option(fixture("changes/plan.json")["aws_instance.forgotten"], "http_tokens")
    assert isinstance(tokens, Known)
    assert tokens.value == "optional"


def test_what_exists_is_known(fixture: Fixture) -> None:
    (block,) = fixture("changes/plan.json")["aws_instance.created"].body.blocks("launch_template").items
    identifier = block.attribute("id")
    assert isinstance(identifier, Known)
    assert [step.label for step in identifier.trace] == ["aws_launch_template.same.id"]


def test_a_data_source_that_waits_for_apply_is_unknown(fixture: Fixture) -> None:
    owners = fixture("changes/plan.json")["data.aws_ami.later"].body.attribute("owners")
    assert isinstance(owners, Known)
    assert isinstance(owners.value, tuple)
    (value,) = owners.value
    assert isinstance(value, Unknown)
    assert [str(reference) for reference in value.references] == ["aws_instance.created.private_dns"]


COUNTED = ["module.made.aws_instance.counted[0]", "module.made.aws_instance.counted[1]"]
KEYED = ['module.made.aws_instance.keyed["a"]', 'module.made.aws_instance.keyed["b"]']
WATCHED = [
    ("aws_cloudwatch_metric_alarm.one", ["aws_instance.one.id"], True),
    ('aws_cloudwatch_metric_alarm.each_value["b"]', ['aws_instance.each["b"].id'], True),
    ("aws_cloudwatch_metric_alarm.counted[1]", ["aws_instance.counted[1]"], True),
    ("module.m.aws_cloudwatch_metric_alarm.id", ["aws_instance.one.id"], True),
    # { for key, one in aws_instance.each : key => one.id }: which attribute it is, a plan does not show.
    ('module.m.aws_cloudwatch_metric_alarm.ids["b"]', ['aws_instance.each["b"]'], False),
    ('module.n["a"].aws_cloudwatch_metric_alarm.id', ['aws_instance.each["a"].id'], True),
    ('module.n["a"].aws_cloudwatch_metric_alarm.ids["a"]', ['aws_instance.each["a"].id'], True),
    # The alarm's key is of the output's list or map, and not of a module call that has neither count nor for_each.
    ("aws_cloudwatch_metric_alarm.made_counted[1]", COUNTED, False),
    ("aws_cloudwatch_metric_alarm.made_element[1]", COUNTED, False),
    ('aws_cloudwatch_metric_alarm.made_keyed["b"]', KEYED, False),
    ('aws_cloudwatch_metric_alarm.made_map["b"]', KEYED, False),
    ('aws_cloudwatch_metric_alarm.made_inside["x"]', ["module.made.aws_instance.counted[0].id"], True),
    (
        "aws_cloudwatch_metric_alarm.made_of_one[0]",
        ["module.twice[1].aws_instance.counted[0]", "module.twice[1].aws_instance.counted[1]"],
        False,
    ),
    ("aws_cloudwatch_metric_alarm.made_twice[0]", [], False),
]


@pytest.mark.parametrize(("address", "references", "exact"), WATCHED)
def test_dimensions_that_a_plan_does_not_show_are_followed(
    fixture: Fixture, address: str, references: list[str], exact: bool
) -> None:
    value = fixture("dimensions/plan.json")[address].body.attribute("dimensions")
    assert isinstance(value, Unknown)
    assert ([str(reference) for reference in value.references], value.exact) == (references, exact)
