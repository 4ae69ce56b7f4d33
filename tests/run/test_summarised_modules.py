"""Modules that launch instances, whose version is pinned: what that version makes of its metadata options is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from imdsguard.model.severity import Confidence
from imdsguard.run.config import prepare
from imdsguard.run.reading import Reading, read
from imdsguard.run.scan import scan
from imdsguard.run.summarised_modules import SUMMARIES, summary_of
from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.source.module_address import parse_address

EC2, ASG = "terraform-aws-modules/ec2-instance/aws", "terraform-aws-modules/autoscaling/aws"
EKS, POSSE = "terraform-aws-modules/eks/aws", "cloudposse/ec2-instance/aws"
POSSE_GROUP, NODES = "cloudposse/ec2-autoscale-group/aws", "cloudposse/eks-node-group/aws"


def reading(folder: Path, source: str, version: str, arguments: str = "", more: str = "") -> Reading:
    (folder / ".git").mkdir(exist_ok=True)
    asked = f'  version = "{version}"\n' if version else ""
    (folder / "main.tf").write_text(f'module "m" {{\n  source = "{source}"\n{asked}{arguments}\n}}\n{more}')
    return read(inputs=Inputs(working_directory=str(folder)))


@pytest.mark.parametrize(
    ("source", "version", "arguments", "state", "why"),
    [
        (EC2, "3.0.0", "", "optional", "launch"),
        (EC2, "4.5.0", "metadata_options = null", "optional", "service_default"),
        (EC2, "~> 4.0", 'metadata_options = { http_tokens = "required" }', "required", "launch"),
        (EC2, "5.7.1", "", "optional", "launch"),
        (EC2, "5.8.0", "", "required", "launch"),
        (EC2, "5.8.0", 'metadata_options = { http_endpoint = "enabled" }', "required", "launch"),
        (EC2, "5.7.1", 'metadata_options = { http_endpoint = "enabled" }', "optional", "launch"),
        (EC2, "6.4.0", "", "required", "launch"),
        (EC2, "~> 6.0", 'metadata_options = { http_tokens = "optional" }', "optional", "launch"),
        (
            EC2,
            "6.4.0",
            "create_spot_instance = true",
            "required",
            "ami",
        ),  # by its image, AL2023
        (EC2, "6.4.0", 'create_spot_instance = true\n  ami = "ami-1"', "optional", "service_default"),
        (POSSE, "0.28.0", "", "required", "launch"),
        (POSSE, "1.1.0", "metadata_http_tokens_required = false", "optional", "launch"),
        (POSSE, "1.1.0", "metadata_http_endpoint_enabled = false", "disabled", "launch"),
    ],
)
def test_what_a_version_makes_of_its_input(
    source: str, version: str, arguments: str, state: str, why: str, tmp_path: Path
) -> None:
    found = reading(tmp_path, source, version, f"  {arguments}\n")
    assert [str(problem) for problem in found.problems] == []
    (launch,) = found.estate.launches
    assert (launch.state.value, launch.options["http_tokens"].source.value) == (state, why)


@pytest.mark.parametrize(
    ("version", "arguments", "state"),
    [
        ("6.0.0", "", "optional"),
        ("~> 6.0", 'metadata_options = { http_tokens = "required" }', "required"),
        ("6.10.0", "use_mixed_instances_policy = true", "optional"),
        ("8.3.1", "", "optional"),
        ("8.3.1", 'metadata_options = { http_tokens = "required" }', "required"),
        ("8.3.1", 'metadata_options = { http_endpoint = "enabled" }', "optional"),
        ("9.0.0", "", "required"),
        ("~> 9.0", 'metadata_options = { http_endpoint = "enabled" }', "required"),
        ("9.2.1", "metadata_options = null", "optional"),
    ],
)
def test_a_group_is_told_by_its_template(version: str, arguments: str, state: str, tmp_path: Path) -> None:
    found = reading(tmp_path, ASG, version, f"  {arguments}\n")
    assert [str(problem) for problem in found.problems] == []
    assert {each.address: each.state.value for each in found.estate.launches} == {
        "module.m.aws_launch_template.this[0]": state,
        "module.m.aws_autoscaling_group.this[0]": state,
    }


GROUPS = """
  eks_managed_node_groups = {
    a = {}
    b = { metadata_options = { http_endpoint = "enabled" } }
    c = { metadata_options = { http_tokens = "optional" } }
    d = { use_custom_launch_template = false }
    e = { create = false }
  }
  self_managed_node_groups = {
    f = {}
    g = { create_launch_template = false, launch_template_id = "lt-1" }
  }
