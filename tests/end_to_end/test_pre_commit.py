"""The hooks, as `pre-commit` runs them in somebody's repository: at `git commit`, and by hand."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

MODULE = """\
variable "tokens" {
  type    = string
  default = "optional"
}

resource "aws_instance" "this" {
  ami           = "ami-12345678"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = var.tokens
  }
}
"""
STACK = """\
variable "tokens" {
  type = string
}

module "web" {
  source = "../../modules/server"
  tokens = var.tokens
}
"""
REQUIRED = """\
resource "aws_instance" "other" {
  ami           = "ami-12345678"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
}
"""
POLICY = """\
version: 1
rules:
  instance-tokens-optional: error
  region-default-missing: off
  rejected-call-alarm-missing: off
"""
INSTANCE = """\
resource "aws_instance" "{}" {{
  ami           = "ami-12345678"
  instance_type = "t3.micro"
}}
"""
FILES = {
    "modules/server/main.tf": MODULE,
    "stacks/prod/main.tf": STACK,
    "stacks/prod/terraform.tfvars": 'tokens = "optional"\n',
    "stacks/other/main.tf": REQUIRED,
    ".imdsguard.yaml": POLICY,
    "README.md": "Nothing to see here.\n",
}


def run(*command: str, at: Path, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
    environment |= {
        "PRE_COMMIT_HOME": str(home),
        "PRE_COMMIT_COLOR": "never",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@example.com",
    }
    # What stands in a checkout's own configuration (ownership, say) is not this test's business.
    environment |= {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    return subprocess.run(
        command, cwd=at, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600
    )


@pytest.fixture(scope="module")
def hook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of nothing but what the hook is made of, at the state of the working tree."""
    folder = tmp_path_factory.mktemp("hook")
    listed = run("git", "ls-files", "-z", at=REPOSITORY, home=folder)
    if listed.returncode:
        pytest.skip("not a git checkout: pre-commit installs hooks from one")
    needed = ("src/", "checks/", "policies/", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
    for name in listed.stdout.split("\0"):
        if name.startswith(needed) and (REPOSITORY / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, folder / name)
    commit(folder, folder.parent)
    return folder


def commit(folder: Path, home: Path) -> None:
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "--no-verify", "-m", "All of it"]):
        done = run("git", *command, at=folder, home=home)
        assert done.returncode == 0, done.stdout


@dataclass(frozen=True)
class Guarded:
    """Somebody's repository, in which one of our hooks is installed."""

    folder: Path
    home: Path

    def put(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text)

    def git(self, *arguments: str) -> str:
        done = run("git", *arguments, at=self.folder, home=self.home)
        assert done.returncode == 0, done.stdout
        return done.stdout.strip()

    def commit(self, *arguments: str) -> tuple[int, str]:
        """What `git commit` says, without pre-commit's own lines: what the hook said, and the exit code."""
        done = run("git", "commit", "-q", "-m", "change", *arguments, at=self.folder, home=self.home)
        return done.returncode, said(done.stdout)

    def run(self, *arguments: str) -> tuple[int, str]:
        done = run(sys.executable, "-m", "pre_commit", "run", *arguments, at=self.folder, home=self.home)
        return done.returncode, said(done.stdout)


def said(output: str) -> str:
    """What the hook said, and how pre-commit calls that."""
    lines = [line for line in output.splitlines() if not re.match(r"- (?:hook id|duration|exit code): |\[\w+\]", line)]
    return "\n".join(re.sub(r"^(imdsguard[^.]*)\.{3,}", r"\1: ", line) for line in lines).strip()


@pytest.fixture
def repository(hook: Path, tmp_path: Path) -> Callable[..., Guarded]:
    """Make a repository with one commit; the environment that pre-commit builds serves all tests of the module."""

    def made(files: Mapping[str, str] = FILES, *, hook_id: str = "imdsguard", first: bool = True) -> Guarded:
        guarded = Guarded(tmp_path / "guarded", hook.parent / "pre-commit")
        for name, text in files.items():
            guarded.put(name, text)
        revision = run("git", "rev-parse", "HEAD", at=hook, home=tmp_path).stdout.strip()
        entry = {"repo": str(hook), "rev": revision, "hooks": [{"id": hook_id}]}
        guarded.put(".pre-commit-config.yaml", json.dumps({"repos": [entry]}))
        guarded.git("init", "-q", "-b", "main")
        if first:
            commit(guarded.folder, tmp_path)
        installed = run(sys.executable, "-m", "pre_commit", "install", at=guarded.folder, home=guarded.home)
        assert installed.returncode == 0, installed.stdout
        return guarded

    return made


pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.xdist_group("pre-commit")]

Make = Callable[..., Guarded]
PASSED = (0, "imdsguard: Passed")
NEW = """\
error[instance-tokens-optional] aws_instance.new: answers calls without a token (IMDSv1): nothing sets http_tokens, \
and the service's own default is "optional", unless its image requires them
  --> {}:1:1
   |
 1 | resource "aws_instance" "new" {{
   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   because service default
   instead metadata_options {{
             http_endpoint = "enabled"
             http_tokens   = "required"
           }}
   help: imdsguard explain instance-tokens-optional"""


