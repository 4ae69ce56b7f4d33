"""Where the text of a module's `source` says that its code is ("Module Sources", Terraform documentation)."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

from imdsguard.model.record import record

REGISTRY = "registry.terraform.io"

_REGISTRY = re.compile(
    r"(?:([0-9A-Za-z.-]+\.[0-9A-Za-z-]+(?::\d+)?)/)?([0-9A-Za-z_-]{1,64})/([0-9A-Za-z_-]{1,64})/([0-9a-z]{1,64})"
)
_SCP = re.compile(r"(?:[\w.-]+@)?([\w.-]+):(?!//)(.+)")
_SHORT = ("github.com/", "bitbucket.org/")
"""Hosts whose repositories may be named without a scheme."""
_REGISTRY_REPOSITORY = re.compile(r"(.+)/terraform-([0-9a-z]+)-(.+)")


@record(frozen=True, slots=True)
class ModuleAddress:
    """The parts of a source that is no local path.

    `package` names what is downloaded, the same for all spellings: `github.com/owner/name` of a git repository (lower
    case, without `.git`), `host/namespace/name/provider` of a registry. `kind` is `registry`, `git` or `other` (an
    archive, a bucket, Mercurial), `folder` is what follows `//`, `ref` a git revision. `host` is where it is asked for,
    empty for a path of this machine.
    """

    kind: str
    package: str
    host: str = ""
    folder: str = ""
    ref: str = ""
    scheme: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """All names of the package: of a repository `terraform-PROVIDER-NAME` on GitHub, the public registry's too."""
        if self.kind == "registry":
            host, namespace, name, provider = self.package.split("/")
            own = (f"github.com/{namespace}/terraform-{provider}-{name}".lower(),) if host == REGISTRY else ()
            return (self.package, *own)
        match = _REGISTRY_REPOSITORY.fullmatch(self.package.removeprefix("github.com/"))
        if self.host != "github.com" or match is None:
            return (self.package,)
        return (self.package, f"{REGISTRY}/{match[1]}/{match[3]}/{match[2]}")

    @property
    def shown(self) -> str:
        """The package as people write it."""
        return self.package.removeprefix(f"{REGISTRY}/")


def parse_address(source: str) -> ModuleAddress:
    """Take a source apart. Never raises: what is not understood is of kind `other`."""
    text, _, query = source.strip().partition("?")
    text, folder = _subfolder(text)
    match = _REGISTRY.fullmatch(text)
    if match is not None and not query and not text.startswith(_SHORT):
        host = (match[1] or REGISTRY).lower()
        return ModuleAddress("registry", "/".join((host, *match.groups()[1:])).lower(), host, folder, "", "https")
    forced, mark, rest = text.partition("::")
    if not mark or not re.fullmatch(r"[a-z0-9]+", forced):
        forced, rest = "", text
    ref = next(iter(parse_qs(query).get("ref", ())), "")
    if forced in ("", "git") or rest.startswith(_SHORT):
        git = _git(rest, forced=forced == "git")
        if git is not None:
            scheme, host, path = git
            if host in ("github.com", "bitbucket.org"):
                path, below = _owner_and_name(path)
                folder = folder or below
            return ModuleAddress("git", f"{host}/{path}".lower().strip("/"), host, folder, ref, scheme)
    host, scheme = _host(rest)
    return ModuleAddress("other", text, host, folder, ref, forced or scheme)


def _subfolder(text: str) -> tuple[str, str]:
    """Part the package from the folder in it: by `//`, but that of `https://`."""
    start = text.find("://")
    at = text.find("//", start + 3 if start >= 0 else 0)
    return (text, "") if at < 0 else (text[:at], text[at + 2 :].strip("/"))


def _git(text: str, *, forced: bool) -> tuple[str, str, str] | None:
    """Give scheme, host and path of a git repository; None for what is none."""
    if text.startswith(_SHORT):
        host, _, path = text.partition("/")
        return "https", host, _named(path)
    if "://" in text:
        try:
            url = urlsplit(text)
            host = (url.hostname or "").lower() + (f":{url.port}" if url.port else "")
        except ValueError:
            return None
        if not forced and not (url.scheme == "ssh" or url.path.endswith(".git")):
            return None
        return url.scheme.lower(), host, _named(unquote(url.path))
    match = _SCP.fullmatch(text)
    if match is not None and (forced or text.startswith("git@")):
        return "ssh", match[1].lower(), _named(match[2])
    return ("file", "", text) if forced else None


def _named(path: str) -> str:
    return path.strip("/").removesuffix(".git")


def _owner_and_name(path: str) -> tuple[str, str]:
    """Part a repository's name from the folder in it, which may follow without `//`."""
    parts = path.split("/")
    return "/".join(parts[:2]).removesuffix(".git"), "/".join(parts[2:])


def _host(text: str) -> tuple[str, str]:
    if "://" not in text:
        return "", ""
    try:
        url = urlsplit(text)
        return (url.hostname or "").lower(), url.scheme.lower()
    except ValueError:
        return "", ""
