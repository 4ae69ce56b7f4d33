"""What is not offered, and why; and what is offered as unsafe."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from imdsguard import Inputs
from imdsguard.fix.tree import Judged, SourceTree
from tests.fix.fixing import changed, fixes_of, write

TOKENS = ("instance-tokens-optional", "launch-template-tokens-optional")
BLOCK = '\n  metadata_options {\n    http_endpoint = "enabled"\n    http_tokens   = %s\n  }\n}\n'


def instance(name: str, tokens: str, more: str = "") -> str:
    return f'resource "aws_instance" "{name}" {{\n  ami = "ami-0123456789abcdef0"\n{more}' + BLOCK % tokens


SHARED = 'variable "tokens" {\n  default = "optional"\n}\n\n'
LOADED = (
    '{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"app","Source":"registry.terraform.io/example/app/aws",'
    '"Version":"1.0.0","Dir":".terraform/modules/app"}]}'
)

DECLINED: dict[str, tuple[Mapping[str, str | bytes], str]] = {
    "another resource is made of the same variable": (
        {
            "main.tf": SHARED
            + instance("web", "var.tokens")
            + '\nresource "aws_s3_object" "note" {\n  bucket  = "b"\n  key     = "k"\n  content = var.tokens\n}\n'
        },
        "content of aws_s3_object.note would change, too",
    ),
    "a downloaded module without a variable for it": (
        {
            "main.tf": 'module "app" {\n  source = "example/app/aws"\n}\n',
            ".terraform/modules/modules.json": LOADED,
            ".terraform/modules/app/main.tf": instance("web", '"optional"'),
        },
        ".terraform/modules/app/main.tf is in a downloaded module",
    ),
    "a command in a cloud-config that no shell reads, which has no place for a request": (
        {
            "main.tf": instance(
                "web",
                '"required"',
                '  user_data = "#cloud-config\\nruncmd:\\n  - [curl, http://169.254.169.254/]\\n"\n',
            )
        },
        "nothing in the code that can be edited decides it",
    ),
    "a dynamic block that is made of something else than what its variable says": (
        {
            "main.tf": 'variable "options" {\n'
            '  default = { http_endpoint = "enabled", http_tokens = "required" }\n}\n\n'
            'resource "aws_instance" "web" {\n  ami = "ami-1"\n\n  dynamic "metadata_options" {\n'
            "    for_each = [for each in [var.options] : each if false]\n    content {\n"
            "      http_tokens = metadata_options.value.http_tokens\n    }\n  }\n}\n"
        },
        "nothing in the code that can be edited decides it",
    ),
    "generated code": (
        {
            "cdk.tf.json": '{"resource": {"aws_instance": {"web": {"ami": "a", '
            '"//": {"metadata": {"path": "stack/web"}}}}}}\n'
        },
        "its code is generated: change the construct stack/web",
    ),
}


@pytest.mark.parametrize("name", DECLINED)
def test_what_is_not_offered(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files, reason = DECLINED[name]
    write(tmp_path, files)
    fixes = fixes_of(*TOKENS, "user-data-tokenless-call")
    assert (fixes.offered, [each.reason for each in fixes.unfixed]) == ((), [reason])


def test_a_value_of_the_command_line_is_nowhere_to_be_edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"main.tf": SHARED + instance("web", "var.tokens")})
    fixes = fixes_of(*TOKENS, inputs=Inputs(variables=("tokens=optional",)))
    assert [each.reason for each in fixes.unfixed] == ["nothing in the code that can be edited decides it"]


def test_a_state_has_no_code_to_be_edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    values = {"id": "i-1", "metadata_options": [{"http_tokens": "optional"}]}
    web = {"mode": "managed", "type": "aws_instance", "name": "web", "instances": [{"attributes": values}]}
    web["provider"] = 'provider["registry.terraform.io/hashicorp/aws"]'
    state = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "l", "resources": [web]}
    write(tmp_path, {"terraform.tfstate": json.dumps(state)})
    fixes = fixes_of(*TOKENS, paths=("terraform.tfstate",))
    assert [each.reason for each in fixes.unfixed] == ["it was read from a plan or a state: name the code in its place"]


def test_a_symbolic_link_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"shared/main.tf": instance("web", '"optional"'), "stack/other.tf": "locals {}\n"})
    (tmp_path / "stack" / "main.tf").symlink_to("../shared/main.tf")
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path / "stack")
    fixes = fixes_of(*TOKENS)
    assert [each.reason for each in fixes.unfixed] == ["main.tf is a symbolic link"]


UNSAFE: dict[str, tuple[Mapping[str, str], str]] = {
    "a launch that has no such finding": (
        {
            "main.tf": SHARED
            + instance("web", "var.tokens")
            + "\n"
            + instance("off", "var.tokens").replace('"enabled"', '"disabled"')
        },
        "it also reaches aws_instance.off, which has no such finding",
    ),
    "a launch configuration": (
        {"main.tf": 'resource "aws_launch_configuration" "web" {\n  image_id = "ami-1"\n' + BLOCK % '"optional"'},
        "Terraform replaces aws_launch_configuration.web, and what launches from it gets the new one",
    ),
    "an instance refresh": (
        {
            "main.tf": 'resource "aws_launch_template" "web" {\n  name = "web"\n'
            + BLOCK % '"optional"'
            + '\nresource "aws_autoscaling_group" "web" {\n  min_size = 1\n  max_size = 1\n\n  launch_template {\n'
            "    id      = aws_launch_template.web.id\n    version = aws_launch_template.web.latest_version\n  }\n\n"
            '  instance_refresh {\n    strategy = "Rolling"\n  }\n}\n'
        },
        "running instances of aws_autoscaling_group.web are replaced at the next apply",
    ),
    "a boot script": (
        {
            "main.tf": instance(
                "web",
                '"optional"',
                '  user_data = "#!/bin/sh\\ncurl http://169.254.169.254/latest/meta-data/ami-id\\n"\n',
            )
        },
        "the boot script of aws_instance.web calls the metadata service without a token",
    ),
}


@pytest.mark.parametrize("name", UNSAFE)
def test_what_is_unsafe(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files, why = UNSAFE[name]
    write(tmp_path, files)
    fixes = fixes_of(*TOKENS, unsafe=False)
    assert (fixes.offered, [each.why_unsafe for each in fixes.left_out]) == ((), [(why,)])
    assert [each.why_unsafe for each in fixes_of(*TOKENS).offered] == [(why,)]


def test_a_safe_place_comes_before_an_unsafe_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the account's default decides can be said at the launch, too."""
    monkeypatch.chdir(tmp_path)
    default = 'resource "aws_ec2_instance_metadata_defaults" "this" {\n  http_tokens = "optional"\n}\n\n'
    web = 'resource "aws_instance" "web" {\n  ami = "ami-0123456789abcdef0"\n}\n'
    write(tmp_path, {"main.tf": 'provider "aws" {\n  region = "eu-west-1"\n}\n\n' + default + web})
    (fix,) = fixes_of("instance-tokens-optional", unsafe=False).offered
    assert fix.title == 'a block metadata_options with http_tokens = "required"'


