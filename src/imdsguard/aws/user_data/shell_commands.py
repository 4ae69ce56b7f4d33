"""What the commands of a shell script do, as far as it matters here: builtins, shells in shells, wrappers, files.

A command that nobody here knows is looked through for one that is known, or for a text that is a command line. So the
list of programs that run others is open: `su -c`, `docker run`, `systemd-run`, `flock`, and what comes next.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.aws.user_data.boot_files import interpreter_of
from imdsguard.aws.user_data.metadata_service import named_hosts, names_host
from imdsguard.aws.user_data.packages import old_pins
from imdsguard.aws.user_data.script import GAP
from imdsguard.aws.user_data.shell_builtins import define_alias, echo, mapfile, printf, read, shift, trap
from imdsguard.aws.user_data.shell_clients import CLIENTS, address_in, run_client
from imdsguard.aws.user_data.shell_conditions import decided_words
from imdsguard.aws.user_data.shell_files import cat, chmod, copy, pass_on, run_base64, tee
from imdsguard.aws.user_data.shell_filters import FILTERS, run_filter
from imdsguard.aws.user_data.shell_interpreters import (
    SHELLS,
    crontab,
    file_of,
    normal,
    run_at,
    run_file,
    run_other_interpreter,
    run_python,
    run_shell,
    run_stdin,
    source,
)
from imdsguard.aws.user_data.shell_state import ScriptFile
from imdsguard.aws.user_data.shell_values import EMPTY, UNKNOWN, UNSET, Readings, named
from imdsguard.model.user_data import Flaw

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from imdsguard.aws.user_data.shell import Shell, Status
    from imdsguard.aws.user_data.shell_expansion import Argv

TOOLS = frozenset({"ec2-metadata", "ec2metadata"})
_PYTHON = re.compile(r"python[\d.]*")
_UNREAD = re.compile(
    r"(?:perl|ruby|node|nodejs|php|lua|pwsh|powershell|tclsh|expect|deno|bun|osascript|Rscript|go|java)[\d.]*"
)
_INERT = frozenset(
    named(
        "echo printf : true false grep egrep fgrep rg logger wall iptables ip6tables iptables-save "
        "iptables-restore nft ip route ufw firewall-cmd ping ping6 traceroute host dig nslookup getent sleep "
        "mkdir touch chown rm rmdir ls stat which whereis hash date cd pushd popd umask ulimit set shopt exit "
        "return break continue wait kill export mail yum dnf microdnf apt apt-get rpm dpkg zypper apk systemctl "
        "service hostnamectl test [ ssh-keygen usermod groupadd useradd getopts jobs disown sync reboot shutdown "
        "df du free uname whoami id basename dirname seq"
    )
)
"""Programs that never call the metadata service, whatever they are told."""
_EXEMPTS = re.compile(r"(?i)^[-\w]*no_?proxy[=:]|^--[\w-]+=no_?proxy=")
"""A word that says for which hosts there is no proxy."""
_LINE = re.compile(r"[\s;|&\n]")
_MOST_ALIASES = 10


def run_argv(shell: Shell, argv: Argv, node: Node) -> Status:
    """Run one command by its words."""
    argv = tuple(argv)
    if not argv or not shell.world.spend():
        return None
    program = argv[0].rsplit("/", 1)[-1].replace(UNSET, "")
    if argv[0] in shell.state.aliases and shell.state.expands_aliases:
        return _alias(shell, argv, node)
    if argv[0] in shell.state.functions:
        return shell.call(argv[0], argv[1:])
    known = _BUILTINS.get(program)
    if known is not None:
        return known(shell, argv, node)
    if program in CLIENTS:
        return run_client(shell, argv, node)
    if program in SHELLS:
        return run_shell(shell, argv, node)
    if program in TOOLS:
        line, column = shell.place(node)
        shell.found(Flaw.OLD_TOOL, program, line, column)
        shell.write(UNKNOWN)
        return None
    if _PYTHON.fullmatch(program) and argv[1:3] != ("-m", "pip"):
        return run_python(shell, argv, node)
    if _UNREAD.fullmatch(program):
        return run_other_interpreter(shell, argv, node)
    if file_of(shell, argv[0]) is not None:
        return run_file(shell, argv[0], argv[1:], sourced=False)
    for pin in old_pins(list(argv)):
        line, column = shell.place(node)
        shell.found(Flaw.OLD_SDK, pin, line, column)
    return _unknown(shell, program, argv, node)


def _unknown(shell: Shell, program: str, argv: Argv, node: Node) -> Status:
    """Look through a command for one that it runs."""
    if program in _INERT:
        return _inert(shell, program, argv)
    if program in FILTERS:
        return run_filter(shell, program, argv, node)
    understood = False
    for at in range(1, len(argv)):
        word = argv[at]
        if _is_command(shell, word):
            understood = True
            status = run_argv(shell, argv[at:], node)
            return status if not any(names_host(w) for w in argv[1:at]) else _unless(shell, argv[:at], node)
        if _LINE.search(word.strip()) and _is_line(shell, word):
            understood = True
            with shell.child():
                shell.run_words(word, shell.place(node)[0])
    if not understood and program in _RUNNERS and shell.stdin is not None:
        return run_stdin(shell, node)
    if any(names_host(w) and not _EXEMPTS.search(w) for w in argv[1:]) and not understood:
        shell.not_understood(argv, node)
    elif shell.stdin is not None and not understood and any(names_host(t) for t in shell.stdin):
        shell.not_understood((program, "<", _line_with_host(shell.stdin)), node)
    for word in argv[1:]:
        written = shell.world.files.get(normal(word))
        if written is not None and any(names_host(t) for t in written.readings) and not understood:
            _handed_over(shell, program, word, written, node)
    if address_in(list(argv)) and program in {"aws", "gsutil", "git", "s3cmd"}:
        _download(shell, argv, node)
    shell.write(UNKNOWN)
    return None


_RUNNERS = frozenset({"su", "sudo", "ssh", "doas", "runuser", "nsenter", "chroot", "unshare", "setsid", "batch", "at"})


def _unless(shell: Shell, argv: Argv, node: Node) -> Status:
    """What stands before a command that is run: an address there is the wrapper's own (`docker run -e URL=...`)."""
    if not all("=" in w for w in argv if names_host(w)):
        shell.not_understood(argv, node)
    return None


