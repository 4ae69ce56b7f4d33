"""Which calls are found in a script, by language."""

from __future__ import annotations

import pytest

from imdsguard.aws.user_data import read_user_data

SEND = 'curl -H "X-aws-ec2-metadata-token: $TOKEN"'
IMDS = "http://169.254.169.254/latest"


def calls(text: str) -> list[tuple[int, str]]:
    """Line and flaw of each call."""
    return [(call.line, call.flaw.value) for call in read_user_data(text).calls]


def shell(text: str) -> list[tuple[int, str]]:
    return calls("#!/bin/bash\n" + text)


def armed(text: str) -> list[tuple[int, str]]:
    """As `shell`, of a script that has got a token: lines count from its own first one."""
    put = f'T=$(curl -sX PUT {IMDS}/api/token -H "X-aws-ec2-metadata-token-ttl-seconds: 60"); TOKEN=$T'
    return [(line - 1, flaw) for line, flaw in shell(f"{put}\n{text}")]


@pytest.mark.parametrize(
    "script",
    [
        f"curl {IMDS}/meta-data/",
        f"/usr/bin/curl -s '{IMDS}/dynamic/instance-identity/document'",
        "wget -qO- 169.254.169.254/latest/user-data",
        "curl -s http://169.254.169.254/2021-03-23/meta-data/",
        "curl http://[fd00:ec2::254]/latest/meta-data/",
        "curl http://instance-data/latest/meta-data/",
        f"id=$(curl -s {IMDS}/meta-data/instance-id)",
        f"id=`curl -s {IMDS}/meta-data/instance-id`",
        f"sudo -u nobody env A=1 timeout 5 curl {IMDS}/meta-data/",
        f"bash -c 'curl {IMDS}/meta-data/'",
        f"if true; then curl {IMDS}/meta-data/ | jq .; fi",
        f"for key in a b; do curl {IMDS}/meta-data/$key; done",
        f'HDR="Accept: text/plain"; curl -H "$HDR" {IMDS}/meta-data/',
        f"BASE={IMDS}; curl ${{BASE}}/meta-data/",
        f'curl -H "X-aws-ec2-metadata-token-ttl-seconds: 60" {IMDS}/meta-data/',
    ],
)
def test_a_call_without_a_token_is_found(script: str) -> None:
    assert shell(script) == [(2, "no token")]


@pytest.mark.parametrize(
    "script",
    [
        f"{SEND} {IMDS}/meta-data/",
        f'curl --header="X-aws-ec2-metadata-token: $T" {IMDS}/meta-data/',
        f'wget --header "x-AWS-ec2-metadata-TOKEN: $T" {IMDS}/meta-data/',
        f'HDR="X-aws-ec2-metadata-token: $T"; curl -H "$HDR" {IMDS}/meta-data/',
        f'ARGS=(-H "X-aws-ec2-metadata-token: $T"); curl "${{ARGS[@]}}" {IMDS}/meta-data/',
        f'curl -X PUT {IMDS}/api/token -H "X-aws-ec2-metadata-token-ttl-seconds: 60"',
        f"# curl {IMDS}/meta-data/",
        f"echo {IMDS}/meta-data/",
        "curl http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "curl http://169.254.170.23/v1/credentials",
        "curl http://169.254.169.254.example.com/latest/meta-data/",
        "curl http://169.254.169.254/metadata/instance?api-version=2021-02-01",
        "export no_proxy=169.254.169.254",
        "",
    ],
)
def test_what_is_no_call_without_a_token_is_not_found(script: str) -> None:
    assert armed(script) == []


@pytest.mark.parametrize(
    "script",
    [
        f'curl -H "$HEADER" {IMDS}/meta-data/',
        f"curl -H@/etc/header {IMDS}/meta-data/",
        f"curl -K /etc/curl.conf {IMDS}/meta-data/",
        f'curl "$@" {IMDS}/meta-data/',
        f'echo "header = X-aws-ec2-metadata-token: $T" > ~/.wgetrc; wget {IMDS}/meta-data/',
    ],
)
def test_a_header_that_cannot_be_told_is_undecided(script: str) -> None:
    assert shell(script) == [(2, "undecided")]


def test_functions_are_followed_with_their_arguments() -> None:
    script = f'get() {{ curl -s "$1"; }}\nwith() {{ {SEND} "$1"; }}\nget {IMDS}/meta-data/\nwith {IMDS}/meta-data/\n'
    assert armed(script) == [(2, "no token")]


def test_a_here_document_takes_the_variables_of_the_script_around_it_unless_its_marker_is_quoted() -> None:
    script = f"IMDS={IMDS}\ncat > /opt/a.sh <<EOF\ncurl $IMDS/meta-data/\nEOF\n"
    assert shell(script) == [(4, "no token")]
    assert shell(script.replace("<<EOF", "<<'EOF'")) == []


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("pip install boto3==1.9.1", [(2, "old SDK")]),
        ("pip3 install 'boto3==1.12.6' awscli==1.16.288", [(2, "old SDK")]),
        ("pip install boto3==1.34.0", []),
        ("npm install aws-sdk@2.700.0", [(2, "old SDK")]),
        ("ec2-metadata --instance-id", [(2, "old tool")]),
    ],
)
def test_old_sdks_and_tools(script: str, found: list[tuple[int, str]]) -> None:
    assert shell(script) == found