def test_one_edit_that_mends_many_is_offered_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    module = "".join(f'module "{name}" {{\n  source = "./app"\n}}\n\n' for name in "abc")
    write(tmp_path, {"main.tf": module, "app/main.tf": instance("web", '"optional"')})
    (fix,) = fixes_of(*TOKENS).offered
    assert [each.address for each in fix.findings] == [f"module.{name}.aws_instance.web" for name in "abc"]
    assert list(changed(fixes_of(*TOKENS))) == ["app/main.tf"]


def test_edits_that_hurt_each_other_are_not_both_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A block that two rules want to fill: the second is told to wait."""
    monkeypatch.chdir(tmp_path)
    template = 'resource "aws_launch_template" "web" {\n  name = "web"\n}\n\n'
    group = (
        'resource "aws_autoscaling_group" "web" {\n  min_size = 1\n  max_size = 1\n\n  launch_template {\n'
        '    id      = aws_launch_template.web.id\n    version = "1"\n  }\n}\n'
    )
    write(tmp_path, {"main.tf": template + group})
    fixes = fixes_of()
    titles = [fix.title for fix in fixes.offered]
    assert titles[0] == 'a block metadata_options with http_tokens = "required"'
    assert "version = aws_launch_template.web.latest_version" in titles


def test_a_latin_1_file_is_not_edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"main.tf": "# Größe\n".encode("latin-1") + instance("web", '"optional"').encode()})
    fixes = fixes_of(*TOKENS)
    assert [each.reason for each in fixes.unfixed] == ["main.tf is not UTF-8"]


def literal(name: str, value: str = "optional", more: str = "") -> str:
    return f'resource "aws_instance" "{name}" {{\n  metadata_options {{\n    http_tokens = "{value}"\n  }}\n{more}}}\n'


def test_many_edits_are_judged_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve edits take the code as it is, all edits together, and once more what is offered."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"main.tf": "\n".join(literal(f"n{number}") for number in range(12))})
    judged: list[int] = []
    edited = SourceTree.edited

    def counting(tree: SourceTree, names: tuple[str, ...], texts: Mapping[str, bytes]) -> Judged:
        judged.append(len(texts))
        return edited(tree, names, texts)

    monkeypatch.setattr(SourceTree, "edited", counting)
    fixes = fixes_of("instance-tokens-optional")
    assert [[each.address for each in fix.findings] for fix in fixes.offered] == [
        [f"aws_instance.n{number}"] for number in range(12)
    ]
    assert len(judged) == 3


def test_one_that_is_not_as_declared_does_not_keep_the_others_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    odd = "  tags = { tokens = aws_instance.n2.metadata_options[0].http_tokens }\n"
    code = [literal(f"n{number}") for number in range(6)] + [literal("told", "required", odd)]
    write(tmp_path, {"main.tf": "\n".join(code)})
    fixes = fixes_of("instance-tokens-optional")
    assert [each.address for fix in fixes.offered for each in fix.findings] == [
        f"aws_instance.n{number}" for number in (0, 1, 3, 4, 5)
    ]
    assert [each.reason for each in fixes.unfixed] == ["tags of aws_instance.told would change, too"]


def test_the_second_reader_reads_what_is_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    big = "\n".join(f'locals {{\n  n{number} = "{"x" * 50}"\n}}' for number in range(3000))
    write(tmp_path, {"main.tf": f"{big}\n\n{literal('web')}\n{big.replace('  n', '  m')}\n"})
    (fix,) = fixes_of("instance-tokens-optional").offered
    assert fix.second_reader
