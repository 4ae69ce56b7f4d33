"""How user data may be wrapped, and what can be done to a reader."""

from __future__ import annotations

import base64
import gzip
import json
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imdsguard.aws.user_data import GAP, read_user_data
from imdsguard.report.reasons import sentence

SCRIPT = "#!/bin/sh\ncurl http://169.254.169.254/latest/meta-data/\n"


def message(*parts: tuple[str, str]) -> str:
    whole = MIMEMultipart(boundary="==")
    for kind, text in parts:
        whole.attach(MIMEText(text, kind))
    return whole.as_string()


@pytest.mark.parametrize(
    "text",
    [
        SCRIPT,
        base64.b64encode(SCRIPT.encode()).decode(),
        base64.b64encode(gzip.compress(SCRIPT.encode(), mtime=0)).decode(),
        message(("cloud-config", "#cloud-config\npackages: [jq]\n"), ("x-shellscript", SCRIPT)),
        "#cloud-config\nruncmd:\n  - curl http://169.254.169.254/latest/meta-data/\n",
        "#cloud-config\nbootcmd:\n  - [curl, 'http://169.254.169.254/latest/meta-data/']\n",
        "#cloud-config\nwrite_files:\n- path: /opt/a.sh\n  content: |\n    curl http://169.254.169.254/latest/meta-data/\n",
        "#cloud-config\nwrite_files:\n- path: /opt/a\n  encoding: b64\n  content: "
        + base64.b64encode(SCRIPT.encode()).decode(),
    ],
)
def test_the_call_is_found_in_every_wrapping(text: str) -> None:
    assert [call.flaw.value for call in read_user_data(text).calls] == ["no token"]


def test_lines_are_those_of_the_user_data() -> None:
    head = "#cloud-config\nwrite_files:\n- path: /opt/a.sh\n  content: |\n    # one\n"
    text = f"{head}    curl http://169.254.169.254/latest/meta-data/\n"
    assert [call.line for call in read_user_data(text).calls] == [6]


def test_what_is_not_known_does_not_hide_what_is() -> None:
    found = read_user_data(f"#!/bin/sh\necho {GAP}\ncurl http://169.254.169.254/latest/meta-data/{GAP}\n")
    assert [(call.line, call.flaw.value) for call in found.calls] == [(3, "no token")]


@pytest.mark.parametrize(
    "text",
    [
        "#cloud-config\nruncmd: [",
        '#cloud-config\nruncmd: ["\\UFFFFFFFF"]\n',
        "#include\nhttps://example.com/boot.sh\n",
        base64.b64encode(gzip.compress(SCRIPT.encode(), mtime=0)[:-12]).decode(),
        base64.b64encode(gzip.compress(b"#" * 3_000_000, mtime=0)).decode(),
    ],
)
def test_what_cannot_be_read_is_said(text: str) -> None:
    assert read_user_data(text).unread


IMDS = "curl http://169.254.169.254/latest/meta-data/"


@pytest.mark.parametrize(
    "text",
    [
        "(" * 50_000 + IMDS,
        "$(" * 5_000 + IMDS,
        "A=169.254.169.254\n" + "A=$A$A$A$A\n" * 500 + IMDS,
        "f() { " + "f; " * 2_000 + "}\nf\n" + IMDS,
        (IMDS + "\n") * 5_000,
        "cat <<EOF\n" * 2_000 + IMDS,
        "<powershell>" + "@{a=" * 5_000 + IMDS,
        "<script>" + "powershell -x " * 20_000 + IMDS,
        "<script>" + "curl -H " * 20_000 + IMDS,
        "<script>set a=" + " " * 100_000 + '"x' + IMDS,
        "<script>" * 20_000 + IMDS,
        "#!/usr/bin/python\nx = " + "(" * 20_000 + "'169.254.169.254'",
        "#cloud-config\nruncmd:\n" + " - [" * 3_000 + "aws",
        "#cloud-config\na: &a [aws]\n" + "".join(f"a{i}: &b{i} [*a, *a]\n" for i in range(2_000)),
    ],
    ids=range(14),
)
@pytest.mark.timeout(60)
def test_hostile_text_takes_no_long_time(text: str) -> None:
    read_user_data(text)


