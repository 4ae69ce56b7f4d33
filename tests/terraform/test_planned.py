"""A plan at its source: values of the plan, places of the code, and what is said where both do not belong together."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from imdsguard.aws.types.registry import supported_types
from imdsguard.model.resource import Resource
from imdsguard.model.value import Absent, Known, Unknown
from imdsguard.report.reasons import sentence
from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.join.planned import AGAIN, read_planned
from imdsguard.terraform.read import read
from imdsguard.terraform.reading import RootsRead

STACK = Path(__file__).with_name("planned") / "stack"
PROD = Inputs(var_files=("prod.tfvars",))


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stack, to be changed at will; the working directory."""
    shutil.copytree(STACK, tmp_path / "stack")
    monkeypatch.chdir(tmp_path / "stack")
    return tmp_path / "stack"


def joined(source: str | None = ".", inputs: Inputs = PROD) -> RootsRead:
    return read_planned("plan.json", Path("plan.json").read_bytes(), source, inputs, supported_types())


def by_address(reading: RootsRead) -> dict[str, Resource]:
    return {each.address: each for root in reading.roots for each in root.resources}


def place(resource: Resource) -> str:
    return f"{resource.place.file}:{resource.place.line}"


def tokens(resource: Resource) -> Known | Unknown | Absent:
    (block,) = resource.body.blocks("metadata_options").items
    return block.attribute("http_tokens")


def problems(reading: RootsRead) -> list[str]:
    return [str(problem) for problem in reading.problems]


def test_each_resource_is_where_it_is_written(stack: Path) -> None:
    found = joined()
    assert problems(found) == []
    assert {address: place(each) for address, each in by_address(found).items()} == {
        "aws_instance.json": "json.tf.json:4",
        "aws_instance.counted[0]": "main.tf:23",
        "aws_instance.counted[1]": "main.tf:23",
        "aws_instance.overridden": "main.tf:33",
        "aws_instance.hidden": "main.tf:46",
        "aws_instance.ignoring": "main.tf:59",
        "aws_instance.plain": "main.tf:73",
        'module.web["blue"].aws_launch_template.this': "modules/web/main.tf:5",
        'module.web["green"].aws_launch_template.this': "modules/web/main.tf:5",
        'module.web["blue"].module.group.aws_autoscaling_group.this': "modules/group/main.tf:5",
        'module.web["green"].module.group.aws_autoscaling_group.this': "modules/group/main.tf:5",
        "module.bastion.aws_instance.this": "vendored/bastion/main.tf:1",
    }


def test_the_calls_that_lead_to_a_resource_come_root_first(stack: Path) -> None:
    group = by_address(joined())['module.web["blue"].module.group.aws_autoscaling_group.this']
    assert [f"{each.file}:{each.line}" for each in group.calls] == ["main.tf:13", "modules/web/main.tf:15"]


def test_the_root_has_the_name_that_a_scan_gives_it(stack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root,) = joined().roots
    assert (root.name, {each.root for each in root.resources}) == (".", {"."})
    assert root.files[:3] == ("plan.json", "json.tf.json", "main.tf")
    monkeypatch.chdir("..")
    data = (stack / "plan.json").read_bytes()
    (root,) = read_planned("-", data, "stack", Inputs(var_files=("stack/prod.tfvars",)), supported_types()).roots
    assert root.name == "stack"


@pytest.mark.parametrize(
    ("address", "value", "where"),
    [
        ("aws_instance.counted[0]", "required", "main.tf:29"),
        ("aws_instance.counted[1]", "optional", "main.tf:29"),
        ("aws_instance.overridden", "optional", "main_override.tf:3"),
        ("aws_instance.json", "optional", "json.tf.json:8"),
        ('module.web["green"].aws_launch_template.this', "required", "modules/web/main.tf:11"),
    ],
)
def test_each_argument_is_where_it_is_written(stack: Path, address: str, value: str, where: str) -> None:
    found = tokens(by_address(joined())[address])
    assert isinstance(found, Known)
    assert (found.value, f"{found.place.file}:{found.place.line}" if found.place else "") == (value, where)


def test_a_value_leads_to_the_file_that_gave_it(stack: Path) -> None:
    blue = 'module.web["blue"].aws_launch_template.this'
    assert [str(step) for step in tokens(by_address(joined())[blue]).trace] == [
        "var.tokens (main.tf:16)",
        "each.value (main.tf:15)",
        "local.stacks (main.tf:10)",
        "var.tokens (prod.tfvars:1)",
    ]


