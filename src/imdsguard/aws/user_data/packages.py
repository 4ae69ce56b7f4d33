"""Installs of SDK versions that do not use IMDSv2.

Source: EC2 User Guide, "FileUse the Instance Metadata Service to access instance metadata" (minimum SDK versions).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_MINIMUM = {
    "pip": {"awscli": "1.16.289", "boto3": "1.12.6", "botocore": "1.13.25"},
    "npm": {"aws-sdk": "2.722.0"},
    "gem": {"aws-sdk-core": "3.79.0"},
    "go": {"github.com/aws/aws-sdk-go": "1.25.38", "github.com/aws/aws-sdk-go-v2": "0.19.0"},
    "composer": {"aws/aws-sdk-php": "3.147.7"},
    "nuget": {"awssdk": "3.3", "awssdk.core": "3.3", "awssdk.ec2": "3.3", "awssdk.s3": "3.3"},
    "powershell": {"awspowershell": "4.0.1.0", "awspowershell.netcore": "4.0.1.0", "aws.tools.common": "4.0.1.0"},
}
"""The guide names 3.3.634.1 of the SDK for .NET. Its packages have versions of their own, so of 3.3 nothing is said."""
_INSTALLERS = {
    "pip": "pip", "pip2": "pip", "pip3": "pip", "uv": "pip", "pipx": "pip",
    "npm": "npm", "yarn": "npm", "pnpm": "npm",
    "gem": "gem", "go": "go", "composer": "composer",
    "dotnet": "nuget", "nuget": "nuget", "install-package": "nuget",
    "install-module": "powershell", "save-module": "powershell", "update-module": "powershell",
}  # fmt: skip
_VERSION_OPTIONS = {
    "gem": ("-v", "--version"),
    "nuget": ("-v", "--version", "-version", "-requiredversion"),
    "powershell": ("-requiredversion", "-maximumversion"),
}
"""Where the version of a package follows an option of its own; PowerShell's do not tell cases apart."""
_PIN = {
    "pip": re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==\s*([\d.]+)"),
    "npm": re.compile(r"^(aws-sdk)@[~^]?([\d.]+)"),
    "gem": re.compile(r"^(aws-sdk-core):([\d.]+)"),
    "go": re.compile(r"^(github\.com/aws/aws-sdk-go(?:-v2)?)(?:/[^@]*)?@v([\d.]+)"),
    "composer": re.compile(r"^(aws/aws-sdk-php):[~^]?([\d.]+)"),
}


def old_pins(words: Sequence[str]) -> list[str]:
    """Name the pins in an install command that are too old, each with the least version that will do."""
    family = _family(words)
    if family is None:
        return []
    found = []
    for name, version in _pins(family, words[1:]):
        least = _MINIMUM[family].get(name.lower())
        if least is not None and _number(version) < _number(least):
            found.append(f"{name} {version} (IMDSv2 needs {least} or later)")
    return found


def _family(words: Sequence[str]) -> str | None:
    if not words:
        return None
    program = words[0].replace("\\", "/").rsplit("/", 1)[-1].lower().removesuffix(".exe")
    if re.fullmatch(r"python[\d.]*", program) and list(words[1:3]) == ["-m", "pip"]:
        return "pip"
    return _INSTALLERS.get(re.sub(r"(?<=^pip)[\d.]+$", "", program), _INSTALLERS.get(program))


def _pins(family: str, words: Sequence[str]) -> list[tuple[str, str]]:
    pins = [(m[1], m[2]) for word in words if family in _PIN and (m := _PIN[family].match(word))]
    options = _VERSION_OPTIONS.get(family, ())
    if options:
        names = [word for word in words if word.lower() in _MINIMUM[family]]
        versions = [words[i + 1] for i, word in enumerate(words[:-1]) if word.lower() in options]
        pins += list(zip(names, versions, strict=False))
    return pins


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:4] if part.isdigit() and len(part) < 10)
