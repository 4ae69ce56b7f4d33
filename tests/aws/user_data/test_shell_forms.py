"""What people write in boot scripts beside a plain `curl URL`: wrappers, variables, files, units, tokens that break."""

from __future__ import annotations

import base64
import gzip

import pytest

from imdsguard.aws.user_data import read_user_data

URL = "http://169.254.169.254/latest/meta-data/instance-id"
PUT = "curl -sX PUT http://169.254.169.254/latest/api/token -H 'X-aws-ec2-metadata-token-ttl-seconds: 60'"
WGET_PUT = PUT.replace("curl -sX PUT", "wget -qO- --method=PUT").replace("-H '", "--header='")
TOKEN = f"TOKEN=$({PUT})\n"
SENT = f'curl -s -H "X-aws-ec2-metadata-token: $TOKEN" {URL}'
CALL = f"curl -s {URL}"
PACKED = base64.b64encode(CALL.encode()).decode()
ZIPPED = base64.b64encode(gzip.compress(CALL.encode(), mtime=0)).decode()


def flaws(script: str, shebang: str = "#!/bin/bash\n") -> list[str]:
    """The flaws of the calls, in the order of the lines."""
    read = read_user_data(shebang + script)
    assert read.unread == ()
    return [call.flaw.value for call in read.calls]


@pytest.mark.parametrize(
    "script",
    [
        f"su - app -c '{CALL} > /run/id'",
        f"sudo -iu app {CALL}",
        f"sudo -u app bash -s <<'EOF'\n{CALL}\nEOF",
        f"runuser -l app -c '{CALL}'",
        f"docker run --rm --net=host alpine wget -qO- {URL}",
        f"docker exec web sh -c '{CALL}'",
        f"podman run -e A=b image {CALL}",
        f"systemd-run --unit=x {CALL}",
        f"flock /run/lock {CALL}",
        f"some-tool-of-ours --retries 3 -- {CALL}",
        f"some-tool-of-ours '{CALL}'",
        f"ssh host '{CALL}'",
        f"echo '{CALL}' | sh",
        f"echo '{CALL}' | sudo bash",
        f"echo '{CALL}' | at now + 1 minute",
        f"echo {PACKED} | base64 -d | bash",
        f"base64 -d <<< {ZIPPED} | gunzip | sh",
        f"bash <<< '{CALL}'",
        f"bash <(echo '{CALL}')",
        f"cat <<EOF | bash\n{CALL}\nEOF",
        f"echo {URL} | xargs curl -s",
        f"find /etc -name x -exec {CALL} \\;",
        "export MD=http://169.254.169.254/latest/meta-data\nbash -c 'curl -s $MD/instance-id'",
        f'eval "{CALL}"',
        f"trap '{CALL}' EXIT",
        f"( {CALL} ) &",
        f"coproc {CALL}",
    ],
)
def test_a_call_in_a_wrapper_is_found(script: str) -> None:
    assert flaws(script) == ["no token"]


@pytest.mark.parametrize(
    "script",
    [
        f"CURL='curl -s --retry 3'\nID=$($CURL {URL})",
        f'get=(curl -s)\n"${{get[@]}}" {URL}',
        f"get=(curl)\nget+=(-s)\n${{get[@]}} {URL}",
        f"shopt -s expand_aliases\nalias get='curl -s'\nget {URL}",
        f"C=$(command -v curl)\n${{C:-curl}} {URL}",
        f"printf -v CMD 'curl -s %s' {URL}\n$CMD",
        f"URL={URL}\nNAME=URL\ncurl ${{!NAME}}",
        "HOST=169.254.169.254\ncurl http://$HOST/latest/meta-data/",
        "A=169.254\ncurl http://$A.169.254/latest/meta-data/",
        "U=http://169.254.169.254\nU+=/latest\nU=$U/meta-data\ncurl $U/",
        "H=instance-data\ncurl http://${H}/latest/meta-data/",
        f"while read -r u; do curl $u; done <<EOF\n{URL}\nEOF",
        f"declare -A u=([id]={URL})\ncurl ${{u[id]}}",
        f'get() {{ local u=$1; shift; curl "$@" $u; }}\nget {URL} -s',
        f"U=x{URL}\ncurl ${{U#x}}",
        "U=http://HOST/latest/meta-data/\ncurl ${U/HOST/169.254.169.254}",
        f"curl --url {URL}",
        "curl 169.254.169.254",
        "curl http://2852039166/latest/meta-data/",
        "curl -g 'http://[fd00:ec2:0:0:0:0:0:254]/latest/meta-data/'",
        "H=$(echo 169-254-169-254 | tr - .)\ncurl http://$H/latest/meta-data/",
        f"echo $(( $({CALL}) + 1 ))",
        "A=http:\nB=169.254.169.254\ncurl $A//$B/latest/meta-data/",
    ],
)
def test_a_call_by_variables_is_found(script: str) -> None:
    assert flaws(script) == ["no token"]


