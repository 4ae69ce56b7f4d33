"""What git and Terraform are told when they fetch modules: hosts, protocols, questions. No network is asked."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from imdsguard.terraform.driver.get_modules import HOSTS, environment_of, git_settings, refusal
from imdsguard.terraform.source.module_address import parse_address
from tests.conftest import quiet_environment


def rewritten(url: str, hosts: tuple[str, ...], folder: Path, own: str = "") -> str:
    """The address that git would ask for this one."""
    settings, home = folder / "gitconfig", folder / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(own)
    before = dict(os.environ)
    os.environ["HOME"] = str(home)
    try:
        settings.write_text(git_settings(hosts))
    finally:
        os.environ.clear()
        os.environ.update(before)
    done = subprocess.run(
        ["git", "ls-remote", "--get-url", url],
        cwd=folder,
        env={**quiet_environment(), "GIT_CONFIG_GLOBAL": str(settings), "GIT_CONFIG_NOSYSTEM": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/a/b.git",
        "https://github.com.example.com/a/b.git",
        "https://user@github.com/a/b.git",
        "http://github.com/a/b.git",
        "ssh://git@example.com/a/b.git",
        "ssh://other@github.com/a/b.git",
        "git://github.com/a/b.git",
        "file:///etc",
    ],
)
def test_git_knows_no_other_host(url: str, tmp_path: Path) -> None:
    assert rewritten(url, HOSTS, tmp_path).startswith("refused://")


@pytest.mark.parametrize("url", ["https://github.com/a/b.git", "ssh://git@github.com/a/b.git"])
def test_git_knows_the_hosts_that_are_allowed(url: str, tmp_path: Path) -> None:
    assert rewritten(url, HOSTS, tmp_path) == url


def test_the_users_own_settings_count_for_these_hosts(tmp_path: Path) -> None:
    own = '[url "https://token@github.com/"]\n\tinsteadOf = https://github.com/\n'
    assert rewritten("https://github.com/a/b.git", HOSTS, tmp_path, own) == "https://token@github.com/a/b.git"


def test_without_a_proxy_terraform_reaches_only_the_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    told = environment_of("data", "settings", ("registry.terraform.io", "git.example.com:8443"))
    assert told["NO_PROXY"] == told["no_proxy"] == "registry.terraform.io,git.example.com"
    assert {told[name] for name in ("HTTP_PROXY", "https_proxy", "ALL_PROXY")} == {
        "http://not-a-host-of---get-host.invalid:9"
    }
    assert (told["GIT_ALLOW_PROTOCOL"], told["GIT_TERMINAL_PROMPT"], told["TF_INPUT"]) == ("https:ssh", "0", "0")


def test_a_proxy_of_the_user_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example.com:3128")
    assert {"HTTPS_PROXY", "https_proxy", "NO_PROXY"} & set(environment_of("data", "settings", HOSTS)) == set()


ONLY = "only registries, git repositories and archives over https are fetched"
ELSE = "is not among the hosts of --get-host"


@pytest.mark.parametrize(
    ("source", "hosts", "why"),
    [
        ("acme/web/aws", HOSTS, ""),
        ("github.com/acme/web", HOSTS, ""),
        ("git@github.com:acme/web.git", HOSTS, ""),
        ("https://github.com/acme/web/archive/v1.zip", HOSTS, ""),
        ("git::https://git.example.com:8443/a/b.git", ("git.example.com",), ""),
        ("git::http://127.0.0.1:80/a.git", ("127.0.0.1",), ""),
        ("git::http://git.example.com/a.git", ("git.example.com",), "http is not fetched"),
        ("git::git://github.com/a/b.git", HOSTS, "git is not fetched"),
        ("acme/web/aws", ("git.example.com",), f"registry.terraform.io {ELSE}"),
        ("https://github.com.evil.example/x.zip", HOSTS, f"github.com.evil.example {ELSE}"),
        ("//etc", HOSTS, ONLY),
        ("C:\\modules", HOSTS, ONLY),
        ("gcs::https://www.googleapis.com/storage/v1/x", HOSTS, ONLY),
    ],
)  # fmt: skip
def test_what_is_fetched_and_what_is_not(source: str, hosts: tuple[str, ...], why: str) -> None:
    assert refusal(parse_address(source), hosts) == why
