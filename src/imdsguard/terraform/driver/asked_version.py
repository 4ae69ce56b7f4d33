"""The version that a folder asks for in `.terraform-version` or `.opentofu-version`, the files of tfenv and tofuenv."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from imdsguard.model.record import record
from imdsguard.system.files import read_head

if TYPE_CHECKING:
    from imdsguard.terraform.driver.find import Terraform
    from imdsguard.terraform.driver.signals import Signals

FILES = {".terraform-version": "terraform", ".opentofu-version": "tofu"}
_LARGEST = 1024
_VERSION = re.compile(r"[\x21-\x7e]{1,80}")
"""What such a file can ask for. What else a link of that name leads to (an environment, a key) is not for our log."""
_EXACT = re.compile(r"v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)")


@record(frozen=True, slots=True)
class AskedVersion:
    """What a file asks for: its path, which command it is about, and its text (`1.9.8`, `latest:^1.9`, ...)."""

    file: str
    name: str
    text: str

    @property
    def exact(self) -> str | None:
        """The one version that will do, if the text is one."""
        match = _EXACT.fullmatch(self.text)
        return match[1] if match else None


def asked_version(folder: str) -> AskedVersion | None:
    """Find the nearest such file, in `folder` or above it; of two in one folder the one about Terraform."""
    here = os.path.abspath(folder)
    while True:
        for file, name in FILES.items():
            text = _first_word(os.path.join(here, file))
            if text:
                return AskedVersion(os.path.relpath(os.path.join(here, file)), name, text)
        above = os.path.dirname(here)
        if above == here:
            return None
        here = above


def _first_word(path: str) -> str:
    try:
        text = read_head(path, _LARGEST).decode("utf-8", "replace")
    except OSError:
        return ""
    words = [word for line in text.splitlines() for word in line.partition("#")[0].split()]
    return words[0] if words and _VERSION.fullmatch(words[0]) else ""


def names_in_order(asked: AskedVersion | None) -> tuple[str, ...]:
    """Say which commands to look for: a folder that asks for OpenTofu means `tofu`."""
    return ("tofu", "terraform") if asked is not None and asked.name == "tofu" else ("terraform", "tofu")


def difference(asked: AskedVersion, terraform: Terraform, folder: str, signals: Signals) -> str | None:
    """Say how what is run differs from what the folder asks for; None if it does not."""
    running = version_of(terraform, folder, signals)
    wanted = "OpenTofu" if asked.name == "tofu" else "Terraform"
    used = f"{terraform.where}, version {running or 'unknown'}"
    if asked.exact is None:
        return f"{asked.file} asks for {wanted} {asked.text}, which was not compared with what is used: {used}"
    if running == asked.exact and (terraform.name == asked.name or terraform.name not in FILES.values()):
        return None
    return f"{asked.file} asks for {wanted} {asked.exact}; what is used is {used}"


def version_of(terraform: Terraform, folder: str, signals: Signals) -> str | None:
    """Ask Terraform for its version; None if it does not say."""
    import json

    from imdsguard.terraform.driver.run import run

    # Nothing is asked of the network for this.
    ended = run((*terraform.command, "version", "-json"), folder, signals, environment={"CHECKPOINT_DISABLE": "1"})
    try:
        said = json.loads(ended.output)
    except ValueError:
        return None
    version = said.get("terraform_version") if isinstance(said, dict) else None
    return version if isinstance(version, str) else None
