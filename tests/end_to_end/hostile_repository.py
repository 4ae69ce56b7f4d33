"""A pull request that tries it all: to inject into reports, hide findings, switch rules off, read what is outside."""

from __future__ import annotations

import os
from pathlib import Path

SECRET = "TOPSECRET"  # stands outside of the repository, and must show nowhere

FILES = {
    "a\n::error::x.tf": 'resource "aws_instance" "file" {\n  tags = { Name = "x\\n::error::x" }\n}\n',
    "main.tf": """\
provider "aws" {
  region = "eu-west-1"
}

# imdsguard: ignore-file
# imdsguard: ignore[*] everything
# ::error::comment \x1b[31m
resource "aws_instance" "tags" { # imdsguard: ignore[instance-tokens-optional] \u202ereason ::error::x ##[error]x
  tags = { "::stop-commands::x ##[stop-commands]x <img src=x> [a](http://evil.example) @octocat |" = "::set-output::b" }
}

resource "aws_instance" "keys" {
  for_each = toset(["a\\u001b[31m\\n::error::gone", "\\u202etxt", "| `x` | <b>", "=cmd()", "[a](https://evil.example)"])
  metadata_options {
    http_tokens = "optional"
  }
}

module "outside" {
  source = "../outside"
}

module "down" {
  source = "example/down/aws"
}
""",
    ".terraform/modules/modules.json": '{"Modules": [{"Key": "", "Source": "", "Dir": "."}, {"Key": "down", '
    '"Source": "registry.terraform.io/example/down/aws", "Version": "1.0.0", "Dir": "../outside"}]}',
    ".imdsguard.yaml": "version: 1\nfail_on: never\nrules:\n  instance-tokens-optional: off\n"
    "exemptions:\n  - {rule: instance-tokens-optional, address: '*', reason: all of it}\n",
    ".imdsguard-baseline.json": "{}",
    "checks/instance_tokens_optional.py": "open('owned', 'w').close()\n",
    "imdsguard.py": "open('owned', 'w').close()\n",
    "imdsguard/__init__.py": "open('owned', 'w').close()\n",
    "sitecustomize.py": "open('owned', 'w').close()\n",
    "dir\n##[error]x/main.tf": 'resource "aws_instance" "dir" {}\n',
    "::error::root/main.tf": 'resource "aws_instance" "root" {}\n',
    "-o/main.tf": 'resource "aws_instance" "dash" {}\n',
    "=1+1/main.tf": 'resource "aws_instance" "formula" {}\n',
    "\u202efdp/main.tf": 'resource "aws_instance" "turned" {}\n',
}
OPEN = {
    "aws_instance.file",
    "aws_instance.tags",
    "aws_instance.dir",
    "aws_instance.root",
    "aws_instance.dash",
    "aws_instance.formula",
    "aws_instance.turned",
    'aws_instance.keys["a\x1b[31m\\n::error::gone"]',
    'aws_instance.keys["\u202etxt"]',
    'aws_instance.keys["| `x` | <b>"]',
    'aws_instance.keys["=cmd()"]',
    'aws_instance.keys["[a](https://evil.example)"]',
}
"""What must be found, whatever the files above try."""


def write(folder: Path) -> Path:
    """Write it, and beside it what it points at."""
    repository = folder / "repository"
    for name, text in FILES.items():
        file = repository / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    outside = folder / "outside"
    outside.mkdir()
    (outside / "main.tf").write_text(f'resource "aws_instance" "outside" {{\n  ami = "{SECRET}"\n}}\n')
    os.symlink("../outside", repository / "link")
    os.symlink("../outside/main.tf", repository / "linked.tf")
    (repository / ".git").mkdir()
    return repository