def test_a_variable_that_nothing_else_gives_comes_from_the_plan(stack: Path) -> None:
    blue = by_address(joined(inputs=Inputs()))['module.web["blue"].aws_launch_template.this']
    found = tokens(blue)
    assert isinstance(found, Known)
    assert found.value == "optional"
    assert [str(step) for step in found.trace][-1] == "var.tokens (plan.json)"


def test_what_is_ignored_is_seen_in_the_source(stack: Path) -> None:
    assert by_address(joined())["aws_instance.ignoring"].ignored == ("metadata_options",)
    assert by_address(joined(source=None))["aws_instance.ignoring"].ignored == ()


def test_a_dynamic_block_that_a_plan_hides_is_unknown(stack: Path) -> None:
    blocks = by_address(joined())["aws_instance.hidden"].body.blocks("metadata_options")
    assert blocks.items == ()
    assert blocks.unknown is not None
    assert [str(each) for each in blocks.unknown.references] == ["aws_sns_topic.calls.arn"]
    assert f"{blocks.unknown.place}".startswith("main.tf:50")


def test_a_dynamic_block_that_a_plan_only_suspects_is_not_there(stack: Path) -> None:
    suspected = by_address(joined(source=None))["aws_instance.plain"].body.blocks("metadata_options")
    blocks = by_address(joined())["aws_instance.plain"].body.blocks("metadata_options")
    assert suspected.unknown is not None
    assert (blocks.items, blocks.unknown) == ((), None)


def test_what_a_plan_hides_and_the_source_has_null_is_left_out(stack: Path) -> None:
    with (stack / "more.tf").open("w") as more:
        more.write('locals {\n  none = null\n}\n\nresource "aws_instance" "null" {\n  metadata_options {\n')
        more.write("    http_tokens = local.none\n  }\n}\n")
    plan = json.loads(Path("plan.json").read_text())
    options = {"after": {"metadata_options": [{}]}, "after_unknown": {"metadata_options": [{"http_tokens": True}]}}
    named = {"address": "aws_instance.null", "mode": "managed", "type": "aws_instance", "name": "null"}
    plan["resource_changes"].append({**named, "change": {"actions": ["create"], **options}})
    shown = {"metadata_options": [{"http_tokens": {"references": ["local.none"]}}]}
    plan["configuration"]["root_module"]["resources"].append({**named, "expressions": shown})
    Path("plan.json").write_text(json.dumps(plan))
    hidden = tokens(by_address(joined(source=None))["aws_instance.null"])
    assert isinstance(hidden, Unknown)
    assert sentence(hidden.reason) == "a plan does not show what local.none stands for"
    left_out = tokens(by_address(joined())["aws_instance.null"])
    assert isinstance(left_out, Absent)
    assert f"{left_out.place}".startswith("more.tf:7")


def test_installed_modules_are_found(stack: Path) -> None:
    installed = stack / ".terraform" / "modules" / "bastion"
    installed.parent.mkdir(parents=True)
    shutil.move(stack / "vendored" / "bastion", installed)
    manifest = {"Modules": [{"Key": "bastion", "Source": "acme/bastion/aws", "Dir": ".terraform/modules/bastion"}]}
    (installed.parent / "modules.json").write_text(json.dumps(manifest))
    main = stack / "main.tf"
    main.write_text(main.read_text().replace("./vendored/bastion", "acme/bastion/aws"))
    found = joined()
    assert problems(found) == []
    bastion = by_address(found)["module.bastion.aws_instance.this"]
    assert place(bastion) == ".terraform/modules/bastion/main.tf:1"
    assert [place.line for place in bastion.calls] == [19]


def test_a_module_whose_code_is_not_at_hand_is_at_its_call(stack: Path) -> None:
    shutil.rmtree(stack / "vendored")
    main = stack / "main.tf"
    main.write_text(main.read_text().replace("./vendored/bastion", "acme/bastion/aws"))
    found = joined()
    bastion = by_address(found)["module.bastion.aws_instance.this"]
    assert (problems(found), place(bastion), f"{bastion.body.place}") == ([], "main.tf:19", "main.tf:19:1")
    assert place(by_address(found)["aws_instance.plain"]) == "main.tf:73"


