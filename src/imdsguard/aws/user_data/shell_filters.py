"""Programs that make text of text: sed, tr, jq and their like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.aws.user_data.metadata_service import names_host
from imdsguard.aws.user_data.script import GAP
from imdsguard.aws.user_data.shell_interpreters import normal
from imdsguard.aws.user_data.shell_values import TOKEN, UNKNOWN, named

if TYPE_CHECKING:
    from tree_sitter import Node

    from imdsguard.aws.user_data.shell import Shell, Status
    from imdsguard.aws.user_data.shell_expansion import Argv


FILTERS = frozenset(
    named(
        "tr sed awk gawk mawk cut head tail sort uniq jq yq grep egrep xmllint column paste rev fold fmt nl tac "
        "od strings iconv dos2unix envsubst"
    )
)


def run_filter(shell: Shell, program: str, argv: Argv, node: Node | None) -> Status:
    """Programs that make text of text: a token stays one, and so does an address."""
    texts: list[str] = []
    for word in argv[1:]:
        if normal(word) in shell.world.files:
            texts += shell.world.files[normal(word)].readings
    if program == "sed":
        return _sed(shell, argv, texts, node)
    if program in {"awk", "gawk", "mawk"} and node is not None and any(names_host(w) for w in argv[1:]):
        shell.not_understood(argv, node)
    source = tuple(texts) or shell.stdin or UNKNOWN
    if "-q" in argv and program.endswith("grep"):
        return None
    if program in {"head", "tail", "sort", "uniq", "grep", "tac"} and any(names_host(t) for t in source):
        shell.write(source)
    elif program == "tr" and all(TOKEN in t or len(t) < 2_000 for t in source) and ("-d" in argv) and len(argv) > 2:
        drop = set(argv[2].replace("\\n", "\n").replace("\\r", "\r").replace("[:space:]", " \n\t\r"))
        shell.write(tuple("".join(c for c in t if c not in drop) if len(drop) < 9 else t for t in source))
    elif program == "tr" and len(argv) == 3 and 0 < len(argv[1]) == len(argv[2]) < 5 and not {"[", "\\"} & set(argv[1]):
        shell.write(tuple(t.translate(str.maketrans(argv[1], argv[2])) for t in source))
    elif program == "envsubst":
        shell.write(tuple(_substituted(shell, t) for t in source))
    else:
        shell.write(tuple(TOKEN if TOKEN in t else t if names_host(t) else GAP for t in source))
    return None


def _substituted(shell: Shell, text: str) -> str:
    return re.sub(r"\$\{?([A-Za-z_]\w{0,80})\}?", lambda m: shell.state.get(m[1])[0], text)


_SED = re.compile(r"s([|/#,@!%:])((?:(?!\1).){1,200})\1((?:(?!\1).){0,2000})\1[gI]{0,2}", re.DOTALL)


def _sed(shell: Shell, argv: Argv, texts: list[str], node: Node | None) -> Status:
    """`s/a/b/` of plain texts is done; any other change is taken for none."""
    source = tuple(texts) or shell.stdin or UNKNOWN
    changes = [m for w in argv[1:] for m in [_SED.fullmatch(w.strip())] if m is not None]
    plain = [m for m in changes if not re.search(r"[*\[\]^$?+(){}]", m[2])]
    for change in plain:
        source = tuple(t.replace(change[2].replace("\\", ""), change[3].replace("\\", "")) for t in source)
    rest = [w for w in argv[1:] if names_host(w) and not any(m[0] == w.strip() for m in plain)]
    if rest and node is not None:
        shell.not_understood(argv, node)
    if any(w.startswith("-i") or w == "--in-place" for w in argv[1:]):
        for word in argv[1:]:
            written = shell.world.files.get(normal(word))
            if written is not None:
                written.readings = source
        return True
    shell.write(source if any(names_host(t) or TOKEN in t for t in source) else UNKNOWN)
    return None