"""


@pytest.mark.parametrize(
    ("version", "partly"),
    [("19.0.0", "optional"), ("20.37.2", "optional"), ("~> 20.0", "optional"), ("~> 21.0", "required")],
)
def test_node_groups_of_a_cluster(version: str, partly: str, tmp_path: Path) -> None:
    """A map that says something else takes the place of the whole default before 21.0.0, and of a part since."""
    found = reading(tmp_path, EKS, version, GROUPS)
    assert [str(problem) for problem in found.problems] == []
    states = {each.address.removeprefix("module.m.module."): each.state.value for each in found.estate.launches}
    template, nodes, group = (
        "aws_launch_template.this[0]",
        "aws_eks_node_group.this[0]",
        "aws_autoscaling_group.this[0]",
    )
    managed, own = 'eks_managed_node_group["{}"].{}', 'self_managed_node_group["{}"].{}'
    assert states == {
        **{managed.format("a", each): "required" for each in (template, nodes)},
        **{managed.format("b", each): partly for each in (template, nodes)},
        **{managed.format("c", each): "optional" for each in (template, nodes)},
        managed.format("d", nodes): "unknown",  # EKS has a template of its own
        **{own.format("f", each): "required" for each in (template, group)},
        own.format("g", group): "unknown",
    }


@pytest.mark.parametrize(
    ("version", "arguments", "expected"),
    [
        ("0.23.0", "", "required"),
        ("v0.43.1", "", "required"),
        ("0.35.0", "metadata_http_tokens_required = false", "optional"),
        ("0.35.0", "metadata_http_endpoint_enabled = false", "disabled"),
        ("0.41.0", "mixed_instances_policy = { instances_distribution = null, override = [] }", "required"),
        ("0.41.0", "enabled = false", None),
        ("0.41.0", "context = { enabled = false }", None),
    ],
)
def test_a_group_of_cloudposse(version: str, arguments: str, expected: str | None, tmp_path: Path) -> None:
    found = reading(tmp_path, POSSE_GROUP, version, f"  {arguments}\n")
    assert [str(problem) for problem in found.problems] == []
    parts = ("aws_launch_template", "aws_autoscaling_group") if expected else ()
    assert {each.address: each.state.value for each in found.estate.launches} == {
        f"module.m.{part}.default[0]": expected for part in parts
    }
    options = found.estate.launches[-1].options if expected else {}
    assert not options or options["http_put_response_hop_limit"].value == 2


@pytest.mark.parametrize(
    ("version", "arguments", "expected"),
    [
        ("0.25.0", "", {"aws_launch_template.default": "required", "aws_eks_node_group.default": "required"}),
        ("2.12.0", "", {"aws_launch_template.default": "required", "aws_eks_node_group.default": "required"}),
        ("3.4.0", "", {"aws_launch_template.default": "required", "aws_eks_node_group.cbd": "required"}),
        (
            "~> 3.0",
            "metadata_http_tokens_required = false",
            {"aws_launch_template.default": "optional", "aws_eks_node_group.cbd": "optional"},
        ),
        ("2.0.0", 'launch_template_id = ["lt-1"]', {"aws_eks_node_group.default": "unknown"}),
        ("2.0.0", "enabled = false", {}),
    ],
)
def test_a_node_group_of_cloudposse(version: str, arguments: str, expected: dict[str, str], tmp_path: Path) -> None:
    found = reading(tmp_path, NODES, version, f"  {arguments}\n")
    assert [str(problem) for problem in found.problems] == []
    assert {each.address: each.state.value for each in found.estate.launches} == {
        f"module.m.{address}[0]": state for address, state in expected.items()
    }


@pytest.mark.parametrize(
    ("source", "version", "argument"),
    [
        (NODES, "3.4.0", "before_cluster_joining_userdata = [CALL]"),
        (NODES, "2.0.0", "after_cluster_joining_userdata = [CALL]"),
        (NODES, "2.0.0", "userdata_override_base64 = [base64encode(SCRIPT)]"),
        (POSSE_GROUP, "0.43.1", "user_data = SCRIPT"),
        (POSSE_GROUP, "0.30.0", "user_data_base64 = base64encode(SCRIPT)"),
        (ASG, "6.5.0", "user_data = base64encode(SCRIPT)"),
    ],
)
def test_the_script_that_a_call_gives_is_read(source: str, version: str, argument: str, tmp_path: Path) -> None:
    script = 'join("\\n", ["#!/bin/bash", CALL])'
    code = argument.replace("SCRIPT", script).replace("CALL", '"curl http://169.254.169.254/latest/meta-data/"')
    found = reading(tmp_path, source, version, f"  {code}\n")
    assert {call.what for each in found.estate.launches for call in each.user_data.calls} == {
        "curl http://169.254.169.254/latest/meta-data/"
    }


def test_auto_mode_of_a_cluster_is_seen(tmp_path: Path) -> None:
    found = reading(tmp_path, EKS, "21.0.0", "  compute_config = { enabled = true }\n")
    assert [each.address for each in found.estate.launches] == ["module.m.aws_eks_cluster.this[0]"]


def test_a_template_that_is_given_is_not_known_from_here(tmp_path: Path) -> None:
    found = reading(tmp_path, ASG, "9.2.1", '  create_launch_template = false\n  launch_template_id = "lt-1"\n')
    (launch,) = found.estate.launches
    assert (launch.address, launch.state.value) == ("module.m.aws_autoscaling_group.this[0]", "unknown")


@pytest.mark.parametrize(
    ("source", "version"),
    [
        (EC2, None),
        (EC2, ">= 5.0"),
        (EC2, "~> 5.0"),  # 5.8.0 turned the default
        (EC2, ">= 5.8.0"),
        (EC2, "2.21.0"),
        (EC2, "7.0.0"),
        (EC2 + "//modules/x", "6.0.0"),
        (ASG, "5.2.0"),
        (ASG, ">= 6.0"),
        (EKS, "18.31.2"),
        (NODES, "0.24.4"),
        (NODES, "1.0.0"),  # as 0.24 was
        (NODES, ">= 0.25.0"),
        (POSSE_GROUP, "0.22.0"),
        ("github.com/terraform-aws-modules/terraform-aws-ec2-instance?ref=master", None),
    ],
)
def test_a_version_that_is_not_pinned_or_was_not_read_is_not_told(source: str, version: str | None) -> None:
    assert summary_of(parse_address(source), version) is None


def test_a_repository_at_a_tag_is_a_pinned_version() -> None:
    address = parse_address("git::https://github.com/terraform-aws-modules/terraform-aws-ec2-instance.git?ref=v5.8.0")
    found = summary_of(address, None)
    assert found is not None
    assert found.folder.endswith("ec2_instance_5_8")


def test_what_a_summary_does_not_have_is_unknown_and_no_error(tmp_path: Path) -> None:
    more = 'resource "aws_instance" "x" {\n  subnet_id = module.m.availability_zone\n  ami = module.m.id\n}\n'
    found = reading(tmp_path, EC2, "6.0.0", '  some_argument = "x"\n', more)
    assert found.problems == ()
    assert [each.address for each in found.estate.launches] == ["aws_instance.x", "module.m.aws_instance.this[0]"]


def test_a_finding_says_that_the_code_was_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    reading(tmp_path, EC2, "5.7.1")
    (finding,) = [f for f in scan(policy=prepare()).findings if f.rule == "instance-tokens-optional"]
    said = f"{EC2} 5.7.1 is not downloaded: read from a summary of what it makes of its input"
    assert (finding.confidence, finding.trace[-1]) == (Confidence.MEDIUM, said)
    assert [str(each.place) for each in finding.related] == ["main.tf:1:1"]


def test_stretches_of_one_module_do_not_overlap() -> None:
    for source in {each.source for each in SUMMARIES}:
        stretches = [each for each in SUMMARIES if each.source == source]
        ends = [text for each in stretches for text in (each.lowest, each.below)]
        assert sorted(ends, key=lambda text: [int(part) for part in text.split(".")]) == ends


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("", []),
        ("  create = false\n", ["module.m"]),
        ("  create_spot_instance = true\n", []),
    ],
    ids=["it launches", "its switch is off", "it launches by another block"],
)
def test_blocks_of_a_summary_are_told_by_their_call_and_once(arguments: str, told: list[str], tmp_path: Path) -> None:
    found = reading(tmp_path, EC2, "6.4.0", arguments)
    assert [each.call for each in found.not_made] == told
    assert [(each.place.file, each.place.line) for each in found.not_made] == [("main.tf", 1)] * len(told)
    assert [place.line for each in found.unseen for place in each.places] == [1] * len(told)
    assert bool(found.no_launch) == bool(told)