def test_a_module_that_is_not_called_any_more_is_told(stack: Path) -> None:
    main = stack / "main.tf"
    main.write_text(main.read_text().replace('module "bastion"', 'module "other"'))
    assert "this code does not make module.bastion.aws_instance.this of plan.json" in problems(joined())[0]


@pytest.mark.parametrize("address", ["module", "", "module.", "aws_instance", '["x"]', "module.web.module"])
def test_an_address_that_is_none_is_no_trouble(stack: Path, address: str) -> None:
    text = Path("plan.json").read_text()
    Path("plan.json").write_text(text.replace('"address":"aws_instance.plain"', f'"address":{json.dumps(address)}'))
    assert problems(joined()) != []
    assert [root.name for root in read_beside("plan.json").roots] == ["plan.json"]


def test_without_its_code_a_resource_has_no_line(stack: Path) -> None:
    assert {place(each) for each in by_address(joined(source=None)).values()} == {"plan.json:0"}


def test_a_resource_that_the_code_lacks_is_told_and_has_no_line(stack: Path) -> None:
    (stack / "json.tf.json").unlink()
    found = joined()
    assert problems(found) == [f".: this code does not make aws_instance.json of plan.json: {AGAIN}"]
    resources = by_address(found)
    assert place(resources["aws_instance.json"]) == "plan.json:0"
    assert place(resources["aws_instance.ignoring"]) == "main.tf:59"


def test_an_instance_that_the_code_no_longer_counts_is_told(stack: Path) -> None:
    main = stack / "main.tf"
    main.write_text(main.read_text().replace("count         = 2", "count         = 1"))
    found = joined()
    assert "does not make aws_instance.counted[1] of plan.json" in problems(found)[0]
    assert place(by_address(found)["aws_instance.counted[1]"]) == "main.tf:23"


def test_a_resource_that_the_plan_lacks_is_told(stack: Path) -> None:
    (stack / "new.tf").write_text('resource "aws_instance" "new" {\n}\n')
    assert problems(joined()) == [f"new.tf:1:1: plan.json does not plan aws_instance.new of this code: {AGAIN}"]


def test_a_plan_of_some_resources_need_not_have_them_all(stack: Path) -> None:
    (stack / "new.tf").write_text('resource "aws_instance" "new" {\n}\n')
    plan = json.loads(Path("plan.json").read_text())
    plan["complete"] = False
    Path("plan.json").write_text(json.dumps(plan))
    assert problems(joined()) == []


def test_the_plan_decides_where_the_code_was_edited_since(stack: Path) -> None:
    override = stack / "main_override.tf"
    override.write_text(override.read_text().replace("optional", "required"))
    found = tokens(by_address(joined())["aws_instance.overridden"])
    assert isinstance(found, Known)
    assert (found.value, f"{found.place}") == ("optional", "main_override.tf:2:3")


def test_code_that_was_edited_since_does_not_make_known_what_the_plan_hides(stack: Path) -> None:
    main = stack / "main.tf"
    main.write_text(main.read_text().replace('resource "aws_sns_topic" "calls"', 'resource "aws_sns_topic" "others"'))
    assert by_address(joined())["aws_instance.hidden"].body.blocks("metadata_options").unknown is not None


def test_a_block_that_was_edited_since_names_no_template(stack: Path) -> None:
    """The plan was made of `id = var.a ? x.id : null` beside a name: code with the id alone is not that code."""
    template = "aws_launch_template.edited.id"
    code = 'resource "aws_launch_template" "edited" {}\n\nresource "aws_instance" "edited" {\n'
    code += f"  launch_template {{\n    id = {template}\n  }}\n}}\n"
    (stack / "more.tf").write_text(code)
    plan = json.loads(Path("plan.json").read_text())
    shown = {"id": {"references": ["var.a", template, template.removesuffix(".id")]}}
    for names in ({"id"}, {"id", "name"}):
        plan_of_edited(plan, shown if names == {"id"} else {**shown, "name": {"references": ["var.a"]}})
        Path("plan.json").write_text(json.dumps(plan))
        (block,) = by_address(joined())["aws_instance.edited"].body.blocks("launch_template").items
        value = block.attribute("id")
        assert isinstance(value, Unknown)
        assert value.exact is (names == {"id"})