def _is_command(shell: Shell, word: str) -> bool:
    program = word.rsplit("/", 1)[-1]
    if program in CLIENTS or program in SHELLS or program in TOOLS or _PYTHON.fullmatch(program):
        return True
    written = file_of(shell, word)
    return written is not None and (
        written.executable or word.endswith(".sh") or any(interpreter_of(t) for t in written.readings)
    )


def _is_line(shell: Shell, word: str) -> bool:
    """Whether a text is a command line with a call in it: a client or a function of ours stands in it."""
    words = set(re.split(r"[\s;|&()`\"']+", word))
    programs = {w.rsplit("/", 1)[-1] for w in words}
    return (
        bool(programs & (CLIENTS | TOOLS | SHELLS))
        or any(w in shell.world.files for w in words)
        or (names_host(word) and bool(words & set(shell.state.functions)))
    )


def _handed_over(shell: Shell, program: str, path: str, written: ScriptFile, node: Node) -> None:
    if program in {"chmod", "chown", "cat", "rm", "less", "wc", "cp", "install", "ln", "stat", "file"}:
        return
    if program == "ansible-playbook":
        return  # the file is read as a playbook
    line, column = shell.place(node)
    shell.found(Flaw.NOT_UNDERSTOOD, f"{program} {path}", line, column)
    shell.world.ran.add(normal(path))
    del written


def _line_with_host(readings: Readings) -> str:
    for text in readings:
        for at in named_hosts(text):
            return text[text.rfind("\n", 0, at) + 1 :].split("\n", 1)[0].strip()
    return ""


_STEADY = {"true": True, ":": True, "false": False, "break": True, "continue": True}


