"""Commands that provisioners run on instances: on whose, what is read of them, and where each line is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from imdsguard.report.reasons import sentence
from tests.checks.cases import estate_of

CALL = "curl http://169.254.169.254/latest/meta-data/"
INSTANCES = """
resource "aws_instance" "web" {}
resource "aws_instance" "other" {
  private_ip = "10.0.0.9"
}
"""


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What is told of each launch that anything is told of: flaw and place of calls, reasons."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()

    def read(main: str, **files: str) -> dict[str, list[str]]:
        for name, text in files.items():
            Path(name.replace("_", ".")).write_text(text, encoding="utf-8")
        Path("main.tf").write_text(main, encoding="utf-8")
        found = {}
        for launch in estate_of(".").launches:
            data = launch.user_data
            calls = [f"{call.flaw.value} {call.place}" for call in data.calls]
            reasons = [sentence(reason) for reason in (*data.unread, *(code.reason for code in data.untold))]
            if calls or reasons:
                found[launch.address] = calls + reasons
        return found

    return read


def setup(host: str, body: str = f'inline = ["{CALL}"]', more: str = "") -> str:
    """Instances, and what runs commands on a host, all on known lines: the connection on 7, the commands on 11."""
    connection = f"connection {{\n    host = {host}\n    {more}\n  }}" if host else "\n\n\n"
    runs = f'provisioner "remote-exec" {{\n    {body}\n  }}'
    return f'{INSTANCES}resource "null_resource" "r" {{\n  {connection}\n  {runs}\n}}\n'


IS_WEB = {"aws_instance.web": ["no token main.tf:12:15"]}
WHETHER = ["whether null_resource.r, remote-exec runs on it cannot be computed"]
HOSTS = {
    "its address": ("aws_instance.web.public_ip", IS_WEB),
    "one of its addresses": ("coalesce(aws_instance.web.public_ip, aws_instance.web.private_ip)", IS_WEB),
    "its address in a text": ('"${aws_instance.web.public_ip}"', IS_WEB),
    "an address that another is given": ('"10.0.0.9"', {"aws_instance.other": IS_WEB["aws_instance.web"]}),
    "a name": ('"web.example.com"', {"aws_instance.web": WHETHER, "aws_instance.other": WHETHER}),
    "no connection": ("", {"aws_instance.web": WHETHER, "aws_instance.other": WHETHER}),
}


@pytest.mark.parametrize(("host", "expected"), HOSTS.values(), ids=list(HOSTS))
def test_commands_run_where_the_connection_leads(told, host, expected):
    found = told(setup(host))
    if host == '"10.0.0.9"':
        assert found["aws_instance.other"] == expected["aws_instance.other"]
    else:
        assert found == expected


def test_on_an_instance_itself_no_connection_is_needed(told):
    inline = f'provisioner "remote-exec" {{\n  inline = ["{CALL}"]\n}}'
    assert told(f'resource "aws_instance" "web" {{\n{inline}\n}}\nresource "aws_instance" "b" {{}}') == {
        "aws_instance.web": ["no token main.tf:3:13"]
    }


TOKEN = "T=$(curl -X PUT -H X-aws-ec2-metadata-token-ttl-seconds:60 http://169.254.169.254/latest/api/token)"
WEB = "aws_instance.web.public_ip"
COMMANDS = {
    "lines of one shell": (
        'inline = ["M=http://169.254.169.254/latest/meta-data",\n "curl $M/id"]',
        ["no token main.tf:13:2"],
    ),
    "a here-document": (f"inline = [<<-EOT\n  true\n  {CALL}\nEOT\n]", ["no token main.tf:14"]),
    "with a token": (f'inline = ["{TOKEN}", "{CALL} -H \\"X-aws-ec2-metadata-token: $T\\""]', []),
    "a script": ('script = "a.sh"', ["no token a.sh:3:1"]),
    "scripts": ('scripts = ["b.sh", "a.sh"]', ["no token a.sh:3:1"]),
    "at the end": (f'when = destroy\n inline = ["{CALL}"]', ["no token main.tf:13:12"]),
    "a script that is not there": (
        'script = "c.sh"',
        ["what null_resource.r, remote-exec runs cannot be computed: no file exists at c.sh"],
    ),
    "a script of another language": (
        'script = "d.pl"',
        ["null_resource.r, remote-exec is a script of perl, which is not read"],
    ),
    "a command that is not known": (
        'inline = ["true", aws_instance.web.arn]',
        ["what null_resource.r, remote-exec runs cannot be computed: aws_instance.web.arn is known only after apply"],
    ),
}


@pytest.mark.parametrize(("body", "expected"), COMMANDS.values(), ids=list(COMMANDS))
def test_commands_are_read_as_they_are_run(told, body, expected):
    files = {"a_sh": f"#!/bin/bash\n\n{CALL}\n", "b_sh": "true\n", "d_pl": "#!/usr/bin/perl\n"}
    found = told(setup(WEB, body), **files)
    assert found.get("aws_instance.web", []) == expected


def test_on_windows_they_are_a_batch_file(told):
    call = "powershell -Command Invoke-RestMethod http://169.254.169.254/latest/meta-data/"
    assert told(setup(WEB, f'inline = ["@echo off", "{call}"]', 'type = "winrm"')).keys() == {"aws_instance.web"}


@pytest.mark.parametrize(
    ("placed", "run", "expected"),
    [
        ('source = "a.sh"\n destination = "/tmp/run"', "sudo bash /tmp/run", ["no token a.sh:3:1"]),
        ('source = "a.sh"\n destination = "/tmp/"', ". /tmp/a.sh", ["no token a.sh:3:1"]),
        (f'content = "{CALL}"\n destination = "/tmp/x"', "sh /tmp/x", ["no token main.tf:5:12"]),
        ('source = "a.txt"\n destination = "/tmp/a.txt"', "cat /tmp/a.txt", []),
    ],
)
def test_a_file_that_was_put_there_first_is_read_where_it_is_run(told, placed, run, expected):
    files = {"a_sh": f"#!/bin/bash\n\n{CALL}\n", "a_txt": f"{CALL}\n"}
    main = (
        'resource "aws_instance" "web" {\n'
        "  connection { host = self.public_ip }\n"
        f'  provisioner "file" {{\n\n {placed}\n  }}\n  provisioner "remote-exec" {{ inline = ["{run}"] }}\n}}\n'
    )
    assert told(main, **files).get("aws_instance.web", []) == expected