def plan_of_edited(plan: dict[str, Any], shown: dict[str, Any]) -> None:
    """Plan an instance and a template, both new, that are called `edited`; `shown` is the block's configuration."""
    for type_, after, unknown, expressions in (
        ("aws_launch_template", {}, {"id": True}, {}),
        (
            "aws_instance",
            {"launch_template": [{"name": "golden"} if "name" in shown else {}]},
            {"launch_template": [{"id": True}]},
            {"launch_template": [shown]},
        ),
    ):
        named = {"address": f"{type_}.edited", "mode": "managed", "type": type_, "name": "edited"}
        change = {"actions": ["create"], "after": after, "after_unknown": unknown}
        for part, key, one in (
            (plan, "resource_changes", {**named, "change": change}),
            (plan["configuration"]["root_module"], "resources", {**named, "expressions": expressions}),
        ):
            part[key] = [each for each in part[key] if each["address"] != named["address"]] + [one]


def test_a_folder_without_code_is_a_problem(stack: Path) -> None:
    Path("empty").mkdir()
    found = joined("empty")
    assert problems(found) == ["empty: there are no Terraform files in this folder: name the code of the plan"]
    assert len(by_address(found)) == len(by_address(joined()))


def test_what_a_plan_deletes_is_planned(stack: Path) -> None:
    plan = json.loads(Path("plan.json").read_text())
    for change in plan["resource_changes"]:
        change["change"].update(actions=["delete"], before=change["change"]["after"], after=None, after_unknown={})
    Path("plan.json").write_text(json.dumps(plan))
    found = joined()
    assert (problems(found), by_address(found)) == ([], {})


def test_a_hostile_value_of_a_variable_costs_no_more_than_that_value(stack: Path) -> None:
    text = Path("plan.json").read_text()
    for value in ("1e999", '{"a":' * 400 + "1" + "}" * 400):
        Path("plan.json").write_text(text.replace('"tokens":{"value":"optional"}', f'"tokens":{{"value":{value}}}'))
        assert len(by_address(joined())) == len(by_address(joined(source=None)))


def test_a_state_is_read_at_the_places_of_its_source(stack: Path) -> None:
    values = {"metadata_options": [{"http_endpoint": "enabled", "http_tokens": "optional"}]}
    instance = {"address": "aws_instance.ignoring", "mode": "managed", "type": "aws_instance", "name": "ignoring"}
    resources = [{**instance, "provider_name": "registry.terraform.io/hashicorp/aws", "values": values}]
    state = {"format_version": "1.0", "values": {"root_module": {"resources": resources}}}
    found = read_planned("state.json", json.dumps(state).encode(), ".", PROD, supported_types())
    (resource,) = by_address(found).values()
    assert (problems(found), place(resource), found.roots[0].deployed) == ([], "main.tf:59", True)
    value = tokens(resource)
    assert isinstance(value, Known)
    assert (value.value, str(value.place)) == ("optional", "main.tf:63:3")


def test_broken_code_costs_places_only(stack: Path) -> None:
    (stack / "main.tf").write_text("resource {{{")
    found = joined()
    assert "this code does not make" in problems(found)[0]
    assert len(by_address(found)) == len(by_address(joined(source=None)))


# --- without --source: only code that declares just what is planned ---


def read_beside(*paths: str, inputs: Inputs = PROD) -> RootsRead:
    return read(paths, replace(inputs, look_beside=True), supported_types())


def test_the_code_beside_a_plan_is_taken(stack: Path) -> None:
    (root,) = read_beside("plan.json").roots
    assert root.name == "."
    assert place(root.resources[0]) == "json.tf.json:4"


def test_the_code_of_the_working_directory_is_taken(stack: Path) -> None:
    Path("out").mkdir()
    shutil.move("plan.json", "out/plan.json")
    (root,) = read_beside("out/plan.json").roots
    assert (root.name, root.files[0]) == (".", "out/plan.json")


@pytest.mark.parametrize("change", ["more", "less"])
def test_other_code_is_left_alone(stack: Path, change: str) -> None:
    if change == "more":
        (stack / "new.tf").write_text('resource "aws_instance" "new" {\n}\n')
    else:
        (stack / "json.tf.json").unlink()
    found = read_beside("plan.json")
    assert (problems(found), found.roots[0].name) == ([], "plan.json")
    assert {place(each) for each in found.roots[0].resources} == {"plan.json:0"}


def test_two_plans_of_one_source_keep_apart(stack: Path) -> None:
    shutil.copy("plan.json", "second.json")
    names = [root.name for root in read_beside("plan.json", "second.json").roots]
    assert names == [".", "second.json"]
    assert [root.name for root in read_beside(".", "plan.json").roots] == [".", "plan.json"]
