"""What is known of an image that the code only looks up: its family, what a plan shows, what the policy assumes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imdsguard.aws.estate import build
from imdsguard.model.assumption import AssumedImage
from imdsguard.model.place import Place
from imdsguard.model.value import Known
from tests.aws.memory import launch, ref, resource, unknown

AL2023 = "al2023-ami-2023.*-x86_64"
PARAMETER = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
REQUIRED, OPTIONAL, UNSURE = "required", "optional", "optional unless the image requires them"


def data(address, **arguments):
    return replace(resource(address, **arguments), data=True)


def filtered(*names, by="name"):
    return {"name": by, "values": [*names]}


def sought(*names, owners=("amazon",), more=(), kind="data.aws_ami"):
    return data(f"{kind}.found", owners=[*owners], filter=[filtered(*names), *more])


def of(image, ami=None):
    """The state of an instance with this image, and whether it is sure."""
    return said(launch(image, resource("aws_instance.web", ami=ami or ref(f"{image.address}.id"))))


def said(found):
    sure = found.options["http_tokens"].sure
    return UNSURE if found.state.value == "optional" and not sure else found.state.value


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((AL2023,), REQUIRED),
        (("al2023-ami-minimal-*",), REQUIRED),
        (("al2023-ami-*", "amazon-eks-node-al2023-x86_64-standard-1.33-*"), REQUIRED),
        (("amzn2-ami-hvm-*",), OPTIONAL),
        (("amazon-eks-node-1.29-v*",), OPTIONAL),
        (("bottlerocket-aws-*",), UNSURE),
        (("al2023*",), UNSURE),
        (("*al2023-ami-*",), UNSURE),
        (("al2023-ami-*", "amzn2-ami-*"), UNSURE),
        ((unknown("var.name has no value"),), UNSURE),
        (("al2023-ami-*", unknown("var.other has no value")), UNSURE),
        ((replace(unknown("var.arch has no value"), sketch="al2023-ami-2023.*-\ufffc"),), REQUIRED),
        ((replace(unknown("var.family has no value"), sketch="\ufffc-ami-2023.*"),), UNSURE),
        ((), UNSURE),
    ],
    ids=str,
)
def test_names_tell_the_family_of_amazon_s_images(names, expected):
    assert of(sought(*names)) == expected


@pytest.mark.parametrize(
    ("owners", "more", "expected"),
    [
        (("137112412989",), (), REQUIRED),
        (("self",), (), UNSURE),
        (("amazon", "111122223333"), (), UNSURE),
        ((unknown("var.owner has no value"),), (), UNSURE),
        ((), (), UNSURE),
        ((), (filtered("amazon", by="owner-alias"),), REQUIRED),
        ((), (filtered("137112412989", by="owner-id"),), REQUIRED),
        ((), (filtered("self", by="owner-alias"),), UNSURE),
        (("amazon",), (filtered("ubuntu-*", by=unknown("var.by has no value")),), UNSURE),
    ],
    ids=str,
)
def test_a_family_is_its_owner_s(owners, more, expected):
    assert of(sought(AL2023, owners=owners, more=more)) == expected


def test_a_list_of_ids_is_of_the_family_that_it_was_filtered_by():
    ids = sought(AL2023, kind="data.aws_ami_ids")
    assert of(ids, ref("data.aws_ami_ids.found.ids[0]")) == REQUIRED


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (PARAMETER, REQUIRED),
        ("/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id", REQUIRED),
        ("/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/arm64/nvidia/recommended/image_id", REQUIRED),
        ("/aws/service/eks/optimized-ami/1.29/amazon-linux-2/recommended/image_id", OPTIONAL),
        ("/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2", OPTIONAL),
        ("/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id", "unknown"),
        ("/aws/service/bottlerocket/aws-k8s-1.33/x86_64/latest/image_id", UNSURE),
        ("/company/images/al2023-ami-golden", UNSURE),
        (replace(unknown("var.version has no value"),
                 sketch="/aws/service/eks/optimized-ami/\ufffc/amazon-linux-2023/x86_64"), REQUIRED),
        (unknown("var.path has no value"), UNSURE),
    ],
    ids=str,
)  # fmt: skip
def test_the_paths_of_parameters_tell_the_family(path, expected):
    parameter = data("data.aws_ssm_parameter.found", name=path)
    assert of(parameter, ref("data.aws_ssm_parameter.found.value")) == expected
    if isinstance(path, str):
        assert said(launch(resource("aws_instance.web", ami=f"resolve:ssm:{path}"))) == expected


@pytest.mark.parametrize(
    ("owner", "name", "expected"),
    [
        ("099720109477", "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*", "unknown"),
        ("099720109477", "ubuntu/images/*/ubuntu-noble-24.04-*", "unknown"),
        ("099720109477", "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-*", UNSURE),
        ("amazon", "ubuntu/images/*/ubuntu-noble-24.04-*", UNSURE),
    ],
)
def test_since_when_ubuntu_24_04_requires_tokens_is_not_known(owner, name, expected):
    assert of(sought(name, owners=[owner])) == expected


def test_a_family_that_requires_tokens_gives_two_hops():
    found = launch(sought(AL2023), resource("aws_instance.web", ami=ref("data.aws_ami.found.id")))
    assert (found.options["http_put_response_hop_limit"].effective, found.tokens.source.value) == (2, "ami")


@pytest.mark.parametrize("attribute", ["id", "image_id", "value", "insecure_value"])
def test_the_id_that_a_plan_shows_of_an_image_has_several_names(attribute):
    kind = "data.aws_ssm_parameter.found" if "value" in attribute else "data.aws_ami.found"
    image = data(kind, name=PARAMETER, owners=["amazon"], filter=[filtered(AL2023)], **{attribute: "ami-1"})
    assert of(image, "ami-1") == REQUIRED
    assert of(image, "ami-2") == UNSURE


@pytest.mark.parametrize("ami", [5, True, (), {}])
def test_of_an_image_that_is_no_text_nothing_is_known(ami):
    assert said(launch(resource("aws_instance.web", ami=ami))) == UNSURE


def test_what_a_plan_shows_of_an_image_counts_before_its_family():
    shown = data("data.aws_ami.found", id="ami-1", imds_support="", owners=["amazon"], filter=[filtered(AL2023)])
    assert of(shown, "ami-1") == OPTIONAL
    parameter = data("data.aws_ssm_parameter.same", name=PARAMETER, value="ami-1")
    for images in ((shown, parameter), (parameter, shown)):
        assert said(launch(*images, resource("aws_instance.web", ami="ami-1"))) == OPTIONAL
    assert of(parameter, "ami-1") == REQUIRED
    assert of(parameter, "ami-2") == UNSURE


# --- what a policy assumes ---

HERE = Place("team.yaml", 4, 5)


def assumed(image, *assumptions, ami=None):
    web = resource("aws_instance.web", ami=ami or ref(f"{image.address}.id"))
    (found,) = build([(".", [image, web])], images=assumptions).launches
    return found


def golden(owner="self", name="golden-*", support="v2.0"):
    return AssumedImage(support, HERE, owner=owner, name=name)


@pytest.mark.parametrize(
    ("names", "owners", "assumption", "expected"),
    [
        (("golden-web-*",), ("self",), golden(), REQUIRED),
        (("golden-*",), ("111122223333",), golden(owner="1111*"), REQUIRED),
        (("golden-web-*",), ("self",), golden(support="none"), OPTIONAL),
        (("golden-*", "silver-*"), ("self",), golden(), UNSURE),
        (("golden-*",), ("self", "amazon"), golden(), UNSURE),
        (("gold*",), ("self",), golden(), UNSURE),
        (("golden-*",), ("self",), golden(name="golden-?"), UNSURE),
        (("golden-1",), ("self",), golden(name="golden-?"), REQUIRED),
        (("golden-*",), (), golden(owner="*"), UNSURE),
        ((), ("self",), golden(name="*"), UNSURE),
        (("ubuntu/images/x/ubuntu-noble-24.04-*",), ("099720109477",),
         golden(owner="099720109477", name="ubuntu/images/*ubuntu-noble-24.04-*"), REQUIRED),
        ((AL2023,), ("amazon",), golden(owner="amazon", name="al2023-*", support="none"), OPTIONAL),
    ],
)  # fmt: skip
def test_an_assumption_speaks_of_all_images_that_may_be_found(names, owners, assumption, expected):
    assert said(assumed(sought(*names, owners=owners), assumption)) == expected


@pytest.mark.parametrize(
    ("path", "glob", "expected"),
    [
        ("/company/images/web", "/company/images/*", REQUIRED),
        ("/company/images/web", "/company/*/db", UNSURE),
    ],
)
def test_an_assumption_speaks_of_a_parameter(path, glob, expected):
    assumption = AssumedImage("v2.0", HERE, parameter=glob)
    parameter = data("data.aws_ssm_parameter.web", name=path)
    assert said(assumed(parameter, assumption, ami=ref("data.aws_ssm_parameter.web.value"))) == expected
    assert said(assumed(parameter, assumption, ami=f"resolve:ssm:{path}")) == expected


def test_an_assumption_is_traced_to_the_policy_and_gives_two_hops():
    found = assumed(sought("golden-web-*", owners=["self"]), golden())
    assert [str(step) for step in found.tokens.trace][1:] == ["assumed by the policy (team.yaml:4)"]
    assert found.options["http_put_response_hop_limit"].value == 2


def test_what_a_plan_shows_counts_before_an_assumption():
    shown = data("data.aws_ami.found", id="ami-1", imds_support="", owners=["self"], filter=[filtered("golden-*")])
    assert said(assumed(shown, golden(), ami="ami-1")) == OPTIONAL


def test_a_region_default_counts_before_an_assumed_image():
    default = resource("aws_ec2_instance_metadata_defaults.all", http_tokens="optional")
    image = sought("golden-*", owners=["self"])
    web = resource("aws_instance.web", ami=ref(f"{image.address}.id"))
    (found,) = build([(".", [default, image, web])], images=[golden()]).launches
    assert (found.state.value, found.tokens.source.value) == ("optional", "region_default")


def test_an_image_shown_without_its_support_is_of_its_family():
    """Old providers do not have the attribute."""
    shown = data("data.aws_ami.found", id=Known("ami-1"), owners=["amazon"], filter=[filtered(AL2023)])
    assert of(shown, "ami-1") == REQUIRED
