"""Only what a branch adds: `--changed-since`, through the installed command, on real repositories."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Command, quiet_environment
from tests.end_to_end.git import Checkout, instance

ONLY_TOKENS = "version: 1\nselect: {rules: [instance-tokens-optional]}\n"
MODULE = 'variable "tokens" {\n  default = "optional"\n}\n' + instance("this", "var.tokens")


@pytest.fixture
def project(tmp_path: Path) -> Checkout:
    made = Checkout.made(
        tmp_path / "project",
        modules__web__main=MODULE,
        stacks__a__main='variable "t" {}\nmodule "web" {\n  source = "../../modules/web"\n  tokens = var.t\n}\n'
        + instance("old"),
    )
    made.put(".imdsguard.yaml", ONLY_TOKENS)
    made.put("stacks/a/prod.tfvars", 't = "required"\n')
    made.commit()
    made.branch()
    return made


def new(
    imdsguard: Command, project: Checkout, *arguments: str, ref: str = "main", at: str = ".", **environment: str
) -> list[str]:
    """The addresses of what counts; nothing may be left behind, and nothing in the checkout may change."""
    before = project("status", "--porcelain", "--ignored")
    temporary = project.folder.parent / "temporary"
    temporary.mkdir(exist_ok=True)
    done = imdsguard(
        *("scan", "-q", "--format", "json", "--changed-since", ref, *arguments),
        cwd=project.folder / at,
        TMPDIR=str(temporary),
        **environment,
    )
    assert done.stderr == ""
    counted = [each for each in json.loads(done.stdout)["findings"] if each["suppressed"] is None]
    assert done.returncode == (1 if any(each["severity"] == "error" for each in counted) else 0)
    assert list(temporary.iterdir()) == []
    assert project("status", "--porcelain", "--ignored") == before
    assert project("worktree", "list").count("\n") == 0
    return [each["address"] for each in counted]


PROD = ("--var-file", "stacks/a/prod.tfvars")


def test_what_was_there_does_not_count(imdsguard: Command, project: Checkout) -> None:
    assert new(imdsguard, project, *PROD) == []
    project.write(stacks__a__main=(project.folder / "stacks/a/main.tf").read_text() + instance("added"))
    assert new(imdsguard, project, *PROD) == ["aws_instance.added"], "before the commit"
    project.commit()
    assert new(imdsguard, project, *PROD) == ["aws_instance.added"], "and after it"


def test_it_says_since_when(imdsguard: Command, project: Checkout) -> None:
    commit = project("rev-parse", "main")
    done = imdsguard("scan", "--changed-since", "main", *PROD, "--show-suppressed", cwd=project.folder)
    assert f"   ignored by what was there before: already in main ({commit[:10]})\n" in done.stdout


def test_a_change_in_another_file_counts_where_it_is_felt(imdsguard: Command, project: Checkout) -> None:
    project.put("stacks/a/prod.tfvars", 't = "optional"\n')
    assert new(imdsguard, project, *PROD) == ["module.web.aws_instance.this"]
    assert new(imdsguard, project, "--var-file", "prod.tfvars", at="stacks/a") == ["module.web.aws_instance.this"]
    assert new(imdsguard, project, *PROD, str(project.folder / "stacks")) == ["module.web.aws_instance.this"]


def test_a_change_in_a_module_counts_in_every_stack(imdsguard: Command, project: Checkout) -> None:
    project.write(modules__web__main=MODULE.replace("var.tokens", '"optional"'))
    assert new(imdsguard, project, *PROD) == ["module.web.aws_instance.this"]
    assert new(imdsguard, project, *PROD, "modules/web/main.tf") == ["module.web.aws_instance.this"]


def test_it_is_compared_with_where_the_branch_left(imdsguard: Command, project: Checkout) -> None:
    """What was put right on main since then is no fault of this branch."""
    project.commit()
    project("checkout", "-q", "main")
    project.write(stacks__a__main=(project.folder / "stacks/a/main.tf").read_text().replace("old", "renamed"))
    project.commit("later")
    project("checkout", "-q", "feature")
    assert new(imdsguard, project, *PROD) == []


def test_a_new_file_given_alone_is_compared_with_its_folder(imdsguard: Command, project: Checkout) -> None:
    """As pre-commit names changed files."""
    project.write(stacks__a__more=instance("added"))
    assert new(imdsguard, project, *PROD, "stacks/a/more.tf") == ["aws_instance.added"]


def test_a_root_module_that_is_moved_is_the_same_one(imdsguard: Command, project: Checkout) -> None:
    project("mv", "stacks/a", "stacks/z")
    prod = ("--var-file", "stacks/z/prod.tfvars")
    assert new(imdsguard, project, *prod) == []
    project.write(stacks__z__more=instance("added"))
    assert new(imdsguard, project, *prod) == ["aws_instance.added"]


def test_a_root_module_that_may_be_another_one_is_a_new_one(imdsguard: Command, project: Checkout) -> None:
    value = ("--var", "t=required")
    text = (project.folder / "stacks/a/main.tf").read_text()
    project.write(stacks__copy__main=text)
    assert new(imdsguard, project, *value) == ["aws_instance.old"], "the first one is still there"
    project("rm", "-q", "-r", "stacks/a")
    assert new(imdsguard, project, *value) == [], "moved"
    project.write(stacks__second__main=text)
    assert new(imdsguard, project, *value) == ["aws_instance.old"] * 2, "nobody can tell which of them was moved"
    project("clean", "-q", "-f", "-d")
    project.write(stacks__other__main="\n" + text)
    assert new(imdsguard, project, *value) == ["aws_instance.old"], "no file of it is what it was"


def test_submodules_are_read_where_they_hold_the_earlier_commit(
    imdsguard: Command, project: Checkout, tmp_path: Path
) -> None:
    other = Checkout.made(tmp_path / "other", main=instance("theirs"))
    project("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.folder), "stacks/other")
    project.commit()
    project("branch", "with-submodule")
    assert new(imdsguard, project, *PROD, ref="with-submodule") == []
    inner = Checkout(project.folder / "stacks/other")
    inner.write(main=instance("theirs") + instance("added"))
    assert new(imdsguard, project, *PROD, ref="with-submodule") == ["aws_instance.added"]
    inner.commit()
    project.commit()
    assert new(imdsguard, project, *PROD, ref="with-submodule") == ["aws_instance.added"]
    assert new(imdsguard, project, *PROD) == ["aws_instance.theirs", "aws_instance.added"], "it was not there on main"


def test_what_terraform_moves_is_no_new_one(imdsguard: Command, project: Checkout) -> None:
    text = (project.folder / "stacks/a/main.tf").read_text().replace('"old"', '"older"')
    project.write(stacks__a__main=text)
    assert new(imdsguard, project, *PROD) == ["aws_instance.older"]
    project.write(stacks__a__moved="moved {\n  from = aws_instance.old\n  to   = aws_instance.older\n}\n")
    assert new(imdsguard, project, *PROD) == []
    project.write(stacks__a__main=text.replace('"older" {', '"older" {\n  count = 2'))
    assert new(imdsguard, project, *PROD) == ["aws_instance.older[1]"]


def test_what_got_worse_counts(imdsguard: Command, project: Checkout) -> None:
    unknown = new(imdsguard, project)
    assert unknown == [], "var.t has no value in both versions"
    project.put("stacks/a/terraform.tfvars", 't = "optional"\n')
    assert new(imdsguard, project) == ["module.web.aws_instance.this"]


def test_values_that_git_ignores_are_those_of_both_versions(imdsguard: Command, project: Checkout) -> None:
    project.put(".gitignore", "*.auto.tfvars\n")
    project.commit()
    project("checkout", "-q", "-b", "later")
    project.put("stacks/a/secret.auto.tfvars", 't = "optional"\n')
    assert new(imdsguard, project, ref="feature") == []
    assert new(imdsguard, project, "--var-file", "stacks/a/secret.auto.tfvars", ref="feature") == []
    outside = project.folder.parent / "outside.tfvars"
    outside.write_text('t = "optional"\n')
    assert new(imdsguard, project, "--var-file", str(outside), ref="feature") == []


def test_a_file_of_values_that_is_new_said_nothing_before(imdsguard: Command, project: Checkout) -> None:
    project.put("stacks/a/new.tfvars", 't = "optional"\n')
    assert new(imdsguard, project, "--var-file", "stacks/a/new.tfvars") == ["module.web.aws_instance.this"]


def test_a_comment_that_is_taken_away_lets_its_finding_count(imdsguard: Command, project: Checkout) -> None:
    ignored = "# imdsguard: ignore[instance-tokens-optional] vendor image\n"
    project.write(stacks__b__main=instance("web", above=ignored))
    project.commit()
    project("checkout", "-q", "-b", "later")
    assert new(imdsguard, project, *PROD, ref="feature") == []
    project.write(stacks__b__main=instance("web"))
    assert new(imdsguard, project, *PROD, ref="feature") == ["aws_instance.web"]


def install(project: Checkout, tokens: str, version: str = "1.0") -> None:
    """What `terraform init` would have put there."""
    modules = "stacks/c/.terraform/modules"
    project.put(f"{modules}/web/main.tf", instance("this", f'"{tokens}"'))
    entry = {"Key": "web", "Source": "example.com/x/web/aws", "Version": version, "Dir": ".terraform/modules/web"}
    own = {"Key": "", "Source": "", "Dir": "."}
    project.put(f"{modules}/modules.json", json.dumps({"Modules": [own, entry]}))


def test_downloaded_modules_are_known_where_both_versions_ask_for_the_same(
    imdsguard: Command, project: Checkout
) -> None:
    project.put(".gitignore", ".terraform/\n")
    call = 'module "web" {\n  source  = "example.com/x/web/aws"\n  version = "1.0"\n}\n'
    project.write(stacks__c__main=call)
    project.commit()
    project("checkout", "-q", "-b", "later")
    install(project, "optional")
    assert new(imdsguard, project, *PROD, ref="feature") == []
    project.write(stacks__c__main=call.replace("1.0", "2.0"))
    install(project, "optional", "2.0")
    assert new(imdsguard, project, *PROD, ref="feature") == ["module.web.aws_instance.this"], "1.0 may have been right"


def test_a_working_directory_that_is_new(imdsguard: Command, project: Checkout) -> None:
    project.write(stacks__new__main=instance("web"))
    assert new(imdsguard, project, at="stacks/new") == ["aws_instance.web"]


def test_exemptions_that_nothing_needed_before_are_not_new(imdsguard: Command, project: Checkout) -> None:
    exemption = "{rule: instance-tokens-optional, address: aws_instance.gone, reason: known, expires: 2020-01-01}"
    unused = exemption.replace("gone", "old").replace("2020", "2999")
    project.put(".imdsguard.yaml", f"{ONLY_TOKENS}exemptions:\n  - {exemption}\n  - {unused}\n")
    assert new(imdsguard, project, *PROD) == []
    project.write(stacks__a__main=(project.folder / "stacks/a/main.tf").read_text().replace('"old"', '"added"'))
    assert new(imdsguard, project, *PROD) == [
        "aws_instance.added",
        "exemption of instance-tokens-optional for aws_instance.old",
    ]


def test_plans_cannot_be_compared(imdsguard: Command, project: Checkout) -> None:
    plan = '{"format_version": "1.2", "resource_changes": [], "configuration": {"root_module": {}}}'
    project.put("plan.json", plan)
    for arguments, stdin in ((("plan.json",), ""), (("-",), plan)):
        done = imdsguard("scan", *arguments, "--changed-since", "main", cwd=project.folder, stdin=stdin)
        assert done.returncode == 2
        assert "--changed-since compares two versions of Terraform source" in done.stderr


def test_what_is_no_revision(imdsguard: Command, project: Checkout, tmp_path: Path) -> None:
    def said(ref: str, folder: Path) -> str:
        done = imdsguard("scan", f"--changed-since={ref}", cwd=folder)
        assert (done.returncode, done.stdout) == (2, "")
        return done.stderr

    name = "name a branch, a tag or a commit, fetched before"
    assert said("mian", project.folder) == f'imdsguard: there is no "mian" in this repository: {name}\n'
    assert said("--all", project.folder) == f'imdsguard: there is no "--all" in this repository: {name}\n'
    assert said("", project.folder) == f'imdsguard: there is no "" in this repository: {name}\n'
    project("update-ref", "refs/remotes/origin/trunk", "HEAD")
    assert 'did you mean "origin/trunk"?' in said("trunk", project.folder)
    project("checkout", "-q", "--orphan", "unrelated")
    project.commit()
    name = "name what this branch was made from"
    assert said("main", project.folder) == f"imdsguard: main and this branch have no commit in common: {name}\n"
    bare = tmp_path / "no-repository"
    bare.mkdir()
    (bare / "main.tf").write_text(instance("web"))
    assert said("main", bare) == f"imdsguard: {bare} is in no git repository: run this in a clone of one\n"


def test_a_shallow_clone_says_what_to_do(imdsguard: Command, project: Checkout, tmp_path: Path) -> None:
    project.commit()
    clone = tmp_path / "clone"
    project("clone", "-q", "--depth", "1", f"file://{project.folder}", str(clone))
    deepen = "run `git fetch --unshallow` (actions/checkout: fetch-depth: 0)"
    done = imdsguard("scan", "--changed-since", "main", cwd=clone)
    assert (done.returncode, done.stderr) == (2, f'imdsguard: there is no "main" in this shallow clone: {deepen}\n')
    Checkout(clone)("fetch", "-q", "--depth", "1", "origin", "main")
    done = imdsguard("scan", "--changed-since", "FETCH_HEAD", cwd=clone)
    where = "where this branch left FETCH_HEAD is not in this shallow clone"
    assert (done.returncode, done.stderr) == (2, f"imdsguard: {where}: {deepen}\n")


@pytest.mark.parametrize("name", ["defaults.tf", "modules/x/data.txt", "link.tf"])
def test_a_clone_that_lacks_a_file_of_the_earlier_version_is_not_compared(
    name: str, imdsguard: Command, tmp_path: Path
) -> None:
    project = Checkout.made(tmp_path / "project", main='resource "aws_instance" "x" {}\n')
    project.put(
        "defaults.tf", 'resource "aws_ec2_instance_metadata_defaults" "this" {\n  http_tokens = "required"\n}\n'
    )
    project.put("modules/x/data.txt", "text that code may read")
    (project.folder / "link.tf").symlink_to("main.tf")
    project.commit()
    project.branch()
    (project.folder / "defaults.tf").unlink()
    project.commit()
    lost = project("rev-parse", f"main:{name}")
    (project.folder / ".git/objects" / lost[:2] / lost[2:]).unlink()
    done = imdsguard("scan", "-q", "--changed-since", "main", cwd=project.folder)
    assert done.returncode == 2
    assert done.stderr.startswith(f"imdsguard: {name} of the earlier version is not in this clone: ")


def test_without_git_it_says_so(imdsguard: Command, project: Checkout) -> None:
    done = imdsguard("scan", "--changed-since", "main", cwd=project.folder, PATH="/nowhere")
    assert (done.returncode, done.stderr) == (
        2,
        "imdsguard: git is not installed, and --changed-since needs it: install it\n",
    )


def test_a_repository_of_somebody_else_says_what_to_do(imdsguard: Command, project: Checkout) -> None:
    done = imdsguard(
        *("scan", "--changed-since", "main"), cwd=project.folder, GIT_TEST_ASSUME_DIFFERENT_OWNER="1"
    )  # as in a container, whose user owns nothing of what is mounted
    assert done.returncode == 2
    assert done.stderr == (
        f"imdsguard: {project.folder} belongs to somebody else, so git does not read it: if you trust it, "
        f"run `git config --global --add safe.directory {project.folder}` (in a container, as its user)\n"
    )


def test_a_folder_that_looks_like_a_repository_brings_no_settings(
    imdsguard: Command, project: Checkout, tmp_path: Path
) -> None:
    """A bare repository in a tree: git would take its settings, another folder as the top among them."""
    project("clone", "-q", "--bare", ".", str(project.folder / "stacks/looks"))
    project("config", "--file", "stacks/looks/config", "core.bare", "false")
    project("config", "--file", "stacks/looks/config", "core.worktree", str(tmp_path))
    done = imdsguard("scan", "--changed-since", "main", cwd=project.folder / "stacks/looks")
    assert done.returncode == 2
    assert done.stderr.endswith("is in a git repository without files: run this in a checkout\n")


def test_nothing_that_a_repository_brings_is_run(imdsguard: Command, project: Checkout, tmp_path: Path) -> None:
    """Filters, hooks, monitors, converters: none takes part in reading objects."""
    proof = tmp_path / "proof"
    command = f"touch {proof}; cat"
    for name in ("filter.evil.smudge", "filter.evil.clean", "diff.evil.textconv", "core.fsmonitor", "diff.external"):
        project("config", name, command)
    hooks = project.folder / ".githooks"
    hooks.mkdir()
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (hooks / hook).write_text(f"#!/bin/sh\ntouch {proof}\n")
        (hooks / hook).chmod(0o755)
    project("config", "core.hooksPath", ".githooks")
    project.put(".gitattributes", "*.tf filter=evil diff=evil\n")
    project("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "add", ".gitattributes")
    project.put(".gitignore", "*.auto.tfvars\n")
    project.put("stacks/a/x.auto.tfvars", 't = "required"\n')
    proof.unlink(missing_ok=True)
    done = imdsguard("scan", "-q", "--changed-since", "main", cwd=project.folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert not proof.exists()


def test_links_lead_nowhere(imdsguard: Command, tmp_path: Path) -> None:
    """A link of the earlier version, to a file or folder outside, is not followed."""
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "main.tf").write_text(instance("secret"))
    project = Checkout.made(tmp_path / "project", main=instance("web"))
    (project.folder / "linked").symlink_to(secret)
    (project.folder / "linked.tf").symlink_to(secret / "main.tf")
    project.commit()
    done = imdsguard("scan", "--changed-since", "main", "--format", "json", cwd=project.folder)
    assert (done.returncode, done.stderr) == (
        0,
        "known problem: linked.tf: this file lies outside of the repository, where nothing is read\n",
    )  # both versions have the same link
    addresses = {each["address"] for each in json.loads(done.stdout)["findings"]}
    assert addresses == {"aws_instance.web"}


def test_a_hook_of_git_can_run_it(imdsguard: Command, project: Checkout) -> None:
    """Git tells hooks where its files are, from where it started."""
    assert new(imdsguard, project, *PROD, GIT_DIR=".git", GIT_INDEX_FILE=".git/index.lock", GIT_PREFIX="stacks/") == []


def test_a_git_in_the_scanned_code_is_not_run(imdsguard: Command, project: Checkout) -> None:
    project.put("git", '#!/bin/sh\ntouch "$0.was-run"\nexit 1\n')
    (project.folder / "git").chmod(0o755)
    project.commit("a program")
    for path in (".", "", f"tools{os.pathsep}."):
        assert new(imdsguard, project, *PROD, PATH=f"{path}{os.pathsep}{os.environ['PATH']}") == []
    assert not (project.folder / "git.was-run").exists()


def test_what_a_baseline_holds_and_the_earlier_version_has_is_not_fixed(imdsguard: Command, project: Checkout) -> None:
    known = ("--baseline", ".imdsguard-baseline.json")
    assert imdsguard("scan", *PROD, "--write-baseline", cwd=project.folder).returncode == 0
    project.commit("a baseline")
    project("branch", "-f", "main")
    assert new(imdsguard, project, *PROD, *known) == []  # and nothing is said on stderr
    project.write(stacks__a__main='variable "t" {}\n')
    fixed = imdsguard("scan", *PROD, *known, "--changed-since", "main", cwd=project.folder)
    assert fixed.stderr.splitlines()[0] == (
        "1 entry of the baseline .imdsguard-baseline.json is fixed (take it out with --write-baseline):"
    )


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_cut_short_it_leaves_nothing_behind(
    number: signal.Signals, code: int, project: Checkout, tmp_path: Path
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    slow = (
        "import time\n"
        "from imdsguard.run import changed_since\n"
        "def wait(*_):\n"
        "    print('started', flush=True)\n"
        "    time.sleep(60)\n"
        "changed_since._judge = wait\n"
        "from imdsguard.cli import main\n"
        "main(['scan', '--changed-since', 'main'])\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", slow],
        cwd=project.folder,
        env={**quiet_environment(), "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"started\n"
    assert len(list(temporary.iterdir())) == 1
    assert os.stat(next(temporary.iterdir())).st_mode & 0o077 == 0
    process.send_signal(number)
    _, stderr = process.communicate(timeout=20)
    assert (process.returncode, stderr) == (code, b"imdsguard: interrupted\n")
    assert list(temporary.iterdir()) == []


def test_the_workspace_that_terraform_has_noted_is_that_of_both_versions(imdsguard: Command, project: Checkout) -> None:
    """It stands in `.terraform`, and so in no commit."""
    blue = 'resource "aws_instance" "blue" {\n  count = terraform.workspace == "prod" ? 1 : 0\n}\n'
    project.write(stacks__a__more=blue)
    project.commit()
    project.put("stacks/a/.terraform/environment", "prod")
    assert new(imdsguard, project, *PROD, ref="HEAD") == []
