"""Each kind of launch: through what it launches, and what of its code reaches AWS."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imdsguard.model.environment import Stack
from imdsguard.model.reason import refused
from imdsguard.model.resource import Blocks
from imdsguard.model.value import Known, Reference, Unknown
from imdsguard.report.reasons import sentence
from tests.aws.memory import Memory, estate, launch, ref, resource, unknown, verdict

REQUIRED = [{"http_endpoint": "enabled", "http_tokens": "required"}]
OPTIONAL = [{"http_tokens": "optional"}]
LT = "launch template"
WHICH = f"which {LT} is used cannot be computed"
V2 = resource("aws_ami.golden", imds_support="v2.0")


def template(name="web", options=REQUIRED, **more):
    return resource(f"aws_launch_template.{name}", name=name, metadata_options=options, **more)


def by(name="web", key="id"):
    return [{key: ref(f"aws_launch_template.{name}.id"), "version": "$Latest"}]


# Templates: how they are named


@pytest.mark.parametrize(
    "block",
    [
        {"id": ref("aws_launch_template.web.id")},
        {"name": ref("aws_launch_template.web.name")},
        {"name": "web"},
        {"launch_template_id": ref("aws_launch_template.web.id")},
        {"launch_template_name": "web"},
        {"id": ref("aws_launch_template.web.id"), "version": "3"},
        {"id": ref("aws_launch_template.web.id"), "name": unknown()},
    ],
    ids=str,
)
def test_a_template_in_the_code_is_found(block):
    found = launch(template(), resource("aws_autoscaling_group.web", launch_template=[block]))
    assert (found.state.value, found.via) == ("required", ("aws_launch_template.web",))


def test_a_plan_names_a_template_by_the_id_it_has():
    web = resource("aws_launch_template.web", id="lt-1", metadata_options=REQUIRED)
    assert verdict(web, resource("aws_instance.web", launch_template=[{"id": "lt-1"}])) == (
        "required",
        "launch_template",
    )


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        ({"id": "lt-1"}, "launch template lt-1 is not in the code"),
        ({"name": "other"}, "launch template other is not in the code"),
        ({"id": ref("data.aws_launch_template.x.id")}, f"{LT} data.aws_launch_template.x.id is not in the code"),
        ({"id": unknown("var.lt has no value")}, f"{WHICH}: var.lt has no value"),
        ({"id": ref("aws_launch_template.web.arn")}, f"{LT} aws_launch_template.web.arn is not in the code"),
        ({}, "the block names no launch template"),
        ({"id": ref("data.aws_x.y.value")}, f"{WHICH}: data.aws_x.y.value is known only after apply"),
    ],
    ids=str,
)  # fmt: skip
def test_any_other_template_is_unknown_with_the_reason(block, reason):
    found = launch(template(), resource("aws_instance.web", launch_template=[block]))
    assert (found.state.value, sentence(found.reason), found.via) == ("unknown", reason, ())


def one_of(*names, attribute="id"):
    choices = tuple(Reference(f"aws_launch_template.{name}", (attribute,)) for name in names)
    return replace(unknown("var.which has no value"), choices=choices)


def test_templates_of_which_one_is_used_give_what_they_agree_on():
    def state(*templates, block=None):
        block = block or {"id": one_of(*(each.name for each in templates))}
        return launch(*templates, resource("aws_autoscaling_group.web", launch_template=[block]))

    a, b, soft = template("a"), template("b"), template("soft", OPTIONAL)
    assert state(a, b).state.value == "required"
    assert (state(a).state.value, state(a).via) == ("required", ("aws_launch_template.a",))
    assert sentence(state(a, soft).reason) == (
        "which of aws_launch_template.a and aws_launch_template.soft is used cannot be computed: var.which has no value"
    )
    assert state(a, block={"id": one_of("a", "elsewhere")}).state.value == "unknown"
    silent, imaged = template("silent", []), template("imaged", [], image_id=ref("aws_ami.golden.id"))
    assert [state(V2, silent, imaged, block={"id": one_of(*names)}).state.value for names in (
        ("silent",), ("imaged",), ("silent", "imaged"))] == ["optional", "required", "unknown"]  # fmt: skip


def test_images_of_which_one_is_launched_give_what_they_agree_on():
    other, bare = resource("aws_ami.other", imds_support="v2.0"), resource("aws_ami.bare")

    def state(*names):
        choices = tuple(Reference(f"aws_ami.{name}", ("id",)) for name in names)
        references = {"references": choices, "choices": choices}
        return verdict(V2, other, bare, resource("aws_instance.web", ami=replace(unknown(), **references)))[0]

    assert [state("golden", "other"), state("golden", "bare"), state("golden", "elsewhere")] == [
        "required", "unknown", "unknown"]  # fmt: skip


def test_a_name_counts_in_its_own_region_only():
    elsewhere = template(region="us-east-1")
    assert launch(elsewhere, resource("aws_instance.web", launch_template=[{"name": "web"}])).state.value == "unknown"


def test_references_resolve_in_one_root_only():
    from imdsguard.aws.estate import build

    group = resource("aws_autoscaling_group.web", launch_template=by())
    (found,) = [
        each
        for each in build([(Stack("a"), [template()]), (Stack("b"), [group])]).launches
        if each.address == group.address
    ]
    assert found.state.value == "unknown"


def test_one_resource_stands_for_all_instances_of_an_unknown_count():
    web = template(instances=unknown("var.n has no value"))
    for key in ("[0]", '["a"]', '["b[\\"1\\"]"]'):
        keyed = Unknown(refused(""), (Reference(f"aws_launch_template.web{key}", ("id",)),), exact=True)
        assert verdict(web, resource("aws_instance.web", launch_template=[{"id": keyed}]))[0] == "required"


# Instances over their template


def test_the_instance_beats_its_template():
    web = resource("aws_instance.web", launch_template=by(), metadata_options=OPTIONAL)
    assert verdict(template(), web) == ("optional", "launch")


def test_a_block_without_tokens_over_a_template_with_tokens_is_unknown():
    web = resource("aws_instance.web", launch_template=by(), metadata_options=[{"http_endpoint": "enabled"}])
    found = launch(template(), web)
    assert (found.state.value, found.tokens.source.value) == ("unknown", "unknown")
    assert "not documented" in sentence(found.reason)


def test_a_block_without_tokens_over_a_template_without_tokens_falls_through():
    web = resource("aws_instance.web", launch_template=by(), metadata_options=[{"http_put_response_hop_limit": 2}])
    assert verdict(template(options=[]), web) == ("optional", "service_default")


def test_the_image_of_the_instance_replaces_the_template_s():
    bare = template(options=[], image_id=ref("aws_ami.golden.id"))
    assert verdict(V2, bare, resource("aws_instance.web", launch_template=by())) == ("required", "ami")
    assert verdict(V2, bare, resource("aws_instance.web", launch_template=by(), ami="ami-1"))[0] == "optional"


def test_a_template_block_that_cannot_be_computed_is_unknown_unless_the_instance_decides():
    maybe = Blocks((), unknown("var.templates has no value"))
    assert verdict(resource("aws_instance.web", launch_template=maybe))[0] == "unknown"
    assert verdict(resource("aws_instance.web", launch_template=maybe, metadata_options=REQUIRED))[0] == "required"


# Launch configurations


@pytest.mark.parametrize(
    ("options", "state"),
    [
        (REQUIRED, "required"),
        ([{"http_tokens": "required"}], "unknown"),
        ([{"http_tokens": "required", "http_endpoint": unknown()}], "unknown"),
        ([{"http_tokens": "optional"}], "optional"),
        ([{"http_endpoint": "disabled", "http_tokens": "required"}], "disabled"),
        ([], "optional"),
    ],
    ids=str,
)
def test_a_launch_configuration_sends_tokens_only_with_the_endpoint(options, state):
    web = resource("aws_launch_configuration.web", metadata_options=options)
    assert verdict(web)[0] == state
    group = resource("aws_autoscaling_group.web", launch_configuration=ref("aws_launch_configuration.web.name"))
    assert verdict(web, group)[0] == state


@pytest.mark.parametrize(("tokens", "state"), [("required", "unknown"), ("optional", "optional"), (None, "optional")])
def test_whether_a_launch_configuration_follows_the_region_default_is_not_known(tokens, state):
    defaults = resource("aws_ec2_instance_metadata_defaults.all", http_tokens=tokens)
    assert verdict(defaults, resource("aws_launch_configuration.web"))[0] == state


# Groups and fleets


def group(*overrides, base="web"):
    specification = [{"launch_template_specification": by(base, "launch_template_id"), "override": list(overrides)}]
    return resource("aws_autoscaling_group.web", mixed_instances_policy=[{"launch_template": specification}])


def own(name):
    return {"instance_type": "t3.micro", "launch_template_specification": by(name, "launch_template_id")}


PLAIN = {"instance_type": "t3.micro"}
BAD = template("bad", OPTIONAL)


@pytest.mark.parametrize(
    ("mixed", "state", "through"),
    [
        (group(), "required", ["web"]),
        (group(PLAIN), "required", ["web"]),
        (group(PLAIN, own("bad")), "optional", ["web", "bad"]),
        (group(own("web"), base="bad"), "required", ["web"]),
        (group(own("web"), PLAIN, base="bad"), "optional", ["bad", "web"]),
        (group(own("missing")), "unknown", []),
        (group(own("missing"), own("bad")), "optional", ["bad"]),
    ],
)
def test_a_mixed_group_is_as_bad_as_the_worst_it_launches(mixed, state, through):
    found = launch(template(), BAD, mixed)
    assert (found.state.value, found.via) == (state, tuple(f"aws_launch_template.{name}" for name in through))


def test_overrides_that_cannot_be_computed_may_launch_anything():
    overrides = Blocks((), unknown("var.types has no value"))
    policy = {
        "launch_template": [{"launch_template_specification": by(key="launch_template_id"), "override": overrides}]
    }
    assert (
        launch(template(), resource("aws_autoscaling_group.web", mixed_instances_policy=[policy])).state.value
        == "unknown"
    )


def test_a_group_that_names_nothing_is_unknown():
    found = launch(resource("aws_autoscaling_group.web"))
    assert sentence(found.reason) == "the group names no launch template and no launch configuration"


def test_a_group_takes_the_region_default_of_its_own_region():
    here = resource("aws_ec2_instance_metadata_defaults.here", http_tokens="required")
    bare = template(options=[])
    assert verdict(here, bare, resource("aws_autoscaling_group.web", launch_template=by()))[0] == "required"
    far = resource("aws_autoscaling_group.web", launch_template=by(), region="us-east-1")
    assert verdict(here, bare, far)[0] == "optional"


def config(name):
    return {"launch_template_specification": by(name, "launch_template_id"), "override": [PLAIN]}


@pytest.mark.parametrize("kind", ["aws_ec2_fleet", "aws_spot_fleet_request"])
def test_a_fleet_is_as_bad_as_its_worst_template(kind):
    assert verdict(template(), BAD, resource(f"{kind}.web", launch_template_config=[config("web")]))[0] == "required"
    both = resource(f"{kind}.web", launch_template_config=[config("web"), config("bad")])
    assert verdict(template(), BAD, both)[0] == "optional"
    assert verdict(template(), BAD, resource(f"{kind}.web"))[0] == "unknown"


def test_a_spot_fleet_specification_has_no_options_and_takes_the_image_s():
    assert verdict(resource("aws_spot_fleet_request.a", launch_specification=[{"ami": "ami-1"}]))[0] == "optional"
    golden = resource("aws_spot_fleet_request.a", launch_specification=[{"ami": ref("aws_ami.golden.id")}])
    assert verdict(V2, golden) == ("required", "ami")


def test_a_spot_request_sends_no_options_at_all():
    request = resource(
        "aws_spot_instance_request.a", metadata_options=[{"http_tokens": "required", "http_endpoint": "disabled"}]
    )
    assert verdict(request) == ("optional", "service_default")
    assert verdict(resource("aws_ec2_instance_metadata_defaults.all", http_tokens="required"), request)[0] == "required"


def test_a_node_group_without_a_template_is_unknown_since_eks_makes_one():
    found = launch(resource("aws_eks_node_group.a", ami_type="AL2023_x86_64_STANDARD"))
    assert (found.state.value, sentence(found.reason)) == (
        "unknown",
        "EKS makes the launch template itself, and what it sets there is not documented",
    )


@pytest.mark.parametrize(
    ("options", "ami_type", "state"),
    [
        (REQUIRED, None, "required"),
        (OPTIONAL, "AL2023_x86_64_STANDARD", "optional"),
        ([], None, "optional"),
        ([], "AL2_x86_64", "optional"),
        ([], "AL2023_x86_64_STANDARD", "unknown"),
    ],
)
def test_a_node_group_with_a_template(options, ami_type, state):
    nodes = resource("aws_eks_node_group.a", launch_template=by(), ami_type=ami_type)
    assert verdict(template(options=options), nodes)[0] == state


# Images


@pytest.mark.parametrize("image", ["ami-1", ref("data.aws_ami.al2023.id"), unknown("var.ami has no value"), None])
def test_an_image_that_is_not_in_the_code_says_nothing(image):
    assert verdict(V2, resource("aws_instance.web", ami=image)) == ("optional", "service_default")


@pytest.mark.parametrize("support", [unknown(), "v1.0"])
def test_an_image_whose_support_cannot_be_computed_leaves_tokens_unknown(support):
    golden = resource("aws_ami.golden", imds_support=support)
    assert verdict(golden, resource("aws_instance.web", ami=ref("aws_ami.golden.id")))[0] == "unknown"


def test_one_of_several_images_is_unknown_if_any_of_them_says_something():
    either = Unknown(refused(""), (Reference("aws_ami.plain", ("id",)), Reference("aws_ami.golden", ("id",))))
    plain = resource("aws_ami.plain")
    assert verdict(plain, V2, resource("aws_instance.web", ami=either))[0] == "unknown"
    assert verdict(plain, resource("aws_instance.web", ami=either))[0] == "optional"


def test_a_copy_of_an_image_may_keep_its_support():
    copy = resource("aws_ami_copy.copy", source_ami_id=ref("aws_ami.golden.id"))
    found = launch(V2, copy, resource("aws_instance.web", ami=ref("aws_ami_copy.copy.id")))
    assert sentence(found.reason) == "whether aws_ami_copy.copy keeps imds_support of aws_ami.golden is not documented"
    bare = resource("aws_ami_copy.copy", source_ami_id="ami-1")
    assert verdict(bare, resource("aws_instance.web", ami=ref("aws_ami_copy.copy.id")))[0] == "optional"


def test_an_image_made_from_an_instance_has_the_support_of_that_instance_s_image():
    builder = resource("aws_instance.builder", ami=ref("aws_ami.golden.id"))
    baked = resource("aws_ami_from_instance.baked", source_instance_id=ref("aws_instance.builder.id"))
    web = resource("aws_instance.web", ami=ref("aws_ami_from_instance.baked.id"))
    assert verdict(V2, builder, baked, web) == ("required", "ami")


def test_the_id_of_an_image_that_a_plan_shows_stands_for_it():
    found = resource("data.aws_ami.al2023", id="ami-1", imds_support="v2.0")
    assert verdict(found, resource("aws_instance.web", ami="ami-1")) == ("required", "ami")
    assert verdict(found, resource("aws_instance.web", ami="ami-2"))[0] == "optional"


def test_images_made_from_each_other_end():
    a = resource("aws_ami_copy.a", source_ami_id=ref("aws_ami_copy.b.id"))
    b = resource("aws_ami_copy.b", source_ami_id=ref("aws_ami_copy.a.id"))
    assert verdict(a, b, resource("aws_instance.web", ami=ref("aws_ami_copy.a.id")))[0] == "optional"


# The estate


def test_launches_of_which_nobody_knows_how_many_are_launches():
    (found,) = estate(resource("aws_instance.web", instances=unknown())).launches
    assert found.state.value == "optional"


def test_data_sources_launch_nothing():
    from dataclasses import replace

    assert estate(replace(resource("aws_instance.web"), data=True)).launches == ()


def test_sensitive_values_are_compared_and_marked():
    secret = Known("required", sensitive=True)
    found = launch(resource("aws_instance.web", metadata_options=[{"http_tokens": secret}]))
    assert (found.state.value, found.tokens.sensitive) == ("required", True)
    wrong = launch(resource("aws_instance.web", metadata_options=[{"http_tokens": Known("hunter2", sensitive=True)}]))
    assert "hunter2" not in sentence(wrong.reason)


def test_an_object_attribute_reads_like_a_block():
    web = resource("aws_instance.web", metadata_options=Blocks((Memory({"http_tokens": "required"}),)))
    assert verdict(web)[0] == "required"


def looked_up(**read):
    from dataclasses import replace

    found = resource("aws_launch_template.shared", name="shared", **read)
    return replace(found, address="data.aws_launch_template.shared", data=True)


def test_a_template_that_is_looked_up_is_unknown_until_terraform_has_read_it():
    by_id = resource("aws_instance.web", launch_template=[{"id": ref("data.aws_launch_template.shared.id")}])
    found = launch(looked_up(), by_id)
    assert found.state.value == "unknown"
    assert sentence(found.reason) == "data.aws_launch_template.shared is read by Terraform at plan or apply time"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([{"http_endpoint": "enabled", "http_tokens": "required"}], ("required", "launch_template")),
        ([{"http_endpoint": "enabled", "http_tokens": "optional"}], ("optional", "launch_template")),
        ([], ("optional", "service_default")),
    ],
)
def test_a_plan_tells_what_a_template_says_that_is_looked_up(options, expected):
    data = looked_up(arn="arn:aws:ec2:eu-west-1:1:launch-template/lt-1", id="lt-1", metadata_options=options)
    assert verdict(data, resource("aws_instance.web", launch_template=[{"id": "lt-1"}])) == expected
    assert verdict(data, resource("aws_autoscaling_group.web", launch_template=[{"name": "shared"}])) == expected
