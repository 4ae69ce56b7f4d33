"""From Terraform to the lines of a script: what is known in parts, what is secret, and where a line is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from imdsguard import Launch, UserData
from imdsguard.report.reasons import sentence
from tests.aws.memory import launch, resource, unknown
from tests.checks.cases import estate_of

CALL = "curl http://169.254.169.254/latest/meta-data/"


@pytest.fixture
def user_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Read the user data of the first launch in a configuration; files are written beside it."""
    monkeypatch.chdir(tmp_path)

    def read(arguments: str, around: str = "", **files: str) -> UserData:
        for name, text in files.items():
            Path(name.replace("_", ".")).write_text(text, encoding="utf-8")
        Path("main.tf").write_text(f'resource "aws_instance" "web" {{\n{arguments}\n}}\n{around}', encoding="utf-8")
        first: Launch = estate_of(".").launches[0]
        return first.user_data

    return read


def places(found: UserData) -> list[str]:
    return [str(call.place) for call in found.calls]


def test_a_launch_without_user_data_has_none(user_data) -> None:
    assert not user_data("").given


def test_a_line_of_a_file_has_its_column(user_data) -> None:
    found = user_data('user_data = file("boot.sh")', boot_sh=f"#!/bin/sh\nid=$({CALL})\n")
    assert places(found) == ["boot.sh:2:6"]


def test_base64_and_gzip_do_not_lose_the_place(user_data) -> None:
    script = f"#!/bin/sh\n\n{CALL}\n"
    assert places(user_data('user_data = base64encode(file("boot.sh"))', boot_sh=script)) == ["boot.sh:3:1"]
    assert places(user_data('user_data_base64 = base64gzip(file("boot.sh"))', boot_sh=script)) == ["boot.sh:3:1"]


def test_an_empty_script_that_is_compressed_calls_nothing(user_data) -> None:
    assert user_data('user_data_base64 = base64gzip("")').unread == ()


def test_what_comes_after_the_first_64_kb_of_a_text_known_in_parts_is_told(user_data) -> None:
    long = "echo\n" * 14_000
    found = user_data('user_data_base64 = base64gzip(file("boot.sh"))', boot_sh=f"#!/bin/sh\n{CALL}\n{long}{CALL}\n")
    assert [call.line for call in found.calls] == [2]
    assert tuple(map(sentence, found.unread)) == (
        "line 13098 is not known: the bytes that base64gzip() gives depend on Terraform's own compressor",
    )


def test_a_line_after_a_loop_and_a_value_of_several_lines_keeps_its_place(user_data) -> None:
    template = f"#!/bin/sh\n%{{ for x in xs }}\necho ${{x}}\n%{{ endfor }}\n${{text}}\n{CALL}\n"
    call = r'user_data = templatefile("boot.tpl", { xs = ["a", "b", "c"], text = "1\n2\n3" })'
    assert places(user_data(call, boot_tpl=template)) == ["boot.tpl:6"]


def test_a_here_document_in_a_local_is_found_there(user_data) -> None:
    around = f"locals {{\n  script = <<-EOF\n    #!/bin/sh\n    {CALL}\n  EOF\n}}\n"
    assert places(user_data("user_data = local.script", around)) == ["main.tf:7"]


def test_a_text_that_was_changed_is_found_at_the_argument(user_data) -> None:
    found = user_data(r'user_data = replace(file("boot.sh"), "X", "\n\n")', boot_sh=f"#!/bin/sh\nX\n{CALL}\n")
    assert [call.line for call in found.calls] == [5]
    assert places(found) == ["main.tf:2:13"]


def test_of_a_text_known_in_parts_the_known_is_read(user_data) -> None:
    around = 'variable "name" {}\n'
    found = user_data(f'user_data = "#!/bin/sh\\necho ${{var.name}}\\n{CALL}\\n"', around)
    assert [call.line for call in found.calls] == [3]
    assert found.unread == ()