SPELLINGS = [
    "2852039166", "0xA9FEA9FE", "0x00a9fea9fe", "025177524776",
    "0251.0376.0251.0376", "00251.0376.0251.0376", "0xa9.0xFE.0xa9.0xfe", "169.0376.0xa9.254", "0251.254.169.254",
    "169.254.43518", "169.254.0xa9fe", "169.16689662", "169.0xfea9fe", "169.254.169.254:", "169.254.169.254:080",
    "instance-data", "instance-data.ec2.internal", "instance-data.ec2.internal.",
    "[fd00:ec2::254]", "[FD00:0EC2::0254]", "[fd00:ec2:0::254]", "[fd00:ec2:0000:0:0:0:0:254]", "[fd00:ec2::0:254]",
    "[fd00:ec2::0.0.2.84]", "[fd00:ec2::254%25eth0]", "[::ffff:169.254.169.254]", "[0:0:0:0:0:ffff:a9fe:a9fe]",
]  # fmt: skip
"""The service's addresses, in every way in which inet_aton(3) and RFC 4291 let them be written."""
OTHERS = [
    "169.254.169.253", "0251.0376.0251.0375", "2852039165", "0xA9FEA9FF", "1.169.254.169.254", "169.254.169.254:8080",
    "169.254.169.254.example.com", "[fd00:ec2::253]", "[fd00:ec3::254]", "[::ffff:169.254.169.253]", "xinstance-data",
]  # fmt: skip


@pytest.mark.parametrize("host", SPELLINGS)
def test_the_service_is_known_by_every_spelling_of_its_addresses(host: str) -> None:
    assert flaws(f"curl -g 'http://{host}/latest/meta-data/'") == ["no token"]
    assert flaws(f"/opt/tool 'http://{host}/latest/meta-data/'") == ["not understood"]


@pytest.mark.parametrize("host", OTHERS)
def test_another_address_is_another_service(host: str) -> None:
    assert flaws(f"curl -g 'http://{host}/latest/meta-data/'") == []


@pytest.mark.parametrize(
    "script",
    [
        f"cat > /etc/systemd/system/a.service <<'EOF'\n[Service]\nExecStartPre=-/usr/bin/{CALL}\nExecStart=/bin/a\nEOF",
        f"echo '{CALL} > /run/id' >> /etc/rc.local",
        f"echo '* * * * * root {CALL}' > /etc/cron.d/a",
        f"(crontab -l; echo '@reboot {CALL}') | crontab -",
        f"printf '#!/bin/sh\\n{CALL}\\n' | sudo tee /opt/a\nchmod +x /opt/a\n/opt/a",
        f"cat > a <<EOF\n{CALL}\nEOF\nsh ./a",
        f"cat > /opt/lib <<'EOF'\nid() {{ {CALL}; }}\nEOF\n. /opt/lib\nid",
        f"{{ echo '#!/bin/sh'; echo '{CALL}'; }} > /usr/local/bin/a",
        f"cat > /etc/cron.daily/a <<'EOF'\n#!/bin/sh\n{CALL}\nEOF",
        f"echo '{CALL}' > /tmp/x\ninstall -m 755 /tmp/x /opt/y\n/opt/y",
        "echo 'curl http://@H@/latest/meta-data/' > /opt/a\nsed -i 's/@H@/169.254.169.254/' /opt/a\nbash /opt/a",
    ],
)
def test_a_call_in_a_file_that_is_run_is_found(script: str) -> None:
    assert flaws(script) == ["no token"]


