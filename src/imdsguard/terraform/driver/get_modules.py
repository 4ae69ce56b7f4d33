"""Terraform as the one that fetches a module, and nothing else: no provider, no state, nothing of the scanned tree.

`terraform get` runs in a folder of ours with a root module of ours, whose only call is the one that is missing. What it
fetches may call further modules, which Terraform fetches on its own: so git knows only the hosts that are allowed
(others are rewritten to a protocol that does not exist), and Terraform reaches others only through a proxy that is
none. Both ask no questions.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from imdsguard.model.record import record
from imdsguard.system.files import read_bytes, write_in_scratch
from imdsguard.terraform.driver.find import find_terraform
from imdsguard.terraform.driver.run import run
from imdsguard.terraform.driver.signals import Signals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.terraform.driver.steps import Shower
    from imdsguard.terraform.source.module_address import ModuleAddress

HOSTS = ("registry.terraform.io", "github.com")
"""Where modules are fetched from, unless somebody says otherwise."""
OF_OPENTOFU = "registry.opentofu.org"
KEY = "module"
"""What the one call is called."""
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_NO_PROXY = "http://not-a-host-of---get-host.invalid:9"
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_GIT_FOLDERS = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"),
    *("GIT_NAMESPACE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT"),
)
_OF_TERRAFORM = ("TF_CLI_ARGS", "TF_CLI_ARGS_get", "TF_WORKSPACE", "TF_REATTACH_PROVIDERS", "TF_LOG", "TF_LOG_CORE")
_SAID = 300
"""So many characters of what Terraform says are passed on."""


@record(frozen=True, slots=True)
class FetchedModule:
    """What `terraform get` brought: `modules` is the folder (a real path) of all, each below it by its key.

    `places` are the folders of the manifest by key, empty where Terraform did not come to write one; `versions` are the
    versions that a registry gave. `error` says what went wrong, also where the module itself is there.
    """

    modules: str
    places: dict[str, str]
    versions: dict[str, str]
    error: str = ""


def refusal(address: ModuleAddress, hosts: Sequence[str]) -> str:
    """Say why a source is not fetched; nothing if it is."""
    host = address.host.partition(":")[0]
    if address.kind == "other" and address.scheme not in ("https",):
        return "only registries, git repositories and archives over https are fetched"
    if not host:
        return "it is a path of this machine"
    if address.scheme not in ("https", "ssh") and not (address.scheme == "http" and host in _LOOPBACK):
        return f"{address.scheme} is not fetched"
    if address.host not in hosts and host not in hosts:
        return f"{address.host} is not among the hosts of --get-host"
    return ""


def get_module(source: str, version: str | None, folder: str, hosts: Sequence[str], shower: Shower) -> FetchedModule:
    """Let Terraform fetch one module into a folder of ours, which is empty. Raises `DriverError`."""
    terraform = find_terraform(None, os.environ)
    if terraform.name == "tofu" and HOSTS[0] in hosts:
        hosts = (*hosts, OF_OPENTOFU)  # what OpenTofu means by NAMESPACE/NAME/PROVIDER
    stub = os.path.join(folder, "root")
    data = os.path.join(folder, "data")
    os.makedirs(stub)
    os.makedirs(os.path.join(data, "modules"))
    call = {"source": source, **({"version": version} if version is not None else {})}
    write_in_scratch(os.path.join(stub, "main.tf.json"), json.dumps({"module": {KEY: call}}).encode())
    settings = os.path.join(folder, "gitconfig")
    write_in_scratch(settings, git_settings(hosts).encode())
    with shower.step(f"{terraform.name} get {source}") as watcher:
        ended = run(
            (*terraform.command, "get", "-no-color"),
            stub,
            Signals(),
            watcher,
            environment_of(data, settings, hosts),
            without=(*_GIT_FOLDERS, *_OF_TERRAFORM),
        )
    error = " ".join(ended.output.decode("utf-8", "replace").translate(_FRAME).split()) if ended.status else ""
    places, versions = _manifest(os.path.join(data, "modules", "modules.json"), stub)
    return FetchedModule(os.path.realpath(os.path.join(data, "modules")), places, versions, error[:_SAID])


_FRAME = str.maketrans(dict.fromkeys("╷│╵", " "))


def environment_of(data: str, settings: str, hosts: Sequence[str]) -> dict[str, str]:
    """Give what Terraform, and the git that it starts, are told beside our own environment."""
    told = {
        "TF_DATA_DIR": data,
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
        "CHECKPOINT_DISABLE": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "GIT_CONFIG_GLOBAL": settings,
        "GIT_ALLOW_PROTOCOL": "https:ssh:http" if any(_bare(host) in _LOOPBACK for host in hosts) else "https:ssh",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_SSH_COMMAND": os.environ.get("GIT_SSH_COMMAND") or "ssh -oBatchMode=yes",
    }
    given = {name for name in _PROXIES if os.environ.get(name) or os.environ.get(name.lower())}
    if not given:  # who has a proxy lets that decide
        reached = ",".join(dict.fromkeys(_bare(host) for host in hosts))
        for name in _PROXIES:
            told[name] = told[name.lower()] = _NO_PROXY
        told["NO_PROXY"] = told["no_proxy"] = reached
    return told


def git_settings(hosts: Sequence[str]) -> str:
    """Give git's configuration: the user's own, then what keeps git to these hosts and from running anything."""
    home = os.path.expanduser("~")
    config = os.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    own = os.environ.get("GIT_CONFIG_GLOBAL")
    files = [own] if own is not None else [os.path.join(config, "git", "config"), os.path.join(home, ".gitconfig")]
    lines = [f"[include]\n\tpath = {_quoted(file)}" for file in files if file and os.path.isfile(file)]
    lines.append(
        f"[core]\n\thooksPath = {os.devnull}\n\tfsmonitor = false\n\taskPass = true\n[advice]\n\tdetachedHead = false"
    )
    for host in hosts:
        starts = ["https://", "ssh://git@", *(["http://"] if _bare(host) in _LOOPBACK else [])]
        lines += [f'[url "{start}{host}/"]\n\tinsteadOf = {start}{host}/' for start in starts]
    refused = "\n".join(
        f"\tinsteadOf = {scheme}://" for scheme in ("https", "http", "ssh", "git", "file", "ftp", "ext")
    )
    return "\n".join([*lines, f'[url "refused://"]\n{refused}', ""])


def _bare(host: str) -> str:
    return host if host.startswith("[") else host.partition(":")[0]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _manifest(path: str, stub: str) -> tuple[dict[str, str], dict[str, str]]:
    """Give the folders and the versions by key; nothing where Terraform did not write what it found."""
    try:
        entries = json.loads(read_bytes(path))["Modules"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}, {}
    known = [each for each in entries if isinstance(each, dict) and each.get("Key") and each.get("Dir")]
    places = {str(each["Key"]): os.path.join(stub, str(each["Dir"])) for each in known}
    return places, {str(each["Key"]): str(each["Version"]) for each in known if each.get("Version")}