PIECES = st.sampled_from(
    ["#!/bin/sh\n", "#!/usr/bin/python3\n", "<powershell>\n", "<script>\n", "#cloud-config\n", "MIME-Version: 1.0\n",
     "curl ", "$x", "%x%", "set a=", "^\n",
     "(", ")", "{", "}", "'", '"', "<<EOF\n", "EOF\n", "\n", "http://169.254.169.254/latest/meta-data/", "boto", "=",
     "write_files:\n", "- path: a.sh\n  content: ", "runcmd: ", "requests.get(", "Invoke-RestMethod ", "&a ", "*a",
     GAP, "\x00"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES | st.text(max_size=5), max_size=25).map("".join))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    read_user_data(text)
    read_user_data(base64.b64encode(text.encode("utf-8", "replace")).decode())


def test_what_stands_behind_the_largest_size_is_not_passed_over() -> None:
    call = "curl http://169.254.169.254/latest/meta-data/\n"
    assert read_user_data("#!/bin/sh\n" + "echo text\n" * 10 + call).unread == ()
    read = read_user_data("#!/bin/sh\n" + "echo text\n" * 100_000 + call)
    assert read.calls == ()
    assert [sentence(reason) for reason in read.unread] == ["user data: it is larger than 1,000,000 bytes"]


CALL = "curl http://169.254.169.254/latest/meta-data/"
IN_A_URL = "data:;base64," + base64.b64encode(SCRIPT.encode()).decode()
EC2LAUNCH = "version: 1.0\ntasks:\n- task: executeScript\n  inputs:\n  - type: {}\n    content: |\n      {}\n"
FILE = "#cloud-config\nwrite_files:\n- path: {}\n  content: |\n    "
URI = "- hosts: all\n      tasks:\n      - uri:\n          url: http://169.254.169.254/latest/meta-data/\n"


def ignition(**parts: object) -> str:
    return json.dumps({"ignition": {"version": "3.3.0"}, **parts})


@pytest.mark.parametrize(
    "text",
    [
        ignition(storage={"files": [{"path": "/opt/a", "contents": {"source": IN_A_URL}}]}),
        ignition(systemd={"units": [{"name": "a.service", "contents": f"[Service]\nExecStart=/usr/bin/{CALL}\n"}]}),
        EC2LAUNCH.format("powershell", "irm http://169.254.169.254/latest/meta-data/"),
        EC2LAUNCH.format("batch", CALL),
        f"[settings.bootstrap-containers.a]\nuser-data = '{base64.b64encode(SCRIPT.encode()).decode()}'\n",
        f"{FILE.format('/opt/a')}{CALL}\nruncmd:\n- [sh, /opt/a]\n",
        f"{FILE.format('/etc/cron.d/a')}* * * * * root {CALL}\n",
        "#cloud-config\nruncmd:\n- URL=http://169.254.169.254/latest\n- curl $URL/meta-data/\n",
        "#cloud-config\nruncmd:\n- export U=169.254.169.254\n- sh -c 'curl $U'\n",
        f"#cloud-config-archive\n- type: text/x-shellscript\n  content: |\n    #!/bin/sh\n    {CALL}\n",
        f"{FILE.format('/opt/p.yml')}- hosts: all\n      tasks:\n      - shell: {CALL}\n",
        FILE.format("/opt/p.yml") + URI,
        f"#cloud-boothook\n#!/bin/sh\n{CALL}\n",
    ],
)
def test_the_call_is_found_in_other_formats(text: str) -> None:
    read = read_user_data(text)
    assert [call.flaw.value for call in read.calls] == ["no token"]
    assert read.unread == ()


