"""`imdsguard init` in repositories as people have them: what it writes, what it keeps, and that what it wrote works."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

IMDSGUARD = str(Path(sys.executable).with_name("imdsguard"))
WORKFLOWS = Path(__file__).resolve().parents[2] / "examples" / "workflows"
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
    assert done.stdout == (
        "Looked at .: 2 root modules of interest, 2 launches (2 optional); 2 errors, 2 warnings.\n"
        "\n"
        "wrote .imdsguard.yaml\n"
        "wrote .pre-commit-config.yaml\n"
        "wrote .github/workflows/imdsguard.yml\n"
        "\n"
        "Next:\n"
        "  imdsguard scan                    see what there is to find\n"
        "  imdsguard scan --write-baseline   take what is there today as known: only new findings fail then\n"
        "  in .github/workflows/imdsguard.yml: put the commit of an imdsguard release where it is named\n"
    )
    policy = (repository / ".imdsguard.yaml").read_text().splitlines()
    assert policy[1:] == [
        "# Seen when this was written: 2 root modules of interest, 2 launches (2 optional); 2 errors, 2 warnings.",
        "version: 1",
        "extends: baseline",
        "fail_on: error",
        "",
        "# Terraform reads these only when it is told to, and so does imdsguard. A check of each environment is:",
        "#   imdsguard scan stacks/web --var-file stacks/web/environments/prod.tfvars",
        "",
        "# Root modules that share an AWS account: a Region default or an alarm in one then counts for the others.",
        "# estates:",
        '#   main: {roots: ["stacks/jobs", "stacks/web"]}',
    ]
    assert imdsguard(repository, "policy", "check", ".imdsguard.yaml").returncode == 0
    assert imdsguard(repository, "scan").returncode == 1
    hooks = yaml.safe_load((repository / ".pre-commit-config.yaml").read_text())
    assert [hook["id"] for hook in hooks["repos"][0]["hooks"]] == ["imdsguard"]
    written = (repository / ".github/workflows/imdsguard.yml").read_text()
    assert written == (WORKFLOWS / "pr-check-hcl.yml").read_text()


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
    assert "kept .pre-commit-config.yaml; add to it under `repos:`:\n\n  - repo: " in done.stdout
    assert (repository / ".imdsguard.yaml").read_text() == "version: 1\n"
    assert (repository / ".pre-commit-config.yaml").read_text() == "repos: []\n"


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


def test_a_dry_run_shows_the_files_and_writes_none(repository: Path) -> None:
    before = sorted(repository.rglob("*"))
    done = imdsguard(repository, "init", "--dry-run", "--policy", "observe")
    assert done.returncode == 0
    assert "# .imdsguard.yaml\n" in done.stdout
    assert "extends: observe\n" in done.stdout
    assert sorted(repository.rglob("*")) == before


def test_gitlab_gets_a_job(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(OPTIONAL)
    (tmp_path / ".gitlab-ci.yml").write_text("stages: [test]\n")
    done = imdsguard(tmp_path, "init")
    assert "kept .gitlab-ci.yml; add to it:\n\nimdsguard:\n  image: " in done.stdout
    assert not (tmp_path / ".github").exists()


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