# A commit, and what HEAD has.


def test_a_commit_that_brings_nothing_is_silent_though_old_findings_are_there(repository: Make) -> None:
    guarded = repository()
    guarded.put("stacks/prod/main.tf", STACK + "# a comment\n")
    assert guarded.commit("-a") == PASSED


def test_what_is_new_stops_it_and_what_is_old_is_counted(repository: Make) -> None:
    guarded = repository()
    guarded.put("stacks/prod/new.tf", INSTANCE.format("new"))
    guarded.git("add", "-A")
    assert guarded.commit() == (
        1,
        "imdsguard: Failed\n\n"
        + NEW.format("stacks/prod/new.tf")
        + "\n\n1 finding was there before this commit and does not count",
    )


def test_a_warning_is_seen_and_stops_nothing(repository: Make) -> None:
    policy = POLICY.replace("instance-tokens-optional: error", "instance-tokens-optional: warning")
    guarded = repository({**FILES, ".imdsguard.yaml": policy})
    guarded.put("stacks/other/new.tf", INSTANCE.format("new"))
    guarded.git("add", "-A")
    warning = NEW.format("stacks/other/new.tf").replace("error[", "warning[")
    assert guarded.commit() == (0, f"imdsguard: Passed\n\n{warning}")


def test_of_the_first_commit_everything_counts(repository: Make) -> None:
    guarded = repository(first=False)
    guarded.git("add", "-A")
    code, output = guarded.commit()
    assert (code, output.count("error[")) == (1, 1), output
    assert "module.web.aws_instance.this" in output
    assert "before this commit" not in output


SWITCH = """\
variable "tokens" {
  default = "optional"
}

""" + REQUIRED.replace('"required"', "var.tokens")
STACKS = """\
stacks:
  - roots: [stacks/deployed]
    environments:
      dev: {vars: {tokens: required}}
      prod: {var_files: [stacks/deployed/environments/prod.tfvars]}
"""
MORE = {
    **FILES,
    ".imdsguard.yaml": POLICY + STACKS,
    "stacks/safe/main.tf": SWITCH,
    "stacks/safe/terraform.tfvars": 'tokens = "required"\n',
    "stacks/deployed/main.tf": SWITCH,
    "stacks/deployed/environments/prod.tfvars": 'tokens = "required"\n',
    "stacks/table/main.tf": REQUIRED.replace('"required"', 'yamldecode(file("${path.module}/imds.yaml")).tokens'),
    "stacks/table/imds.yaml": "tokens: required\n",
}
CHANGES: dict[str, tuple[dict[str, str | None], list[str]]] = {
    "a module, in the root modules that call it": (
        {"modules/server/main.tf": MODULE + INSTANCE.format("new")},
        ["module.web.aws_instance.new"],
    ),
    "a value": ({"stacks/safe/terraform.tfvars": 'tokens = "optional"\n'}, ["aws_instance.other"]),
    "a value of one environment": (
        {"stacks/deployed/environments/prod.tfvars": 'tokens = "optional"\n'},
        ["(in prod) aws_instance.other"],
    ),
    "a table that is read": ({"stacks/table/imds.yaml": "tokens: optional\n"}, ["aws_instance.other"]),
    "two root modules": (
        {"stacks/other/new.tf": INSTANCE.format("new"), "stacks/safe/new.tf": INSTANCE.format("new")},
        ["aws_instance.new", "aws_instance.new"],
    ),
    "a value that is deleted": ({"stacks/safe/terraform.tfvars": None}, ["aws_instance.other"]),
    "a launch that is deleted": ({"stacks/other/main.tf": None}, []),
    "a policy that demands no more": ({".imdsguard.yaml": POLICY + STACKS + "fail_on: warning\n"}, []),
    "what nothing reads": ({"release.sh": "#!/bin/sh\n", "README.md": "More.\n"}, []),
}


def addresses(output: str) -> list[str]:
    return re.findall(r"^error\[[\w-]+\] ([^:]+):", output, flags=re.MULTILINE)


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_change_brings_is_found_where_it_shows(repository: Make, change: str) -> None:
    files, found = CHANGES[change]
    guarded = repository(MORE)
    for name, text in files.items():
        if text is None:
            guarded.git("rm", "-q", name)
        else:
            guarded.put(name, text)
    guarded.git("add", "-A")
    code, output = guarded.commit()
    assert addresses(output) == found, output
    assert code == (1 if found else 0)
    if not found:
        assert (code, output) == PASSED


def test_a_root_module_that_is_moved_brings_nothing(repository: Make) -> None:
    guarded = repository()
    guarded.git("mv", "stacks/prod", "stacks/production")
    assert guarded.commit() == PASSED


