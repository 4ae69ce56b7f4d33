"""Boot scripts composed of what people write: how a token is got and sent, how an address is made, where a call stands.

What a script really does is for the judge to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

ROOT = "http://169.254.169.254/latest"
TTL = "X-aws-ec2-metadata-token-ttl-seconds"
SENT = "X-aws-ec2-metadata-token"
KEYS = ["instance-id", "placement/region", "local-ipv4", "hostname", "mac", "ami-id"]

# How a token is got. Only double quotes: the texts go into single ones, too.
TOKENS = {
    "none": [""],
    "valid": [
        f'TOKEN=$(curl -s -X PUT "{ROOT}/api/token" -H "{TTL}: 21600")',
        f'TOKEN=`curl -sX PUT {ROOT}/api/token -H "{TTL}: 60"`',
        f'TOKEN=$(curl -sf --retry 2 --request PUT --header "{TTL}: 300" {ROOT}/api/token)',
        f'TOKEN=$(wget -q -O- --method=PUT --header="{TTL}: 60" {ROOT}/api/token)',
        f'curl -s -o /tmp/token -X PUT {ROOT}/api/token -H "{TTL}: 60"; TOKEN=$(cat /tmp/token)',
        f'get_token() {{ curl -s -X PUT "{ROOT}/api/token" -H "{TTL}: $1"; }}; TOKEN=$(get_token 60)',
        f'until TOKEN=$(curl -sf -X PUT {ROOT}/api/token -H "{TTL}: 60"); do sleep 1; done',
        f'TTL=60; TOKEN=$(curl -s -X PUT -H "{TTL}: $TTL" "{ROOT}/api/token")',
        f'TOKEN=$(curl -s -X PUT {ROOT}/api/token -H "{TTL}: 60" | tr -d "\\r\\n")',
        f'IMDS={ROOT}; TOKEN=$(curl -s -X PUT "${{IMDS}}/api/token" -H "{TTL}: 60") || exit 1',
        f'curl -s -X PUT {ROOT}/api/token -H "{TTL}: 60" > /tmp/tok; read -r TOKEN < /tmp/tok || true',
    ],
    "broken": [
        f'TOKEN=$(curl -s {ROOT}/api/token -H "{TTL}: 60")',
        f"TOKEN=$(curl -s -X PUT {ROOT}/api/token)",
        f'TOKEN=$(curl -s -X PUT {ROOT}/api/token -H "{TTL}: 0")',
        f'TOKN=$(curl -s -X PUT {ROOT}/api/token -H "{TTL}: 60")',
        "TOKEN=",
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Call:
    """Lines that end in one call."""

    setup: str
    command: str

    @property
    def line(self) -> str:
        return "; ".join(part for part in (self.setup, self.command) if part)


# How the address is put together: lines before the call, and what stands in it for the key K.
ADDRESSES = [
    ("", f"{ROOT}/meta-data/K"),
    ("MD=http://169.254.169.254/latest/meta-data", "$MD/K"),
    ("HOST=169.254.169.254; KEY=K", '"http://${HOST}/latest/meta-data/$KEY"'),
    ("", "http://instance-data/latest/meta-data/K"),
    ("A=169.254; B=169.254", "http://$A.$B/latest/meta-data/K"),
    (f"url() {{ echo {ROOT}/meta-data/$1; }}", "$(url K)"),
    ('U=$(printf "http://%s/latest/%s" 169.254.169.254 meta-data/K)', '"$U"'),
    (f"U={ROOT}; U=$U/meta-data; U=$U/K", "$U"),
    ("V=${IMDS_VERSION:-latest}", '"http://169.254.169.254/$V/meta-data/K"'),
    (f"urls=({ROOT}/meta-data/K x)", '"${urls[0]}"'),
    ("P=@/latest/meta-data/K", '"http://${P/@/169.254.169.254}"'),
    ("", "http://[fd00:ec2::254]/latest/meta-data/K"),
]
CLIENTS = [
    ("", "curl -s"),
    ("", "curl -sf --connect-timeout 2"),
    ("", "/usr/bin/curl -sS"),
    ("", "wget -qO-"),
    ('CURL="curl -s --max-time 3"', "$CURL"),
    ("get=(curl -s)", '"${get[@]}"'),
]
# How the token is sent, by the option O with E behind it.
HEADERS = [
    ("", f'OE"{SENT}: $TOKEN"'),
    (f'HDR="{SENT}: $TOKEN"', 'OE"$HDR"'),
    (f'hdr() {{ echo "{SENT}: $TOKEN"; }}', 'OE"$(hdr)"'),
    (f'ARGS=(O "{SENT}: $TOKEN")', '"${ARGS[@]}"'),
    ("", f'${{TOKEN:+O "{SENT}: $TOKEN"}}'),
    ("OPTS=O", f'$OPTS "{SENT}: $TOKEN"'),
    (f'printf "%s" "{SENT}: $TOKEN" > /tmp/hdr', 'OE"$(cat /tmp/hdr)"'),
]
PLAIN = {"ADDRESSES": 6, "CLIENTS": 5, "HEADERS": 3}
"""So many of each list need no bash, no `%` and no file: they may stand anywhere."""


@st.composite
def calls(draw: st.DrawFn, plain: bool = False) -> Call:
    """One call, with the token that it needs, or without."""
    kind = draw(st.sampled_from(["none", "none", "valid", "valid", "valid", "broken"]))
    before_address, address = draw(st.sampled_from(ADDRESSES[: PLAIN["ADDRESSES"]] if plain else ADDRESSES))
    before_client, client = draw(st.sampled_from(CLIENTS[: PLAIN["CLIENTS"]] if plain else CLIENTS))
    before_header, header = draw(st.sampled_from(HEADERS[: PLAIN["HEADERS"]] if plain else HEADERS))
    if kind == "none":
        before_header, header = "", draw(st.sampled_from(["", 'OE"Accept: */*"']))
    option, equals = ("--header", "=") if client.startswith("wget") else ("-H", " ")
    setup = "; ".join(
        s for s in (draw(st.sampled_from(TOKENS[kind])), before_address, before_client, before_header) if s
    )
    key = draw(st.sampled_from(KEYS))
    words = [client, *draw(st.permutations([address, header]))]

    def made(text: str) -> str:
        return text.replace("OE", option + equals).replace("(O ", f"({option} ").replace(":+O ", f":+{option} ")

    setup = made(setup).replace("OPTS=O", f"OPTS={option}")
    command = made(" ".join(w for w in words if w))
    return Call(re.sub(r"\bK\b", key, setup), re.sub(r"\bK\b", key, command))


def _file(call: Call, path: str, draw: st.DrawFn, head: str = "#!/bin/bash\n") -> str:
    body = f"{head}{call.setup}\n{call.command}\n"
    folder = path.rsplit("/", 1)[0]
    way = draw(
        st.sampled_from(
            [
                f"cat > {path} <<'EOF'\n{body}EOF\n",
                f"tee {path} > /dev/null <<'EOF'\n{body}EOF\n",
                f"{{\n  cat <<'EOF'\n{body}EOF\n}} > {path}\n",
            ]
        )
    )
    return f"mkdir -p {folder}\n{way}"


@st.composite
def acts(draw: st.DrawFn) -> str:
    """A call at a place: in a loop, a function, a file, a unit, a text."""
    place = draw(st.integers(0, 33))
    call = draw(calls(plain=place >= 24))
    line, command, setup = call.line, call.command, call.setup
    name = draw(st.sampled_from(["id", "get_meta", "boot", "imds"]))
    path = draw(st.sampled_from(["/usr/local/bin/boot-id", "/opt/app/run.sh", "/tmp/x.sh", "/root/id"]))
    at = {
        0: f"{line}",
        1: f"{setup}\nID=$({command})\necho $ID",
        2: f"{setup}\nID=`{command}`" if "`" not in command else line,
        3: f"{setup}\nfor n in 1 2; do {command}; done",
        4: f"( {line} )",
        5: f"{{ {line}; }} > /var/log/id 2>&1",
        6: f"{name}() {{\n  {line}\n}}\n{name}",
        7: f"{name}() {{\n  {line}\n}}\n",
        8: f"function {name} {{ {line}; }}\nX=$({name})",
        9: f"trap '{line}' EXIT",
        10: f"{setup}\neval '{command}'",
        11: f"cat <<'EOF'\n{line}\nEOF",
        12: f"cat > /usr/share/doc/howto.txt <<'EOF'\n{line}\nEOF",
        13: f"# {command}\n: '{line}'",
        14: f"{setup}\nif true; then\n  {command} | head -1\nfi",
        15: f"{setup}\nif [ -d /etc ]; then {command}; else echo no; fi",
        16: f"{setup}\n{command} || true",
        17: f"{setup}\n{command} &\nwait",
        18: f"{setup}\ncase linux in linux) {command};; *) echo;; esac",
        19: f"{setup}\ntrue && {command} > /tmp/out",
        20: f"{setup}\nexport ID=$({command})",
        21: f"{name}() {{ local v; v=$({command}); echo $v; }}\n{setup}\n{name} > /dev/null",
        22: f"{setup}\nwhile read -r x; do {command} < /dev/null; done <<EOF\none\nEOF",
        23: f"{setup}\n[ -n \"$NOTHING\" ] || {command}",
        24: f"bash -c '{line}'",
        25: f"su - nobody -c '{line}'" if draw(st.booleans()) else f"sudo -u root sh -c '{line}'",
        26: f"echo '{line}' | bash",
        27: f"bash <<'EOF'\n{line}\nEOF",
        28: _file(call, path, draw) + f"chmod +x {path}\n{path}",
        29: _file(call, path, draw) + draw(st.sampled_from(["bash ", ". ", "sudo bash "])) + path,
        30: f"mkdir -p /opt/lib\ncat > /opt/lib/lib.sh <<'EOF'\n{name}() {{\n{line}\n}}\nEOF\n. /opt/lib/lib.sh"
        + draw(st.sampled_from([f"\n{name}", ""])),
        31: _file(call, "/usr/local/bin/unit-run", draw)
        + "chmod +x /usr/local/bin/unit-run\ncat > /etc/systemd/system/id.service <<'EOF'\n[Service]\nType=oneshot\n"
        "ExecStart=/usr/local/bin/unit-run\n[Install]\nWantedBy=multi-user.target\nEOF\nsystemctl enable --now id",
        32: "cat > /etc/systemd/system/id.service <<'EOF'\n[Unit]\nDescription=id\n[Service]\nType=oneshot\n"
        f"ExecStart=/bin/bash -c '{line.replace('$', '$$').replace('%', '%%')}'\nEOF\nsystemctl daemon-reload",
        33: f"cat > /etc/cron.d/id <<'EOF'\n*/5 * * * * root {line}\nEOF"
        if "%" not in line
        else f"{line}",
    }  # fmt: skip
    text = at[place]
    return text if "'" not in line or place < 9 else f"{line}"


NOISE = [
    "set -o pipefail",
    "yum install -y curl jq",
    "echo http://169.254.169.254/latest/meta-data/ is the service",
    "export NO_PROXY=169.254.169.254",
    "systemctl enable --now docker",
    "mkdir -p /etc/app\necho endpoint=http://169.254.169.254 > /etc/app/app.conf",
    "# curl http://169.254.169.254/latest/meta-data/",
    "iptables -A OUTPUT -d 169.254.169.254 -j ACCEPT",
    "aws ec2 describe-instances",
    "X=1",
    "",
]


@st.composite
def fallbacks(draw: st.DrawFn) -> str:
    """A script for both versions: with a token if there is one."""
    token = draw(st.sampled_from(TOKENS["valid"]))
    with_it = f'curl -s -H "{SENT}: $TOKEN" {ROOT}/meta-data/mac'
    without = f"curl -s {ROOT}/meta-data/mac"
    return (
        token
        + "\n"
        + draw(
            st.sampled_from(
                [
                    f'if [ -n "$TOKEN" ]; then {with_it}; else {without}; fi',
                    f'if [ -z "$TOKEN" ]; then\n  {without}\nelse\n  {with_it}\nfi',
                    f'[ -n "$TOKEN" ] && ID=$({with_it}) || ID=$({without})',
                    f"ID=$({with_it} || {without})",
                    f'get() {{ if [ "$TOKEN" != "" ]; then {with_it}; return; fi; {without}; }}\nget',
                    f'H=""\nif [ -n "$TOKEN" ]; then H="{SENT}: $TOKEN"; fi\ncurl -s -H "$H" {ROOT}/meta-data/',
                    f'case "$TOKEN" in "") {without};; *) {with_it};; esac',
                    f'[ "${{TOKEN}}x" = x ] && {without}\n{with_it}',
                ]
            )
        )
    )


@st.composite
def scripts(draw: st.DrawFn) -> str:
    """A whole boot script."""
    parts = draw(st.lists(acts() | acts() | acts() | fallbacks() | st.sampled_from(NOISE), min_size=1, max_size=3))
    return "#!/bin/bash\n" + "\n".join(parts) + "\n"


def composed(number: int) -> list[str]:
    """So many scripts, the same ones each time."""
    found: dict[str, None] = {}

    @settings(
        max_examples=number * 2,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(scripts())
    def take(script: str) -> None:
        found.setdefault(script)

    take()
    return list(found)[:number]
