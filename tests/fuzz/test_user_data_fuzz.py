"""User data of any text is read without a traceback, in time that its size bounds."""

from __future__ import annotations

import base64
import gzip

from hypothesis import given
from hypothesis import strategies as st

from imdsguard.aws.user_data import GAP, read_user_data
from tests.aws.user_data.composed import scripts
from tests.fuzz.damage import taking

HEADS = st.sampled_from([
    "", "#!/bin/bash\n", "#!/bin/sh\n", "#!/usr/bin/python3\n", "#!/usr/bin/perl\n", "#cloud-config\n",
    "<powershell>\n", "<script>\n", "#cloud-config-archive\n", "#part-handler\n", "version: 1.0\ntasks:\n",
    "[settings.x]\n", "{", "---\n", '{"ignition": {"version": "3.3.0"}, ',
    "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n"
])  # fmt: skip
PIECES = st.sampled_from([
    "curl ", "http://169.254.169.254/latest/meta-data/", "169.254.169.254", "$", "${", "}", "$(", ")", "(", "`",
    "'", '"', "A=", "$A", "${A[@]}", "A+=(", "f() {", "; f", "\n", " | ", " && ", " || ", "<<EOF\n", "EOF\n",
    "if ", "; then ", "; else ", "; fi", "for i in ", "; do ", "; done", "case x in ", "esac", "while ", "eval ",
    "trap ", " EXIT", "local ", "export ", "> /etc/cron.d/x", ">> /etc/rc.local", "cat > /x.service ",
    "ExecStart=", "bash -c ", "sh ", ". ", "printf '%s' ", "base64 -d ", "sed s/a/b/ ", "read A ", "xargs ",
    "sudo -u x ", "[ -n ", " ]", "[[ ", " ]]", "\\", "#", "runcmd:\n", "write_files:\n",
    "- path: /a\n  content: |\n    ", "- ", ": ", "&a ", "*a", "[", "]", "\ue000", "\ue002",
    "import boto.utils as b\n", "b.get_instance_metadata()", "requests.get(", "def g(x):\n  ", ".format(", " % ",
    "irm ", "@{", "@'\n", "\n'@", "$p.Add(", "set a=", "%a%", "^\n", GAP, "\x00", "\t", "é"
])  # fmt: skip


@taking(60)
@given(HEADS, st.lists(PIECES | st.text(max_size=4), max_size=40))
def test_no_text_ends_in_a_traceback(head: str, pieces: list[str]) -> None:
    text = head + "".join(pieces)
    read_user_data(text)
    read_user_data(base64.b64encode(gzip.compress(text.encode("utf-8", "replace"), mtime=0)).decode())


@taking(20)
@given(scripts(), st.data())
def test_no_script_that_was_cut_or_mixed_ends_in_a_traceback(script: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(script)))
    length = data.draw(st.integers(0, 30))
    read_user_data(script[:at] + script[at + length :])
