"""`imdsguard init` in repositories as people have them: what it writes, what it keeps, and that what it wrote works."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

IMDSGUARD = str(Path(sys.executable).with_name("imdsguard"))
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
OPTIONAL = (
    'resource "aws_instance" "web" {\n  ami           = "ami-0123456789abcdef0"\n  instance_type = "t3.micro"\n}\n'
)


def imdsguard(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([IMDSGUARD, *arguments], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two stacks on GitHub; one is deployed with a file of variables that Terraform does not read by itself."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    with (tmp_path / ".git" / "config").open("a") as config:
        config.write('[remote "origin"]\n\turl = git@github.com:example/infrastructure.git\n')
    for stack in ("stacks/web", "stacks/jobs"):
        (tmp_path / stack).mkdir(parents=True)
        (tmp_path / stack / "main.tf").write_text(OPTIONAL)
    (tmp_path / "stacks/web/environments").mkdir()
    (tmp_path / "stacks/web/environments/prod.tfvars").write_text("")
    (tmp_path / "stacks/web/terraform.tfvars").write_text("")
    return tmp_path


def test_a_new_repository_gets_a_policy_a_hook_and_a_workflow(repository: Path) -> None:
    done = imdsguard(repository, "init")
    assert (done.returncode, done.stderr) == (0, "")
    counted = re.search(r"2 root modules of interest, 2 launches \(2 optional\); \d+ errors[^.\n]*\.", done.stdout)
    assert counted, "how much each rule finds is not counted here: one that is added changes it"
    assert done.stdout == (
        f"Looked at .: {counted[0]}\n"
        "\n"
        "wrote .imdsguard.yaml\n"
        "wrote .pre-commit-config.yaml\n"
        "wrote .github/workflows/imdsguard.yml\n"
        "\n"
        "Next:\n"
        "  imdsguard scan              see what there is to find\n"
        "  imdsguard init --baseline   take what is there today as known: then only what is new fails\n"
        "  in .github/workflows/imdsguard.yml: put the commit of an imdsguard release where it is named\n"
    )
    policy = (repository / ".imdsguard.yaml").read_text().splitlines()
    assert policy[1:] == [
        f"# Seen when this was written: {counted[0]}",
        "version: 1",
        "extends: baseline",
        "fail_on: error",
        "",
        "# How the root modules are deployed, as their files of variables show it: each is judged in each of its",
        "# environments. Put right what is no environment, name the `workspace` and the `account` where there is one.",
        "stacks:",
        '  - roots: ["stacks/web"]',
        "    environments:",
        '      "prod": {var_files: ["stacks/web/environments/prod.tfvars"]}',
        "",
        "# Root modules that share an AWS account: a Region default or an alarm in one then counts for the others.",
        "# estates:",
        '#   main: {roots: ["stacks/jobs", "stacks/web"]}',
    ]
    assert imdsguard(repository, "policy", "check", ".imdsguard.yaml").returncode == 0
    assert imdsguard(repository, "scan").returncode == 1
    hooks = yaml.safe_load((repository / ".pre-commit-config.yaml").read_text())
    assert [hook["id"] for hook in hooks["repos"][0]["hooks"]] == ["imdsguard"]
    written = (repository / ".github/workflows/imdsguard.yml").read_text().splitlines()
    example = (EXAMPLES / "workflows" / "pr-check-hcl.yml").read_text().splitlines()
    assert [line.strip() for line in written if line not in example] == [
        "name: imdsguard (${{ matrix.environment }})",
        "strategy:",
        "fail-fast: false",
        "matrix:",
        'environment: ["prod"] # those of .imdsguard.yaml',
        "# A base branch without a policy knows no environments yet.",
        "environments: ${{ steps.base.outputs.policy && matrix.environment }}",
        "category: imdsguard-${{ matrix.environment }}",
    ]


def test_the_estate_that_is_suggested_is_one(repository: Path) -> None:
    imdsguard(repository, "init")
    file = repository / ".imdsguard.yaml"
    file.write_text(file.read_text().replace("# estates:", "estates:").replace("#   main:", "  main:"))
    done = imdsguard(repository, "policy", "check", ".imdsguard.yaml")
    assert done.returncode == 0, done.stderr


def test_what_is_there_is_kept_and_what_to_add_is_shown(repository: Path) -> None:
    (repository / ".imdsguard.yaml").write_text("version: 1\n")
    (repository / ".pre-commit-config.yaml").write_text("repos: []\n")
    done = imdsguard(repository, "init")
    assert done.returncode == 0
    assert "kept .imdsguard.yaml\n" in done.stdout
    assert "kept .pre-commit-config.yaml; add to it in place of `repos: []`:\n\nrepos:\n  - repo: " in done.stdout
    assert (repository / ".imdsguard.yaml").read_text() == "version: 1\n"
    assert (repository / ".pre-commit-config.yaml").read_text() == "repos: []\n"


@pytest.mark.parametrize(
    ("there", "added"),
    [
        ("repos:\r\n-   repo: https://github.com/x/y\r\n", " under `repos:`:\n\n- repo: {us}\n  rev: "),
        ("# imdsguard?\nrepos:\n    - repo: local\n", " under `repos:`:\n\n    - repo: {us}\n      rev: "),
        ("repos: [{repo: local, hooks: []}]\n", " under `repos:`:\n\n  - repo: {us}\n    rev: "),
        ("", ":\n\nrepos:\n  - repo: {us}\n    rev: "),
    ],
)
def test_what_to_add_to_the_hooks_fits_into_the_file(repository: Path, there: str, added: str) -> None:
    (repository / ".pre-commit-config.yaml").write_bytes(there.encode())
    done = imdsguard(repository, "init")
    said = added.format(us="https://github.com/imdsguard/imdsguard")
    assert f"kept .pre-commit-config.yaml; add to it{said}" in done.stdout
    assert (repository / ".pre-commit-config.yaml").read_bytes() == there.encode()


SWITCH = 'variable "tokens" {}\n' + OPTIONAL.replace(
    "}\n", "  metadata_options {\n    http_tokens = var.tokens\n  }\n}\n"
)


def with_environments(repository: Path) -> None:
    """A root module that is right in one of its environments only, and what nobody can read."""
    (repository / "stacks/web/main.tf").write_text(SWITCH)
    (repository / "stacks/web/environments/prod.tfvars").write_text('tokens = "optional"\n')
    (repository / "stacks/web/environments/dev.tfvars").write_text('tokens = "required"\n')
    (repository / "stacks/jobs/more.tf").write_text('module "x" {\n  source = "example.com/a/b/aws"\n}\n')


def test_with_a_baseline_the_next_scan_passes_in_every_environment(repository: Path) -> None:
    with_environments(repository)
    done = imdsguard(repository, "init", "--baseline")
    assert (done.returncode, done.stderr) == (0, "")
    seen = done.stdout.splitlines()[0]
    assert seen.startswith("Looked at .: 2 root modules of interest, 2 launches (2 optional); ")
    written = done.stdout.splitlines()[2:]
    assert re.fullmatch(
        r"wrote \.imdsguard-baseline\.json \(\d+ findings and 1 problem, known from now on\)", written.pop(0)
    )
    baseline = ".imdsguard-baseline.json"
    assert written == [
        "wrote .imdsguard.yaml",
        "wrote .pre-commit-config.yaml",
        "wrote .github/workflows/imdsguard.yml",
        "",
        "Next:",
        f"  {'imdsguard scan':67}   passes: only what is not in {baseline} counts; commit that file, too",
        "  imdsguard scan --show-suppressed                                      see what is known",
        f"  imdsguard scan --baseline {baseline} --write-baseline   take out of it what has been put right",
        "  in .github/workflows/imdsguard.yml: put the commit of an imdsguard release where it is named",
    ]
    assert "\nbaseline: .imdsguard-baseline.json # " in (repository / ".imdsguard.yaml").read_text()
    for arguments in ((), ("--environment", "prod"), ("stacks/web",)):
        assert imdsguard(repository, "scan", *arguments).returncode == 0
    assert "not looked at" not in imdsguard(repository / "stacks/web", "scan").stderr
    (repository / "stacks/web/environments/dev.tfvars").write_text('tokens = "optional"\n')
    assert imdsguard(repository, "scan").returncode == 1, "what is new in one environment is new"


def test_what_it_has_seen_is_judged_by_the_policy_that_it_writes(repository: Path) -> None:
    """Without the values of its environments the launch would be unknown, and each policy asks for other things."""
    with_environments(repository)
    (repository / "stacks/web/environments/prod.tfvars").write_text('tokens = "required"\n')
    counts = {}
    for policy in ("baseline", "detect"):
        done = imdsguard(repository, "init", "--force", "--policy", policy)
        assert "2 launches (1 required, 1 optional); " in done.stdout
        scanned = imdsguard(repository, "scan").stdout.splitlines()[-1]
        assert (
            done.stdout.splitlines()[0]
            == f"Looked at .: 2 root modules of interest, {scanned.replace(' (--show-notes)', '')}."
        )
        counts[policy] = scanned
    assert counts["baseline"] != counts["detect"]


def test_a_baseline_that_is_there_is_written_anew_only_by_force(repository: Path) -> None:
    imdsguard(repository, "init", "--baseline")
    before = {path: path.read_bytes() for path in repository.rglob("*") if path.is_file()}
    (repository / "stacks/jobs/more.tf").write_text(OPTIONAL.replace("web", "more"))
    done = imdsguard(repository, "init", "--baseline")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "imdsguard: there is a baseline already, .imdsguard-baseline.json: --force writes it anew, with all that is "
        "found now\nTry: imdsguard init --help\n"
    )
    assert {path: path.read_bytes() for path in before} == before
    assert imdsguard(repository, "scan").returncode == 1
    done = imdsguard(repository, "init", "--baseline", "--force")
    assert "kept .pre-commit-config.yaml\n" in done.stdout, "it may have the hooks of others"
    assert imdsguard(repository, "scan").returncode == 0


def test_a_policy_that_is_there_stays_and_is_what_the_baseline_is_judged_by(repository: Path) -> None:
    (repository / ".imdsguard.yaml").write_text("version: 1\nselect: {rules: [instance-tokens-optional]}\n")
    done = imdsguard(repository, "init", "--baseline")
    assert "wrote .imdsguard-baseline.json (2 findings, known from now on)\n" in done.stdout
    key = "baseline: .imdsguard-baseline.json # what was found when it was written does not count\n"
    assert f"kept .imdsguard.yaml; add to it:\n\n{key}\n" in done.stdout
    with (repository / ".imdsguard.yaml").open("a") as file:
        file.write(key.replace(".imdsguard-baseline", "known"))
    done = imdsguard(repository, "init", "--baseline")
    assert "wrote known.json (2 findings, known from now on)\nkept .imdsguard.yaml\n" in done.stdout
    assert imdsguard(repository, "scan").returncode == 0


def test_where_a_baseline_cannot_be_written_nothing_is(repository: Path) -> None:
    (repository / ".imdsguard-baseline.json").symlink_to(repository / "nowhere")
    done = imdsguard(repository, "init", "--baseline", "--force")
    assert (done.returncode, done.stderr) == (
        2,
        "imdsguard: .imdsguard-baseline.json cannot be written: something that is no file has this name\n",
    )
    assert not (repository / ".imdsguard.yaml").exists()


def test_with_a_baseline_a_dry_run_shows_that_too(repository: Path) -> None:
    before = sorted(repository.rglob("*"))
    done = imdsguard(repository, "init", "--baseline", "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    assert '# .imdsguard-baseline.json\n{\n  "schema": "imdsguard/baseline/v1",\n' in done.stdout
    assert sorted(repository.rglob("*")) == before


def test_nothing_is_written_through_a_link_that_leads_out(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (repository / ".github").symlink_to(elsewhere)
    (repository / ".imdsguard.yaml").symlink_to(elsewhere / "policy.yaml")
    done = imdsguard(repository, "init")
    assert done.returncode == 2
    assert done.stderr == (
        "imdsguard: .imdsguard.yaml cannot be written: something that is no file has this name\n"
        "imdsguard: .github/workflows/imdsguard.yml cannot be written: a symbolic link leads out of the repository\n"
    )
    assert list(elsewhere.iterdir()) == []


def test_of_many_root_modules_it_says_how_many_it_does_not_name(repository: Path) -> None:
    for number in range(20):
        stack = repository / f"stacks/s{number:02}"
        stack.mkdir()
        (stack / "main.tf").write_text(OPTIONAL)
        (stack / "prod.tfvars").write_text("")
    imdsguard(repository, "init")
    lines = (repository / ".imdsguard.yaml").read_text().splitlines()
    named = ", ".join(f'"stacks/s{number:02}"' for number in range(20))
    assert f"  - roots: [{named}]" in lines
    assert '      "prod": {var_files: ["{root}/prod.tfvars"]}' in lines
    assert lines[-1] == "#   # and 10 more: name them, or write a glob such as stacks/*"


def test_a_second_time_changes_nothing(repository: Path) -> None:
    imdsguard(repository, "init")
    before = {path: path.read_bytes() for path in repository.rglob("*") if path.is_file()}
    done = imdsguard(repository, "init", "--policy", "strict")
    assert "kept .imdsguard.yaml\nkept .pre-commit-config.yaml\nkept .github/workflows/imdsguard.yml\n" in done.stdout
    assert {path: path.read_bytes() for path in repository.rglob("*") if path.is_file()} == before


def test_from_a_folder_below_it_writes_at_the_top(repository: Path) -> None:
    done = imdsguard(repository / "stacks" / "web", "init")
    assert "wrote ../../.imdsguard.yaml\n" in done.stdout
    assert (repository / ".imdsguard.yaml").is_file()


def test_a_worktree_is_hosted_where_its_repository_is(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    git = ("git", "-C", str(repository), "-c", "user.name=a", "-c", "user.email=a@example.com")
    worktree = tmp_path_factory.mktemp("beside") / "worktree"
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "first"], check=True)
    subprocess.run([*git, "worktree", "add", "-q", str(worktree)], check=True)
    assert "wrote .github/workflows/imdsguard.yml\n" in imdsguard(worktree, "init").stdout
    (worktree / ".git").write_text("gitdir: \0")
    assert imdsguard(worktree, "init").returncode == 0


def test_a_dry_run_shows_the_files_and_writes_none(repository: Path) -> None:
    before = sorted(repository.rglob("*"))
    done = imdsguard(repository, "init", "--dry-run", "--policy", "observe")
    assert done.returncode == 0
    assert "# .imdsguard.yaml\n" in done.stdout
    assert "extends: observe\n" in done.stdout
    assert sorted(repository.rglob("*")) == before


def test_gitlab_gets_a_job(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(OPTIONAL)
    (tmp_path / ".gitlab-ci.yml").write_text("# imdsguard is to come\nstages: [test]\n")
    done = imdsguard(tmp_path, "init")
    job = (EXAMPLES / "gitlab" / ".gitlab-ci.yml").read_text()
    assert f"kept .gitlab-ci.yml; add to it:\n\n{job}" in done.stdout
    assert "  for .gitlab-ci.yml: set the CI/CD variable IMDSGUARD_PACKAGE to what pip is to install\n" in done.stdout
    assert not (tmp_path / ".github").exists()
    (tmp_path / ".gitlab-ci.yml").write_text(job)
    assert "kept .gitlab-ci.yml\n" in imdsguard(tmp_path, "init").stdout


def test_a_policy_of_almost_the_right_name_comes_first(repository: Path) -> None:
    (repository / ".imdsguard.yml").write_text("version: 1\n")
    done = imdsguard(repository, "init")
    assert (done.returncode, done.stderr) == (2, "imdsguard: .imdsguard.yml is not read: call it .imdsguard.yaml\n")
    assert not (repository / ".imdsguard.yaml").exists()


def test_a_policy_that_is_not_there_is_refused(repository: Path) -> None:
    done = imdsguard(repository, "init", "--policy", "strickt")
    assert done.returncode == 2
    assert 'there is no policy "strickt"; did you mean "strict"?' in done.stderr
    assert not (repository / ".imdsguard.yaml").exists()


def test_a_file_that_cannot_be_written_is_said_and_the_others_are_written(repository: Path) -> None:
    (repository / ".github").write_text("not a folder")
    done = imdsguard(repository, "init")
    assert done.returncode == 2
    assert "imdsguard: .github/workflows/imdsguard.yml cannot be written: " in done.stderr
    assert (repository / ".imdsguard.yaml").is_file()


FULL = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_where_there_is_no_room_a_file_is_whole_or_not_there(repository: Path) -> None:
    """No file may grow beyond 300 bytes, which ends a write in its middle as a full disk does."""
    before = {path for path in repository.rglob("*") if path.is_file()}
    command = [sys.executable, "-c", FULL, IMDSGUARD, "init"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "File too large" in done.stdout + done.stderr
    written = {path.name: path.read_text() for path in repository.rglob("*") if path.is_file() and path not in before}
    assert list(written) == [".pre-commit-config.yaml"], "the others are larger, and nothing is left of them"
    assert yaml.safe_load(written[".pre-commit-config.yaml"])


def test_names_of_folders_write_nothing_into_the_policy(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(OPTIONAL)
    stack = tmp_path / "a\nrules: {instance-tokens-optional: off}\n#"
    stack.mkdir()
    (stack / "main.tf").write_text(OPTIONAL)
    (stack / "x.tfvars").write_text("")
    imdsguard(tmp_path, "init")
    assert yaml.safe_load((tmp_path / ".imdsguard.yaml").read_text()) == {
        "version": 1,
        "extends": "baseline",
        "fail_on": "error",
    }