@pytest.mark.parametrize(
    ("script", "found"),
    [
        (f'requests.get("{IMDS}/meta-data/")', ["no token"]),
        (f'urllib.request.urlopen(f"{IMDS}/meta-data/{{name}}")', ["no token"]),
        (f'BASE = "{IMDS}"\nrequests.get(BASE + "/meta-data/")', ["no token"]),
        (f'requests.get("{IMDS}/meta-data/", headers={{"X-aws-ec2-metadata-token": t}})', []),
        (f'h = {{"X-aws-ec2-metadata-token": t}}\nrequests.get("{IMDS}/meta-data/", headers=h)', []),
        (f'requests.get("{IMDS}/meta-data/", headers=given)', ["undecided"]),
        (f'requests.put("{IMDS}/api/token")', []),
        (f'r = Request("{IMDS}/meta-data/")\nr.add_header("X-aws-ec2-metadata-token", t)\nurlopen(r, timeout=2)', []),
        (f'BASE = os.environ.get("BASE", "{IMDS}/meta-data/")', []),
        (f'# requests.get("{IMDS}/meta-data/")', []),
        ("import boto.utils\nboto.utils.get_instance_metadata()", ["no token"]),
        (f'import os\nos.system("curl {IMDS}/meta-data/")', ["no token"]),
        (f'subprocess.run(["curl", "{IMDS}/meta-data/"])', ["no token"]),
        ("import boto.utils as bu\nbu.get_instance_metadata()", ["no token"]),
        ("from boto.utils import get_instance_metadata as g\ng()", ["no token"]),
        (f'from urllib.request import urlopen as u\nu("{IMDS}/meta-data/")', ["no token"]),
        ('c = http.client.HTTPConnection("169.254.169.254")\nc.request("GET", "/latest/meta-data/")', ["no token"]),
        (f'def get(url):\n    return urlopen(url).read()\nget("{IMDS}/meta-data/")', ["no token"]),
        (f'requests.get("{{}}/meta-data/{{}}".format("{IMDS}", "mac"))', ["no token"]),
        (f'requests.get("%s/meta-data/" % "{IMDS}")', ["no token"]),
        (f'requests.get("/".join(["{IMDS}", "meta-data", "mac"]))', ["no token"]),
        (f'for url in ["{IMDS}/meta-data/"]:\n    requests.get(url)', ["no token"]),
        (f'def get(url="{IMDS}/meta-data/"):\n    return requests.get(url)\nget()', ["no token"]),
        (f'class A:\n    URL = "{IMDS}/meta-data/"\n    def get(self):\n        requests.get(self.URL)', ["no token"]),
        (f'c = httpx.Client(base_url="{IMDS}")\nc.get("/meta-data/")', ["no token"]),
        (f'our.client("{IMDS}/meta-data/")', ["not understood"]),
        (f'print("{IMDS}/meta-data/")', []),
        (f'"""Asks {IMDS}/meta-data/."""', []),
        (f'logging.info("no answer of %s", "{IMDS}")', []),
    ],
)
def test_python(script: str, found: list[str]) -> None:
    assert [flaw for _, flaw in calls("#!/usr/bin/env python3\n" + script)] == found


@pytest.mark.parametrize(
    ("script", "found"),
    [
        (f"Invoke-RestMethod -Uri {IMDS}/meta-data/", ["no token"]),
        (f"$u = '{IMDS}'; iwr \"$u/meta-data/\"", ["no token"]),
        (f'(New-Object Net.WebClient).DownloadString("{IMDS}/meta-data/")', ["no token"]),
        (f'Invoke-RestMethod -Headers @{{"X-aws-ec2-metadata-token" = $t}} -Uri {IMDS}/meta-data/', []),
        (f'$h = @{{"X-aws-ec2-metadata-token" = $t}}\nirm -Headers $h {IMDS}/meta-data/', []),
        (f"irm -Headers $given {IMDS}/meta-data/", ["undecided"]),
        (f"# irm {IMDS}/meta-data/", []),
        (f"$p = @{{Uri = '{IMDS}/meta-data/'}}\nInvoke-RestMethod @p", ["no token"]),
        (f"$p = @{{Uri = '{IMDS}/meta-data/'; Headers = @{{'X-aws-ec2-metadata-token' = $t}}}}\nirm @p", []),
        (f"Start-BitsTransfer -Source {IMDS}/meta-data/ -Destination C:\\x", ["no token"]),
        (f'Invoke-Expression "Invoke-RestMethod {IMDS}/meta-data/"', ["no token"]),
        (f'$c = "irm {IMDS}/meta-data/"\niex $c', ["no token"]),
        (f"$r = [System.Net.WebRequest]::Create('{IMDS}/meta-data/')\n$r.GetResponse()", ["no token"]),
        (f"$r = [Net.WebRequest]::Create('{IMDS}/user-data')\n$r.Headers.Add('X-aws-ec2-metadata-token', $t)", []),
        (f"@'\nirm {IMDS}/meta-data/\n'@ | Set-Content C:\\a.ps1", ["no token"]),
        (f"Set-Content C:\\a.txt 'irm {IMDS}/meta-data/'", []),
        ("$u = 'http://{0}/latest/meta-data/' -f '169.254.169.254'\nirm $u", ["no token"]),
        (f"our-tool {IMDS}/meta-data/", ["not understood"]),
        (f"[Our.Class]::Ask('{IMDS}/meta-data/')", ["not understood"]),
        (f"Write-Host {IMDS}/meta-data/", []),
        (f"| {IMDS}/meta-data/", ["not understood"]),
        (f"$id = irm -Headers @{{'X-aws-ec2-metadata-token' = $t}} {IMDS}/user-data\naws ec2 describe-tags $id", []),
        ("route add 169.254.169.254 mask 255.255.255.255 10.0.0.1", []),
    ],
)
def test_powershell(script: str, found: list[str]) -> None:
    assert [flaw for _, flaw in calls(f"<powershell>\n{script}\n</powershell>")] == found