def test_what_is_no_part_of_the_commit_is_no_matter(repository: Make) -> None:
    """Changes that are not staged, files that git does not know, and what a commit of some files leaves out."""
    guarded = repository()
    guarded.put("stacks/other/unknown.tf", INSTANCE.format("unknown"))
    guarded.put("stacks/other/staged.tf", "# nothing\n")
    guarded.git("add", "stacks/other/staged.tf")
    guarded.put("stacks/other/staged.tf", INSTANCE.format("later"))
    assert guarded.commit() == PASSED
    assert (guarded.folder / "stacks/other/staged.tf").read_text() == INSTANCE.format("later")
    guarded.put("stacks/other/chosen.tf", "# nothing\n")
    guarded.git("add", "-A")
    assert guarded.commit("stacks/other/chosen.tf") == PASSED
    code, output = guarded.commit()
    assert (code, addresses(output)) == (1, ["aws_instance.later", "aws_instance.unknown"])


def test_a_merge_is_not_blamed_for_what_either_side_has(repository: Make) -> None:
    guarded = repository()
    guarded.git("checkout", "-q", "-b", "feature")
    guarded.put("stacks/other/main.tf", REQUIRED + "# ours\n")
    guarded.git("commit", "-q", "--no-verify", "-a", "-m", "ours")
    guarded.git("checkout", "-q", "main")
    guarded.put("stacks/other/main.tf", REQUIRED + INSTANCE.format("theirs"))
    guarded.git("commit", "-q", "--no-verify", "-a", "-m", "theirs")
    guarded.git("checkout", "-q", "feature")
    assert run("git", "merge", "-q", "main", at=guarded.folder, home=guarded.home).returncode == 1
    merged = REQUIRED + INSTANCE.format("theirs")
    guarded.put("stacks/other/main.tf", merged + INSTANCE.format("new"))
    guarded.git("add", "-A")
    code, output = guarded.commit()
    assert (code, addresses(output)) == (1, ["aws_instance.new"])
    guarded.put("stacks/other/main.tf", merged)
    guarded.git("add", "-A")
    assert guarded.commit() == PASSED


# By hand, and where the whole repository is checked.


def test_all_files_of_a_clean_checkout_are_what_head_has(repository: Make) -> None:
    assert repository().run("--all-files") == PASSED
    code, output = repository(hook_id="imdsguard-all").run("--all-files")
    assert (code, addresses(output)) == (1, ["module.web.aws_instance.this"])


def test_between_two_revisions_the_first_one_counts(repository: Make) -> None:
    guarded = repository()
    guarded.git("checkout", "-q", "-b", "feature")
    guarded.put("stacks/other/new.tf", INSTANCE.format("new"))
    guarded.put("stacks/prod/main.tf", STACK + "# a comment\n")
    commit(guarded.folder, guarded.home)
    assert guarded.run("--files", "stacks/other/new.tf") == PASSED
    code, output = guarded.run("--from-ref", "main", "--to-ref", "HEAD")
    assert (code, addresses(output)) == (1, ["aws_instance.new"])
    assert output.endswith("\n1 finding was there before this commit and does not count")


def test_the_hook_for_all_stops_at_what_was_there_in_the_roots_that_are_touched(repository: Make) -> None:
    guarded = repository(hook_id="imdsguard-all")
    guarded.put("stacks/other/main.tf", REQUIRED + "# a comment\n")
    assert guarded.commit("-a") == (0, "imdsguard (all findings): Passed")
    guarded.put("stacks/prod/main.tf", STACK + "# a comment\n")
    code, output = guarded.commit("-a")
    assert (code, addresses(output)) == (1, ["module.web.aws_instance.this"])
    assert "stacks/prod/terraform.tfvars:1" in output, "the trace leads to the value"


def test_many_files_are_one_run(repository: Make) -> None:
    code, output = repository(hook_id="imdsguard-all").run("--files", *FILES)
    assert (code, addresses(output)) == (1, ["module.web.aws_instance.this"])


# The hook that changes code.


def test_fixes_are_written_and_stop_the_commit_once(repository: Make) -> None:
    guarded = repository(hook_id="imdsguard-fix")
    guarded.put("stacks/other/new.tf", INSTANCE.format("new"))
    guarded.git("add", "-A")
    code, output = guarded.commit()
    assert (code, output.startswith("imdsguard fix: Failed\n- files were modified by this hook\n")) == (1, True), output
    text = (guarded.folder / "stacks/other/new.tf").read_text()
    assert re.search(r"^ +http_tokens += \"required\"$", text, flags=re.MULTILINE), text
    guarded.git("add", "-A")
    assert guarded.commit() == (0, "imdsguard fix: Passed")


def test_what_cannot_be_fixed_is_left_to_the_other_hooks(repository: Make) -> None:
    broken = 'module "x" {\n  source = "registry.example.com/a/b/aws"\n}\n'
    guarded = repository(hook_id="imdsguard-fix")
    code = SWITCH.replace("other", "hidden").replace("var.tokens", "module.x.tokens")
    guarded.put("stacks/other/new.tf", broken + code)
    guarded.git("add", "-A")
    assert guarded.commit() == (0, "imdsguard fix: Passed")