def _options(shell: Shell, argv: Argv) -> Status:
    """`set -a`, `set -- WORD...`, `shopt -s expand_aliases`."""
    if argv[0] == "shopt":
        shell.state.expands_aliases = shell.state.expands_aliases or ("expand_aliases" in argv and "-s" in argv)
    elif "-a" in argv or "allexport" in argv:
        shell.state.exports_all = True
    elif argv[1:2] == ("--",):
        shell.positional = [(w,) for w in argv[2:]]
    return True


def _inert(shell: Shell, program: str, argv: Argv) -> Status:
    if program in _STEADY:
        return _STEADY[program]
    if program in {"exit", "return"}:
        shell.ended = True
        return None
    if program in {"set", "shopt"}:
        return _options(shell, argv)
    if program in {"test", "["}:
        return decided_words(shell, tuple(w for w in argv[1:] if w != "]"))
    if program in {"grep", "egrep", "fgrep"}:
        return run_filter(shell, program, argv, None)
    if program == "which" and len(argv) > 1:
        shell.write((argv[-1],))
        return None
    if program == "basename" and len(argv) > 1:
        shell.write((argv[1].rstrip("/").rsplit("/", 1)[-1],))
        return True
    if program == "seq":
        shell.write(UNKNOWN)
    elif program not in {"sleep", "mkdir", "cd", "rm", "chown", "touch"}:
        shell.write(UNKNOWN if program not in {"wall", "logger"} else EMPTY)
    return True if program in {"sleep", "mkdir", "cd", "touch", "export"} else None


def _download(shell: Shell, argv: Argv, node: Node) -> None:
    """`aws s3 cp s3://bucket/file /path`: the file comes from elsewhere."""
    source = address_in(list(argv))
    for word in argv[1:]:
        if "://" not in word and ("/" in word or "." in word) and not word.startswith("-"):
            path = word if not word.endswith("/") and word not in {".", "./"} else word + source.rsplit("/", 1)[-1]
            shell.world.files[normal(path)] = ScriptFile(UNKNOWN, shell.flat_frame(node), loaded_from=source)


def _alias(shell: Shell, argv: Argv, node: Node) -> Status:
    text = shell.state.aliases[argv[0]]
    words = tuple(text.split())
    if len(words) == 0 or words[0] == argv[0] or any(c in text for c in "\"';|&$`"):
        from shlex import quote

        saved = shell.state.aliases.pop(argv[0])
        status = shell.run_words(" ".join([text, *(quote(w) for w in argv[1:])]), shell.place(node)[0])
        shell.state.aliases[argv[0]] = saved
        return status
    return run_argv(shell, (*words, *argv[1:]), node)


def _prefix(shell: Shell, argv: Argv, node: Node) -> Status:
    """`sudo -u x`, `env A=b`, `timeout 5`, `nohup`: the command stands behind options and assignments."""
    rest = list(argv[1:])
    program = argv[0].rsplit("/", 1)[-1]
    given: dict[str, str] = {}
    while rest:
        word = rest[0]
        if word.startswith("-") and len(word) > 1:
            if program == "env" and word == "-S" and len(rest) > 1:
                return shell.run_words(" ".join(rest[1:]), shell.place(node)[0])
            takes = len(rest) > 2 and word[-1] in _VALUED.get(program, "") and not word.startswith("--")
            rest = rest[2:] if takes else rest[1:]
        elif re.match(r"[A-Za-z_]\w*=", word):
            name, _, text = word.partition("=")
            given[name] = text
            rest = rest[1:]
        elif re.fullmatch(r"\d+(?:\.\d+)?[smhd]?", word):
            rest = rest[1:]
        else:
            break
    if not rest:
        return run_stdin(shell, node) if argv[0].endswith(("sudo", "doas")) and shell.stdin is not None else None
    saved = {name: shell.state.variables.get(name) for name in given}
    for name, text in given.items():
        shell.state.variables[name] = (text,)
        shell.state.exported.add(name)
    status = run_argv(shell, tuple(rest), node)
    for name, old in saved.items():
        shell.state.variables.pop(name, None)
        if old is not None:
            shell.state.variables[name] = old
    return status


