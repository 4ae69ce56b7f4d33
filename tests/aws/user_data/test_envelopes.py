"""How user data may be wrapped, and what can be done to a reader."""

from __future__ import annotations

import base64
import gzip
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imdsguard.aws.user_data import GAP, read_user_data

SCRIPT = "#!/bin/sh\ncurl http://169.254.169.254/latest/meta-data/\n"


def message(*parts: tuple[str, str]) -> str:
    whole = MIMEMultipart()
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
    assert read.unread == ("user data: it is larger than 1,000,000 bytes",)
