"""Small configurations that hang on the workspace, and what must hold of a run that does not know it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from hypothesis import strategies as st

from imdsguard import Estate, Policy, Rule, State, Verdict, judge
from imdsguard.aws.estate import build
from imdsguard.aws.types.registry import supported_types
from imdsguard.run.rules import load_rules, rule_files
from imdsguard.terraform.documents.addresses import unkeyed
from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.read import read

WORKSPACES = ("default", "shop-prod", "shop-dev", "prod")

HEAD = """\
locals {
  env    = trimprefix(terraform.workspace, "shop-")
  name   = "web-${terraform.workspace}"
  sizes  = { "shop-prod" = 2, "shop-dev" = 1, prod = 0, default = 1 }
  tokens = { prod = "required", dev = "optional", default = "required" }
}
"""
CONDITIONS = st.sampled_from(
    [
        'terraform.workspace == "shop-prod"',
        'local.env == "prod"',
        'startswith(terraform.workspace, "shop-")',
        'contains(["prod", "dev"], local.env)',
        "terraform.workspace != local.env",
        "terraform.workspace == terraform.workspace",
        'local.name == "web-${local.env}"',
        "length(local.env) > 3",
    ]
)
TOKENS = st.one_of(
    st.sampled_from(
        ['"required"', '"optional"', "local.tokens[local.env]", 'lookup(local.tokens, local.env, "optional")']
    ),
    CONDITIONS.map(lambda condition: f'{condition} ? "required" : "optional"'),
    CONDITIONS.map(lambda condition: f'{condition} ? "required" : "required"'),
)
COUNTS = st.one_of(
    st.sampled_from(
        [
            "",
            "  count = local.sizes[terraform.workspace]\n",
            "  count = lookup(local.sizes, local.env, 0)\n",
            "  for_each = toset([terraform.workspace])\n",
            "  for_each = toset([for name in [local.env] : name if name == terraform.workspace])\n",
        ]
    ),
    CONDITIONS.map(lambda condition: f"  count = {condition} ? 1 : 0\n"),
    CONDITIONS.map(lambda condition: f"  count = {condition} ? 2 : 1\n"),
)
NAMES = st.sampled_from(['"web"', "local.name", '"web-${terraform.workspace}"', 'format("web-%s", local.env)'])
OPTIONS = '  metadata_options {{\n    http_endpoint = "enabled"\n    http_tokens   = {}\n  }}\n'
INSTANCE = (
    'resource "aws_instance" "{}" {{\n{}  ami           = "ami-0123456789abcdef0"\n  instance_type = "t3.micro"\n{}}}\n'
)


@st.composite
def configurations(draw: st.DrawFn) -> dict[str, str]:
    """A root module: instances, templates by name, a Region default, an alarm; all may hang on the workspace."""
    parts = [HEAD]
    for number in range(draw(st.integers(1, 3))):
        options = OPTIONS.format(draw(TOKENS)) if draw(st.booleans()) else ""
        if draw(st.booleans()):
            options += f"  launch_template {{\n    name = {draw(NAMES)}\n  }}\n"
        parts.append(INSTANCE.format(f"web{number}", draw(COUNTS), options))
    for number in range(draw(st.integers(0, 2))):
        named = f"  name = {draw(NAMES)}\n"
        many = draw(COUNTS) if draw(st.booleans()) else ""
        parts.append(f'resource "aws_launch_template" "t{number}" {{\n{many}{named}{OPTIONS.format(draw(TOKENS))}}}\n')
    if draw(st.booleans()):
        many = draw(CONDITIONS.map(lambda condition: f"  count = {condition} ? 1 : 0\n")) if draw(st.booleans()) else ""
        parts.append(
            f'resource "aws_ec2_instance_metadata_defaults" "this" {{\n{many}  http_tokens = {draw(TOKENS)}\n}}\n'
        )
    if draw(st.booleans()):
        inner = OPTIONS.format("var.tokens") + '}\nvariable "tokens" {\n'
        parts.append(f'module "m" {{\n  source = "./m"\n{draw(COUNTS)}  tokens = {draw(TOKENS)}\n}}\n')
        return {"main.tf": "\n".join(parts), "m/main.tf": INSTANCE.format("inner", draw(COUNTS_INSIDE), inner)}
    return {"main.tf": "\n".join(parts)}


COUNTS_INSIDE = st.sampled_from(["", '  count = terraform.workspace == "prod" ? 0 : 1\n'])


def write(files: Mapping[str, str], folder: Path) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def estate_in(folder: Path, workspace: str | None) -> tuple[Estate, tuple[str, ...]]:
    """What there is in a workspace, and what Terraform refuses there."""
    found = read((".",), Inputs(workspace=workspace, working_directory=str(folder)), supported_types())
    return build([(root.name, root.resources) for root in found.roots]), tuple(map(str, found.problems))


def rules() -> tuple[Rule, ...]:
    wanted = ("instance-tokens-optional", "launch-template-tokens-optional", "region-default-missing")
    return load_rules(rule_files(), wanted)


def contradictions(exact: Estate, unsure: Estate, asked: tuple[Rule, ...]) -> Iterator[str]:
    """What is so in one workspace, and is not among the answers of a run that does not know which one it is."""
    for launch in exact.launches:
        ours = next((each for each in unsure.launches if _stands_for(each.address, launch.address)), None)
        if ours is None:
            yield f"{launch.address} is there, and nobody says that it may be"
        elif ours.state not in (launch.state, State.UNKNOWN):
            yield f"{launch.address} is {launch.state.value}, and is said to be {ours.state.value}"
    there = {unkeyed(launch.address) for launch in exact.launches}
    for launch in unsure.launches:
        if launch.resource.certain and unkeyed(launch.address) not in there:
            yield f"{launch.address} is not there, and is said to be for certain"
    told = _verdicts(unsure, asked)
    for about, verdicts in _verdicts(exact, asked).items():
        ours_too = told.get(about, set())
        if Verdict.UNKNOWN not in ours_too and not verdicts <= ours_too:
            yield f"{about}: {verdicts} here, and in any workspace {ours_too}"


def _stands_for(address: str, instance: str) -> bool:
    """Whether it is the instance's address, or one without keys that are not known. (No key here has a dot.)"""
    steps, those = address.split("."), instance.split(".")
    return len(steps) == len(those) and all(
        that == step or that.startswith(f"{step}[") for step, that in zip(steps, those, strict=True)
    )


def _verdicts(estate: Estate, asked: tuple[Rule, ...]) -> dict[tuple[str, str], set[Verdict]]:
    """The verdicts by rule and block; of what is about an account and Region, by rule alone."""
    outcome = judge(estate, asked, Policy())
    assert outcome.problems == ()
    found: dict[tuple[str, str], set[Verdict]] = {}
    for finding in outcome.findings:
        about = "" if finding.rule == "region-default-missing" else unkeyed(finding.address)
        found.setdefault((finding.rule, about), set()).add(finding.verdict)
    return found