_VALUED = {
    "sudo": "ugUChprtTDRa", "doas": "uC", "timeout": "ks", "nice": "n", "ionice": "cnp", "env": "uC", "stdbuf": "ioe",
    "time": "fo", "retry": "tds",
}  # fmt: skip
"""Options of one letter that a value follows."""


def _xargs(shell: Shell, argv: Argv, node: Node) -> Status:
    """The words of the input go behind the command, or to where `-I` says."""
    rest, mark = list(argv[1:]), ""
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        if option[:2] in {"-I", "-i"}:
            mark = option[2:] or (rest.pop(0) if option[:2] == "-I" and rest else "{}")
        elif option in {"-n", "-P", "-L", "-d", "-s", "-a", "-E"} and rest:
            rest.pop(0)
    status: Status = None
    words = [w for text in (shell.stdin or UNKNOWN)[:4] for w in text.split()][:40] or [GAP]
    if not rest:
        return None
    for group in [[w] for w in words] if mark or "-n1" in argv or "-n" in argv else [words]:
        line = [w.replace(mark, group[0]) for w in rest] if mark else [*rest, *group]
        saved, shell.stdin = shell.stdin, None
        status = run_argv(shell, tuple(line), node)
        shell.stdin = saved
    return status


def _eval(shell: Shell, argv: Argv, node: Node) -> Status:
    text = " ".join(argv[1:])
    if GAP in text and not names_host(text):
        shell.state.open_names = True
    return shell.run_words(text, shell.place(node)[0])


def _exec(shell: Shell, argv: Argv, node: Node) -> Status:
    rest = argv[1:]
    while rest[:1] in {("-c",), ("-l",)}:
        rest = rest[1:]
    if rest[:1] == ("-a",):
        rest = rest[2:]
    status = run_argv(shell, rest, node) if rest else True
    if rest and not shell.branch:
        shell.ended = True
    return status


def _command(shell: Shell, argv: Argv, node: Node) -> Status:
    rest = argv[1:]
    if rest[:1] in {("-v",), ("-V",)}:
        shell.write((rest[1] if len(rest) > 1 else GAP,))
        return None
    while rest[:1] in {("-p",), ("--",)}:
        rest = rest[1:]
    if rest[:1] and rest[0] in shell.state.functions:
        saved = shell.state.functions.pop(rest[0])
        status = run_argv(shell, rest, node)
        shell.state.functions[rest[0]] = saved
        return status
    return run_argv(shell, rest, node) if rest else True


def _find(shell: Shell, argv: Argv, node: Node) -> Status:
    for at, word in enumerate(argv):
        if word in {"-exec", "-execdir", "-ok"}:
            rest = [w for w in argv[at + 1 :] if w not in {";", "\\;", "+"}]
            return run_argv(shell, tuple(GAP if w == "{}" else w for w in rest), node) if rest else None
    shell.write(UNKNOWN)
    return None


_BUILTINS: dict[str, Callable[[Shell, Argv, Node], Status]] = {
    **dict.fromkeys(
        (
            "sudo",
            "doas",
            "env",
            "nohup",
            "time",
            "nice",
            "timeout",
            "retry",
            "!",
            "ionice",
            "stdbuf",
            "setsid",
            "builtin",
            "busybox",
        ),
        _prefix,
    ),
    "xargs": _xargs,
    "echo": echo,
    "printf": printf,
    "eval": _eval,
    "source": source,
    ".": source,
    "exec": _exec,
    "command": _command,
    "trap": trap,
    "alias": define_alias,
    "shift": shift,
    "read": read,
    "mapfile": mapfile,
    "readarray": mapfile,
    "cat": cat,
    "tee": tee,
    "sponge": tee,
    "base64": run_base64,
    "gunzip": pass_on,
    "gzip": pass_on,
    "zcat": pass_on,
    "crontab": crontab,
    "at": run_at,
    "batch": run_at,
    "chmod": chmod,
    "cp": copy,
    "mv": copy,
    "ln": copy,
    "install": copy,
    "find": _find,
}
