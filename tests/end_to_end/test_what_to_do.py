"""What cannot be done is said in one line that answers what, where, and what to do: as a person sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Command

INSTANCE = 'resource "aws_instance" "web" {\n  ami = "ami-1"\n}\n'
UNIT = 'terraform {\n  source = "tfr:///a/b/aws"\n}\n'
RECIPE = (
    "judge the plan: terragrunt plan -out tfplan.bin, then terragrunt show -json tfplan.bin | imdsguard scan -; or "
    "scan the folder that terragrunt.hcl names as its source"
)
BROKEN = '{"schema": "imdsguard/baseline/v1", "findings": [{}]}'

NOT_JUDGED = "nothing is launched at all; name the folder of its root module, too"
SAID = {
    "scan -": "problem: -: the standard input is empty (the command before the pipe printed nothing: run it by itself "
    "to see why)",
    "scan stack/web": 'problem: stack/web: there is no such file or folder (did you mean "stack/wep"?)',
    "scan elsewhere": "problem: elsewhere: there is no such file or folder (paths count from the folder that the "
    "command is started in)",
    "scan live/app/terragrunt.hcl": "problem: live/app/terragrunt.hcl: this is a Terragrunt unit, and no Terraform "
    f"code ({RECIPE})",
    "scan live": "problem: live: there are no Terraform files in or below this folder, but Terragrunt units "
    f"({RECIPE})",
    "scan notes": "problem: notes: there are no Terraform files in or below this folder (name one that has some)",
    "plan live/app": "imdsguard: live/app holds a Terragrunt unit, and no Terraform code: run `terragrunt plan -out "
    "tfplan.bin` there, then `terragrunt show -json tfplan.bin | imdsguard scan -`\nTry: imdsguard plan --help",
    "scan --baseline broken.json": "imdsguard: broken.json: entry 1 needs a rule, a root and an address: take it back "
    "from git, or delete it and write a new one",
    "scan stack --changed-since main": "imdsguard: {here} is in no git repository: run this in a clone of one",
    "scan --var tokens stack": 'problem: "--var tokens" is not of the form name=value (write --var NAME=VALUE)',
    "explain aws_instance.web notes": "problem: notes: there are no Terraform files in or below this folder (name one "
    'that has some)\nimdsguard: Nothing is launched by "aws_instance.web": in what was read '
    f"{NOT_JUDGED}\nTry: imdsguard explain --help",
    "completion": "imdsguard: Missing argument '{bash|zsh|fish}'. Choose from: bash, zsh, fish\n"
    "Try: imdsguard completion --help",
}


@pytest.mark.parametrize("call", SAID)
def test_what_is_said(call: str, imdsguard: Command, tmp_path: Path) -> None:
    files = {"stack/wep/main.tf": INSTANCE, "live/app/terragrunt.hcl": UNIT, "notes/a.md": "", "broken.json": BROKEN}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    done = imdsguard(*call.split(), cwd=tmp_path)
    told = done.stderr.partition("\nnot looked at:")[0].strip()
    assert (done.returncode, told) == (2, SAID[call].replace("{here}", str(tmp_path.resolve())))
