"""Repositories for tests, made with git as its users have it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import quiet_environment

SETTINGS = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false", "-c", "gc.auto=0")


@dataclass(frozen=True)
class Checkout:
    """A folder with a repository in it."""

    folder: Path

    @classmethod
    def made(cls, folder: Path, **files: str) -> Checkout:
        """A repository whose branch `main` has one commit with these files; `__` in a name stands for `/`."""
        folder.mkdir(parents=True, exist_ok=True)
        made = cls(folder)
        made("init", "-q", "-b", "main")
        made.write(**files)
        made.commit("first")
        return made

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *SETTINGS, *arguments],
            cwd=self.folder,
            env=quiet_environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def write(self, **files: str) -> None:
        for name, text in files.items():
            path = self.folder / (name.replace("__", "/") + ".tf")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def put(self, name: str, text: str) -> None:
        """Write a file that is no `.tf`."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def commit(self, message: str = "change") -> str:
        self("add", "-A")
        self("commit", "-q", "--allow-empty", "-m", message)
        return self("rev-parse", "HEAD")

    def branch(self, name: str = "feature") -> None:
        self("checkout", "-q", "-b", name)


def instance(name: str, tokens: str | None = None, above: str = "", inside: str = "") -> str:
    """An instance that answers without a token, unless `tokens` says something else."""
    options = f"  metadata_options {{\n    http_tokens = {tokens}\n  }}\n" if tokens else ""
    body = f'  ami           = "ami-0123456789abcdef0"\n  instance_type = "t3.micro"\n{inside}{options}'
    return f'{above}resource "aws_instance" "{name}" {{\n{body}}}\n'