def test_a_column_is_that_of_the_command() -> None:
    (call,) = read_user_data(f"#!/bin/sh\nid=$(curl -s {IMDS}/meta-data/)\n").calls
    assert (call.line, call.column) == (2, 6)


def batch(text: str) -> list[tuple[int, str]]:
    return calls(f"<script>\n{text}\n</script>\n<persist>true</persist>")


@pytest.mark.parametrize(
    "script",
    [
        f"curl.exe -s {IMDS}/meta-data/instance-id",
        f"@curl {IMDS}/meta-data/ > C:\\id.txt",
        f"C:\\Windows\\System32\\curl.exe {IMDS}/meta-data/",
        f"set BASE={IMDS}& curl %BASE%/meta-data/",
        f'set "BASE={IMDS}"& curl "%base%/meta-data/"',
        f"for /f %%i in ('curl -s {IMDS}/meta-data/instance-id') do set ID=%%i",
        f"certutil -urlcache -f {IMDS}/user-data out.txt",
        f"bitsadmin /transfer id {IMDS}/meta-data/instance-id C:\\id.txt",
        f"if exist x (curl ^\n  {IMDS}/meta-data/)",
        f'powershell -NoProfile -Command "Invoke-RestMethod {IMDS}/meta-data/"',
        f"powershell.exe -c (irm {IMDS}/meta-data/)",
    ],
)
def test_a_call_in_batch_is_found(script: str) -> None:
    assert batch(script) == [(2, "no token")]


@pytest.mark.parametrize(
    ("script", "found"),
    [
        (f'curl -H "X-aws-ec2-metadata-token: %TOKEN%" {IMDS}/meta-data/', []),
        (f'curl -X PUT {IMDS}/api/token -H "X-aws-ec2-metadata-token-ttl-seconds: 60"', []),
        (f"rem curl {IMDS}/meta-data/", []),
        (f":: curl {IMDS}/meta-data/", []),
        (f"echo curl {IMDS}/meta-data/", []),
        (f"echo curl {IMDS}/meta-data/ > C:\\boot.cmd", [(2, "no token")]),
        (f"our-tool.exe {IMDS}/meta-data/", [(2, "not understood")]),
        ("route add 169.254.169.254 mask 255.255.255.255 10.0.0.1", []),
        (f'curl -H "%HEADER%" {IMDS}/meta-data/', [(2, "undecided")]),
        ("pip install boto3==1.9.0", [(2, "old SDK")]),
        ('powershell -Command "Install-Module AWSPowerShell -RequiredVersion 3.3.618"', [(2, "old SDK")]),
    ],
)
def test_batch(script: str, found: list[tuple[int, str]]) -> None:
    assert batch(script) == found


@pytest.mark.parametrize(
    ("command", "old"),
    [
        ("dotnet add package AWSSDK.Core --version 3.1.9", True),
        ("dotnet add package AWSSDK.Core --version 3.3.104.1", False),  # the guide does not say it of packages
        ("dotnet add package AWSSDK.Core --version 3.7.400", False),
        ("nuget install AWSSDK -Version 2.3.55", True),
        ("dotnet add package AWSSDK.Core", False),
    ],
)
def test_packages_for_dotnet(command: str, old: bool) -> None:
    assert bool(shell(command)) is old


def test_modules_of_powershell() -> None:
    install = "Install-Module -Name AWS.Tools.Common -RequiredVersion {} -Force"
    assert calls(f"<powershell>\n{install.format('4.0.0.0')}\n</powershell>") == [(2, "old SDK")]
    assert calls(f"<powershell>\n{install.format('4.1.0')}\n</powershell>") == []


def test_a_tag_within_another_script_is_no_batch() -> None:
    assert shell(f"cat > /var/www/index.html <<'E'\n<script>curl {IMDS}/meta-data/</script>\nE") == []