@pytest.mark.parametrize(
    "script",
    [
        SENT,
        f'TOKEN=\ncurl -H "X-aws-ec2-metadata-token: $TOKEN" {URL}',
        f"TOKEN=$({PUT.replace('-sX PUT', '-s')})\n{SENT}",
        f"TOKEN=$(curl -sX PUT http://169.254.169.254/latest/api/token)\n{SENT}",
        f"TOKEN=$({PUT.replace('60', '99999')})\n{SENT}",
        f"TOKEN=$({PUT} -H 'X-Forwarded-For: 10.0.0.1')\n{SENT}",
        f"TOKEN=$({PUT.replace('latest', '2021-03-23')})\n{SENT}",
        f"{TOKEN}curl -H 'X-aws-ec2-metadata-token: $TOKEN' {URL}",
        f'{TOKEN}curl -H "X-aws-ec2-metadata-token: $TOKN" {URL}',
        f"{TOKEN}bash -c 'curl -H \"X-aws-ec2-metadata-token: $TOKEN\" {URL}'",
    ],
)
def test_a_token_that_is_never_valid_breaks(script: str) -> None:
    assert flaws(script) == ["broken token"]


@pytest.mark.parametrize(
    "script",
    [
        f'if [ -n "$TOKEN" ]; then {SENT}; else {CALL}; fi',
        f"if [[ -z $TOKEN ]]; then {CALL}; else {SENT}; fi",
        f'[ -n "$TOKEN" ] && {SENT} || {CALL}',
        f'test -z "$TOKEN" && {CALL}',
        f"{SENT} || {CALL}",
        f"if T=$({PUT}); then {SENT}; else {CALL}; fi",
        f"if ! T=$({PUT}); then {CALL}; fi",
        f"case $TOKEN in '') {CALL};; *) {SENT};; esac",
        f'if [ -n "$TOKEN" ]; then {SENT}; exit; fi\n{CALL}',
        f"S=$({PUT} -o /dev/null -w '%{{http_code}}')\nif [ $S = 200 ]; then {SENT}; else {CALL}; fi",
        f"if [[ ${{#TOKEN}} -gt 0 ]]; then {SENT}; else {CALL}; fi",
        f'if [ -n "$TOKEN" ]; then get() {{ {SENT}; }}; else {CALL}; fi\nget',
        f"V1=no\nif [ $V1 = yes ]; then {CALL}; fi",
    ],
)
def test_a_call_where_no_token_could_be_had_is_a_fallback(script: str) -> None:
    assert flaws(TOKEN + script) == ["fallback"]


