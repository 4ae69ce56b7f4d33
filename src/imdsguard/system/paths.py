"""Paths that scanned code names. The one place where its text becomes a path."""

from __future__ import annotations

import os

SYNTAX = (".tf", ".tofu", ".tf.json", ".tofu.json")
"""How the names of files with Terraform's code end. (OpenTofu, "Files and Directories")"""


class NotAPathError(Exception):
    """The text can be no file's name anywhere. Its words say why."""


def join_path(folder: str, text: str) -> str:
    """Give the path that `text` names from `folder`, with its `..` as they are. Raises `NotAPathError`."""
    if "\0" in text:
        raise NotAPathError("a path cannot hold a NUL character")
    half = next((character for character in text if "\ud800" <= character <= "\udfff"), None)
    if half is not None and not "\udc80" <= half <= "\udcff":  # those stand for bytes of a name that is not UTF-8
        raise NotAPathError(f"a path cannot hold the character U+{ord(half):04X}")
    return os.path.join(folder, text)


def real_path_inside(path: str, top: str) -> str | None:
    """Give the real path behind `path` if it is `top` (a real path) or lies below it, else None."""
    real = os.path.realpath(path)
    return real if real == top or real.startswith(os.path.join(top, "")) else None


def repository_top(folder: str) -> str | None:
    """Give the nearest folder, from an absolute path upward, that holds `.git`; None where there is none."""
    while not os.path.lexists(os.path.join(folder, ".git")):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return None
    return folder


def folder_in_repository() -> str:
    """Give the working directory from the top of its repository, with `/`; empty at the top, and outside of one."""
    here = os.path.realpath(".")
    top = repository_top(here)
    return "" if top is None or top == here else os.path.relpath(here, top).replace(os.sep, "/")