@pytest.mark.parametrize(
    "expression",
    [
        f'join("\\n", ["#!/bin/sh", var.name, "{CALL}"])',
        f'"#!/bin/sh\\n%{{ for x in [1] }}${{var.name}}\\n%{{ endfor }}{CALL}"',
        f'base64encode("#!/bin/sh\\n${{var.name}}\\n{CALL}")',
        f'format("#!/bin/sh\\n%s\\n{CALL}", var.name)',
        f'replace("#!/bin/sh\\n@NAME@\\n{CALL}", "@NAME@", var.name)',
        f'replace("#!/bin/sh\\n${{var.name}}\\n@URL@", "@URL@", "{CALL}")',
        f'trimspace(chomp("\\n#!/bin/sh\\n${{var.name}}\\n{CALL}\\n"))',
        f'trimsuffix(trimprefix("--#!/bin/sh\\n${{var.name}}\\n{CALL}--", "--"), "--")',
        f'"#!/bin/sh\\n${{indent(2, "${{var.name}}\\n{CALL}")}}"',
        f'join("", [format("%s", "#!/bin/sh\\n${{var.name}}\\n"), "{CALL}"])',
        f'join("\\n", formatlist("%s", ["#!/bin/sh", var.name, "{CALL}"]))',
    ],
)
def test_a_line_that_is_not_known_is_said(user_data, expression: str) -> None:
    found = user_data(f"user_data = {expression}", 'variable "name" {\n  type = string\n}\n')
    assert [call.line for call in found.calls] == [3]
    assert tuple(map(sentence, found.unread)) == ("line 2 is not known: var.name is a variable without a value",)


def test_a_secret_script_is_not_shown(user_data) -> None:
    around = 'variable "password" {\n  default   = "hunter2"\n  sensitive = true\n}\n'
    (call,) = user_data(f'user_data = "#!/bin/sh\\n{CALL}${{var.password}}"', around).calls
    assert call.what == ""


def test_a_secret_that_is_not_known_is_not_sketched(user_data) -> None:
    around = 'variable "password" {\n  sensitive = true\n}\n'
    found = user_data(f'user_data = "#!/bin/sh\\n{CALL}${{var.password}}"', around)
    assert found.calls == ()
    assert found.unread != ()


def test_a_hash_in_a_plan_cannot_be_read() -> None:
    found = launch(resource("aws_instance.web", user_data="356a192b7913b04c54574d18c28d46e6395428ab")).user_data
    assert tuple(map(sentence, found.unread)) == ("only a hash of it is known here",)


def test_what_is_not_known_at_all_is_said() -> None:
    (reason,) = launch(resource("aws_instance.web", user_data=unknown())).user_data.unread
    assert sentence(reason) == "var.x has no value"


@pytest.mark.parametrize("kind", ["aws_instance", "aws_launch_template", "aws_launch_configuration"])
def test_every_kind_of_launch_is_read(kind: str) -> None:
    found = launch(resource(f"{kind}.web", user_data=f"#!/bin/sh\n{CALL}")).user_data
    assert [call.line for call in found.calls] == [2]


def test_specifications_of_a_spot_fleet_are_read() -> None:
    fleet = resource("aws_spot_fleet_request.web", launch_specification=[{"user_data": f"#!/bin/sh\n{CALL}"}])
    assert [call.line for call in launch(fleet).user_data.calls] == [2]


TEMPLATE = """\
#!/bin/sh
# ${name} costs $${5}
%{ if proxy }
export http_proxy=${proxy}
%{ endif }
echo ${upper(name)}
curl ${imds}/meta-data/
"""


@pytest.mark.parametrize("rendered", ["{}", "base64encode({})"])
def test_a_template_file_is_read_with_its_variables(user_data, rendered: str) -> None:
    around = (
        'variable "name" {}\ndata "template_file" "boot" {\n  template = file("boot.tpl")\n  vars = {\n'
        '    imds = "http://169.254.169.254/latest"\n    name = var.name\n  }\n}\n'
    )
    found = user_data(f"user_data = {rendered.format('data.template_file.boot.rendered')}", around, boot_tpl=TEMPLATE)
    assert [(call.what, call.line) for call in found.calls] == [("curl http://169.254.169.254/latest/meta-data/", 7)]
    assert places(found) == ["boot.tpl:7"]
    assert found.unread == ()