@pytest.mark.parametrize(
    "script",
    [
        SENT,
        f'curl -s ${{TOKEN:+-H "X-aws-ec2-metadata-token: $TOKEN"}} {URL}',
        f'HDR=()\n[ -n "$TOKEN" ] && HDR=(-H "X-aws-ec2-metadata-token: $TOKEN")\ncurl "${{HDR[@]}}" {URL}',
        f'H="-H X-aws-ec2-metadata-token:$TOKEN"\ncurl $H {URL}',
        'get() { curl -s -H "X-aws-ec2-metadata-token: $TOKEN" http://169.254.169.254/latest/meta-data/$1; }\nget mac',
        f'get() {{ local t; t=$({PUT}); curl -H "X-aws-ec2-metadata-token: $t" $1; }}\nget {URL}',
        f"T=$(echo $TOKEN | tr -d '\\r')\ncurl -H \"X-aws-ec2-metadata-token: $T\" {URL}",
        f'{PUT} -o /tmp/t\ncurl -H "X-aws-ec2-metadata-token: $(cat /tmp/t)" {URL}',
        f'{PUT} > /tmp/t\nread -r T < /tmp/t\ncurl -H "X-aws-ec2-metadata-token: $T" {URL}',
        f'echo "X-aws-ec2-metadata-token: $TOKEN" > /tmp/h\ncurl -H @/tmp/h {URL}',
        f"export TOKEN\nbash -c 'curl -H \"X-aws-ec2-metadata-token: $TOKEN\" {URL}'",
        f'wget -qO- --header="X-aws-ec2-metadata-token: $TOKEN" {URL}',
        f"http {URL} X-aws-ec2-metadata-token:$TOKEN",
        f'T=$({WGET_PUT})\ncurl -H "X-aws-ec2-metadata-token: $T" {URL}',
        f'until T=$({PUT}); do sleep 1; done\ncurl -H "X-aws-ec2-metadata-token: $T" {URL}',
        f'while [ -z "$T" ]; do T=$({PUT}); done\ncurl -H "X-aws-ec2-metadata-token: $T" {URL}',
        f"unused() {{ {CALL}; }}",
        f"cat > /opt/a.sh <<EOF\n#!/bin/bash\n{SENT}\nEOF",
        "docker run -e NO_PROXY=169.254.169.254 app",
        f"cat <<'EOF'\n{CALL}\nEOF",
        f"cat > /usr/share/doc/note.txt <<'EOF'\n{CALL}\nEOF",
        f'echo "run {CALL} by hand" > /etc/motd',
        f"logger '{CALL}'",
        f"# {CALL}",
        f": <<'END'\n{CALL}\nEND",
        "iptables -A OUTPUT -d 169.254.169.254 -m owner ! --uid-owner root -j DROP",
        "ip route add 169.254.169.254/32 dev eth0",
        "export NO_PROXY=169.254.169.254,localhost",
        "curl --noproxy 169.254.169.254 https://example.com/",
        "ping -c1 169.254.169.254",
        "grep -q 169.254.169.254 /etc/hosts",
        "cat > /etc/app/app.conf <<EOF\nmetadata = http://169.254.169.254/latest/meta-data/\nEOF",
        "ls /run/cloud-init/instance-data.json",
    ],
)
def test_what_is_right_is_silent(script: str) -> None:
    assert flaws(TOKEN + script) == []


@pytest.mark.parametrize(
    "script",
    [
        "our-tool --endpoint http://169.254.169.254/latest",
        f"our-tool < <(echo {URL})",
        f"echo {URL} > /tmp/u\nour-tool /tmp/u",
        f"perl -MLWP::Simple -e 'getprint(\"{URL}\")'",
        f"ruby -ropen-uri -e 'puts URI.open(\"{URL}\").read'",
        f"node -e \"require('http').get('{URL}')\"",
        "exec 3<>/dev/tcp/169.254.169.254/80",
        f"awk 'BEGIN {{ system(\"{CALL}\") }}'",
        "A=169.254\nour-tool $A.169.254",
        f"php <<'EOF'\n<?php echo file_get_contents('{URL}');\nEOF",
        "printf 'GET /latest/meta-data/ HTTP/1.0\\r\\n\\r\\n' | nc 169.254.169.254 80",
    ],
)
def test_what_names_the_service_and_is_not_understood_is_said(script: str) -> None:
    assert flaws(script) == ["not understood"]


@pytest.mark.parametrize(
    ("script", "address"),
    [
        ("curl -fsSL https://example.com/a.sh | bash", "https://example.com/a.sh"),
        ("curl -fsSL https://example.com/a.sh | sudo -E bash -", "https://example.com/a.sh"),
        ("bash <(curl -s https://example.com/a.sh)", "https://example.com/a.sh"),
        ("curl -o /tmp/a.sh https://example.com/a.sh\nchmod +x /tmp/a.sh\n/tmp/a.sh", "https://example.com/a.sh"),
        ("wget https://example.com/a.sh\nsh a.sh", "https://example.com/a.sh"),
        ("aws s3 cp s3://bucket/a.sh /tmp/\nbash /tmp/a.sh", "s3://bucket/a.sh"),
    ],
)
def test_code_that_is_downloaded_and_run_is_listed(script: str, address: str) -> None:
    read = read_user_data("#!/bin/bash\n" + script)
    assert (read.calls, read.unread, read.not_seen) == ((), (), (address,))


def test_an_alias_is_nothing_to_a_bash_that_does_not_expand_it() -> None:
    script = f"alias get='curl -s'\nget {URL}"
    assert flaws(script) == ["not understood"]
    assert flaws(script, "#!/bin/sh\n") == ["no token"]