def test_a_call_in_ignition_is_at_the_line_of_its_file() -> None:
    files = [{"path": "/opt/a", "contents": {"source": IN_A_URL}}]
    text = json.dumps({"ignition": {"version": "3.3.0"}, "storage": {"files": files}}, indent=1)
    (call,) = read_user_data(text).calls
    assert '"/opt/a"' in text.split("\n")[call.line - 1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("#!/usr/bin/perl\nprint 1;\n", "user data: a script of perl is not read"),
        ('{"app": "settings"}', "user data: JSON that is no Ignition is not read"),
        ('{"app": ', "user data: JSON that cannot be read"),
        ("<?xml version='1.0'?><a/>", "user data: XML is not read"),
        ("---\napp: settings\n", "user data: YAML that is no cloud-config is not read"),
        ("---\napp: [\n", "user data: it looks like YAML, and is not YAML"),
        ("[app]\nkey = 1\n", "user data: TOML that is not Bottlerocket's is not read"),
        ("[app]\nkey = = 1\n", "user data: it looks like TOML, and cannot be read as such"),
        ("[settings.network]\nproxy = '169.254.169.254'\n", "user data: its settings name the metadata service"),
        (
            f"[settings.host-containers.admin]\nuser-data = '{base64.b64encode(b'see 169.254.169.254').decode()}'\n",
            "user data: the user data of host-containers.admin is not read",
        ),
        ("#include\nhttp://example.com/a\n", "user data: what it includes is fetched at boot"),
        ("#upstart-job\nstart on runlevel 2\n", "user data: jobs of upstart are not read"),
        (
            '{"ignition": {"version": "3.3.0", "config": {"merge": [{"source": "https://example.com/a"}]}}}',
            "user data: what its ignition.config adds is fetched at boot",
        ),
        (
            '{"ignition": {}, "storage": {"files": [{"path": "/a", "contents": {"source": "s3://b/a"}}]}}',
            "user data: /a is fetched at boot from s3://b/a",
        ),
        (
            "#cloud-config\nphone_home:\n  url: http://169.254.169.254/latest/meta-data/\n",
            "user data: phone_home names the metadata service at line 3, and is not read",
        ),
        (
            "#cloud-config\nwrite_files:\n- path: /opt/a.rb\n  content: |\n    get('http://169.254.169.254/latest')\n",
            "write_files /opt/a.rb: /opt/a.rb is a script of a language that is not read",
        ),
        (
            "#!/bin/sh\ncat > /opt/a.pl <<E\n#!/usr/bin/perl\nget('http://169.254.169.254')\nE\n/opt/a.pl\n",
            "user data: /opt/a.pl is a script of perl, which is not read",
        ),
        (
            (
                "#!/bin/sh\ncat > /opt/p.yml <<E\n- hosts: all\n  tasks: [\n    uri: http://169.254.169.254\nE\n"
                "ansible-playbook /opt/p.yml\n"
            ),
            "user data: a playbook that is not YAML",
        ),
        (f"#cloud-config\nruncmd:\n- {GAP}\n", "user data: a command of runcmd is not known"),
        (
            f"#cloud-config\nwrite_files:\n- path: /opt/a.sh\n  content: {GAP}\n",
            "write_files /opt/a.sh: what is in it is not known",
        ),
        (message(("x-of-ours", "text")), "part 1 (text/x-of-ours): parts of this type are not read"),
        ("#cloud-config\nruncmd: [\n", "user data: cloud-config that is not YAML at line 3"),
        (
            "#cloud-config\nruncmd: " + "[" * 20_000,
            "user data: cloud-config that nests deeper than 48 levels at line 2",
        ),
        (
            "#cloud-config\n" + "- a\n" * 40_000,
            "user data: cloud-config that is too large to be read at line 30001",
        ),
        (EC2LAUNCH.format("other", CALL), "user data: a script of executeScript that is of no known type"),
        (
            base64.b64encode(gzip.compress(SCRIPT.encode(), mtime=0)[:-9]).decode(),
            "user data: it is not a whole gzip file (it ends too early)",
        ),
        (
            "#cloud-config\nruncmd:\n" + "".join(f"- sh -c '{CALL}{number}'\n" for number in range(150)),
            "user data: more than 200 scripts or 100 calls",
        ),
    ],
)
def test_what_is_not_read_is_said(text: str, said: str) -> None:
    assert [sentence(reason) for reason in read_user_data(text).unread] == [said]


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\n",
        "[settings.kubernetes]\ncluster-name = 'a'\n",
        '{"ignition": {"version": "3.3.0"}}',
        "ECS_CLUSTER=a\n",
        f"#cloud-config\nwrite_files:\n- path: /etc/address\n  content: {GAP}\n",
        "#cloud-config\ndatasource:\n  Ec2:\n    metadata_urls: ['http://169.254.169.254']\n",
        "version: 1.1\ntasks:\n- task: setHostName\n",
        "<persist>true</persist>",
    ],
)
def test_settings_make_no_calls(text: str) -> None:
    read = read_user_data(text)
    assert (read.calls, read.unread) == ((), ())