def test_a_template_file_is_a_part_of_a_cloudinit_config(user_data) -> None:
    around = (
        f'data "template_file" "boot" {{\n  template = "#!/bin/sh\\n{CALL}\\n"\n}}\n'
        'data "cloudinit_config" "all" {\n  part {\n    content_type = "text/x-shellscript"\n'
        "    content      = data.template_file.boot.rendered\n  }\n}\n"
    )
    (call,) = user_data("user_data_base64 = data.cloudinit_config.all.rendered", around).calls
    assert (call.script, call.line) == ("part 1 (text/x-shellscript)", 2)


def test_template_files_that_are_made_of_each_other_end(user_data) -> None:
    around = "".join(
        f'data "template_file" "{one}" {{\n  template = data.template_file.{other}.rendered\n}}\n'
        for one, other in (("a", "b"), ("b", "a"))
    )
    assert user_data("user_data = data.template_file.a.rendered", around).unread != ()


def test_what_stands_around_a_template_file_is_read_too(user_data) -> None:
    around = 'data "template_file" "boot" {\n  template = "echo ${x}"\n}\n'
    found = user_data(f'user_data = "#!/bin/sh\\n${{data.template_file.boot.rendered}}\\n{CALL}"', around)
    assert [call.line for call in found.calls] == [3]


@pytest.mark.parametrize(
    "written",
    [
        'resource "aws_launch_configuration" "a" {\n  user_data = "<SCRIPT>"\n}',
        'resource "awscc_autoscaling_launch_configuration" "a" {\n  user_data = "<SCRIPT>"\n}',
        'resource "awscc_ec2_launch_template" "a" {\n  launch_template_data = { user_data = "<SCRIPT>" }\n}',
        'resource "aws_spot_fleet_request" "a" {\n  launch_specification {\n    user_data = "<SCRIPT>"\n  }\n}',
        """resource "awscc_ec2_spot_fleet" "a" {
  spot_fleet_request_config_data = {
    launch_specifications = [{ user_data = "<SCRIPT>" }]
  }
}""",
    ],
    ids=lambda written: written.split('"')[1],
)
def test_each_type_has_its_user_data_where_its_provider_has_it(written, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("main.tf").write_text(written.replace("<SCRIPT>", f"#!/bin/sh\\n{CALL}\\n"), encoding="utf-8")
    (found,) = estate_of(".").launches
    assert [call.line for call in found.user_data.calls] == [2]


def test_a_part_that_fails_hides_no_other_line(user_data) -> None:
    around = (
        f'locals {{\n  a    = {{}}\n  data = <<-EOF\n    #!/bin/sh\n    {CALL}\n    echo ${{local.a["b"]}}\n  EOF\n}}\n'
    )
    found = user_data("user_data = local.data", around)
    assert places(found) == ["main.tf:8"]
    assert "Invalid index" in sentence(found.unread[0])


def test_what_yamlencode_writes_is_known_but_for_what_is_not(user_data) -> None:
    around = 'variable "name" {}\n'
    text = f'"#cloud-config\\n${{yamlencode({{ hostname = var.name, runcmd = ["{CALL}"] }})}}"'
    found = user_data(f"user_data = {text}", around)
    assert ([call.script for call in found.calls], found.unread) == (["runcmd"], ())
    found = user_data(f"user_data = {text.replace(CALL, 'true')}", around)
    assert (found.calls, found.unread) == ((), ())
    found = user_data(f"user_data = {text.replace(chr(34) + CALL + chr(34), 'var.name')}", around)
    assert len(found.unread) == 1


@pytest.mark.parametrize("packed", ["base64gzip", "base64encode"])
def test_a_file_that_is_packed_in_a_cloud_config_is_read(user_data, packed: str) -> None:
    around = f'variable "name" {{}}\nlocals {{\n  script = "#!/bin/sh\\necho ${{var.name}}\\n{CALL}\\n"\n}}\n'
    lines = [
        "#cloud-config",
        "write_files:",
        "- path: /opt/a",
        "  encoding: b64",
        f"  content: ${{{packed}(local.script)}}",
    ]
    found = user_data('user_data = "' + "\\n".join(lines) + '"', around)
    assert ([call.script for call in found.calls], found.unread) == (["write_files /opt/a"], ())


def test_code_that_is_not_seen_is_listed(user_data) -> None:
    found = user_data(r'user_data = "#!/bin/sh\ncurl https://example.com/a.sh | sh\n"')
    assert found.not_seen == ("https://example.com/a.sh",)
