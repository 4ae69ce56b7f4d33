"""`scan --get`: real Terraform fetches modules from a registry and from git repositories on this machine's loopback."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which

import pytest

from tests.conftest import Command
from tests.end_to_end.git import Checkout, instance

pytestmark = pytest.mark.skipif(which("terraform") is None, reason="there is no terraform")

POLICY = "version: 1\nselect: {rules: [instance-tokens-optional]}\n"


class Handler(SimpleHTTPRequestHandler):
    """A registry of modules below /v1/modules, and files: git's dumb protocol is nothing else."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        parts = self.path.strip("/").split("/")
        if parts[:2] != ["v1", "modules"]:
            super().do_GET()
        elif parts[-1] == "versions":
            self._answer(200, json.dumps({"modules": [{"versions": [{"version": v} for v in ("1.0.0", "1.1.0")]}]}))
        else:
            name, version = parts[3], parts[5]
            self._answer(204, "", {"X-Terraform-Get": f"git::{self.server.base}/{name}.git?ref=v{version}"})  # type: ignore[attr-defined]

    def _answer(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


@dataclass
class Forge:
    """A host with git repositories and a registry, and a stack that calls its modules."""

    folder: Path
    host: str
    asked: list[str]
    variables: dict[str, str]
    stack: Path = field(init=False)

    def __post_init__(self) -> None:
        self.stack = self.folder / "stack"
        (self.stack / ".git").mkdir(parents=True)
        (self.stack / ".imdsguard.yaml").write_text(POLICY)

    def git(self, name: str, rest: str = "") -> str:
        return f"git::http://{self.host}/{name}.git{rest}"

    def repository(self, name: str, *versions: dict[str, str]) -> None:
        """A repository with a tag for each of its versions."""
        made = Checkout.made(self.folder / "sources" / name)
        for number, files in enumerate(versions):
            made.write(**files)
            made.commit()
            made("tag", f"v1.{number}.0")
        bare = self.folder / "served" / f"{name}.git"
        made("clone", "-q", "--bare", str(made.folder), str(bare))
        subprocess.run(["git", "update-server-info"], cwd=bare, check=True)

    def scan(self, imdsguard: Command, code: str, *options: str) -> tuple[int, dict[str, str], str]:
        """The exit code, the files of the findings by address, and stderr."""
        (self.stack / "main.tf").write_text(code)
        hosts = () if any(option.startswith("--get-host") for option in options) else (f"--get-host={self.host}",)
        done = imdsguard(
            "scan", "--format", "json", "--get", "--get-host=registry.terraform.io", *hosts, *options,
            cwd=self.stack, **self.variables,
        )  # fmt: skip
        findings = json.loads(done.stdout)["findings"] if done.stdout else []
        return done.returncode, {each["address"]: each["file"] for each in findings}, done.stderr


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[Forge]:
    (tmp_path / "served").mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(tmp_path / "served")))
    host = f"127.0.0.1:{server.server_address[1]}"
    server.base, server.asked = f"http://{host}", []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    config = tmp_path / "terraformrc"
    config.write_text(
        f'host "registry.terraform.io" {{\n  services = {{ "modules.v1" = "http://{host}/v1/modules/" }}\n}}\n'
    )
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    yield Forge(tmp_path, host, server.asked, {"TF_CLI_CONFIG_FILE": str(config), "TMPDIR": str(scratch)})  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


def call(name: str, source: str, version: str = "") -> str:
    asked = f'  version = "{version}"\n' if version else ""
    return f'module "{name}" {{\n  source = "{source}"\n{asked}}}\n'


def test_a_module_of_a_registry_is_fetched_once_and_read(imdsguard: Command, forge: Forge) -> None:
    forge.repository("web", {"main": instance("web", '"required"')}, {"main": instance("web")})
    code = (
        call("old", "acme/web/aws", "1.0.0") + call("a", "acme/web/aws", "~> 1.0") + call("b", "acme/web/aws", "~> 1.0")
    )
    status, findings, said = forge.scan(imdsguard, code)
    assert (status, findings) == (
        1,
        dict.fromkeys(("module.a.aws_instance.web", "module.b.aws_instance.web"), "acme/web/aws@1.1.0:main.tf"),
    )
    assert said == "imdsguard: terraform get acme/web/aws\nimdsguard: terraform get acme/web/aws\n"
    assert (
        os.listdir(forge.stack) == [".git", ".imdsguard.yaml", "main.tf"] or not (forge.stack / ".terraform").exists()
    )
    assert os.listdir(forge.folder / "scratch") == []


def test_modules_of_modules_and_folders_in_them_are_read(imdsguard: Command, forge: Forge) -> None:
    forge.repository("inner", {"main": instance("inner"), "deep__main": instance("deep")})
    forge.repository("web", {"modules__x__main": call("inner", forge.git("inner", "//deep?ref=v1.0.0")), "main": "\n"})
    status, findings, said = forge.scan(imdsguard, call("web", forge.git("web", "//modules/x?ref=v1.0.0")))
    assert (status, findings) == (
        1, {"module.web.module.inner.aws_instance.deep": f"{forge.host}/inner@v1.0.0:deep/main.tf"},
    )  # fmt: skip
    assert said.count("terraform get") == 1


def test_one_module_that_cannot_be_fetched_costs_only_itself(imdsguard: Command, forge: Forge) -> None:
    forge.repository("web", {"main": instance("web") + call("gone", forge.git("gone"))})
    code = call("web", forge.git("web")) + call("away", forge.git("away"))
    status, findings, said = forge.scan(imdsguard, code)
    assert (status, list(findings)) == (2, ["module.web.aws_instance.web"])
    problems = [line for line in said.splitlines() if line.startswith("problem: ")]
    assert [line.partition(" cannot be fetched: ")[0] for line in problems] == [
        f"problem: {forge.host}/web:main.tf:5:1: {forge.host}/gone",
        f"problem: main.tf:4:1: {forge.host}/away",
    ]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("/etc", "only registries, git repositories and archives over https are fetched"),
        ("file:///etc", "only registries, git repositories and archives over https are fetched"),
        ("git::file:///etc", "it is a path of this machine"),
        ("git::/etc", "it is a path of this machine"),
        ("s3::https://s3.amazonaws.com/bucket/x.zip", "only registries, git repositories and archives over https"),
        ("hg::http://127.0.0.1/x", "only registries, git repositories and archives over https are fetched"),
        ("git::https://example.com/a/b.git", "example.com is not among the hosts of --get-host"),
        ("https://example.com/x.zip", "example.com is not among the hosts of --get-host"),
        ("app.terraform.io/a/b/aws", "app.terraform.io is not among the hosts of --get-host"),
        ("git::http://example.com/a/b.git", "http is not fetched"),
        ("git::ext::sh -c id", "is not fetched: "),
    ],
)
def test_what_is_refused_is_not_even_tried(source: str, why: str, imdsguard: Command, forge: Forge) -> None:
    status, findings, said = forge.scan(imdsguard, call("x", source))
    assert (status, findings, why in said, "terraform get" in said) == (2, {}, True, False)


@pytest.mark.parametrize("source", ["/etc", "file:///etc", "git::file:///etc"])
def test_a_fetched_module_cannot_lead_out_of_its_folder(source: str, imdsguard: Command, forge: Forge) -> None:
    forge.repository("web", {"main": instance("web") + call("out", source)})
    source_folder = forge.folder / "sources" / "web"
    (source_folder / "link.tf").symlink_to("/etc/hostname")
    status, findings, said = forge.scan(imdsguard, call("web", forge.git("web")))
    assert (status, list(findings)) == (2, ["module.web.aws_instance.web"])
    assert "is not fetched: " in said


def test_a_link_in_a_fetched_module_is_not_followed_out_of_it(imdsguard: Command, forge: Forge) -> None:
    made = Checkout.made(forge.folder / "sources" / "web", main=instance("web"))
    (made.folder / "secret.tf").symlink_to("/etc/hostname")
    (made.folder / "inner").symlink_to("/etc")
    made.write(call=call("inner", "./inner"))
    made.commit()
    bare = forge.folder / "served" / "web.git"
    made("clone", "-q", "--bare", str(made.folder), str(bare))
    subprocess.run(["git", "update-server-info"], cwd=bare, check=True)
    status, findings, said = forge.scan(imdsguard, call("web", forge.git("web")))
    assert (status, list(findings)) == (2, ["module.web.aws_instance.web"])
    assert "this file lies outside of the repository, where nothing is read" in said
    assert "./inner lies outside of the repository" in said


def test_a_host_that_nobody_allowed_is_not_asked_for_a_module_of_a_module(
    imdsguard: Command, forge: Forge, tmp_path: Path
) -> None:
    """Terraform fetches what a module calls on its own: git is kept from it."""
    forge.repository("inner", {"main": instance("inner")})
    other = f"localhost:{forge.host.partition(':')[2]}"  # the same server by a name that is not allowed
    forge.repository("web", {"main": call("inner", f"git::http://{other}/inner.git")})
    status, _, said = forge.scan(imdsguard, call("web", forge.git("web")))
    assert status == 2
    assert f"{other}/inner is not fetched: {other} is not among the hosts of --get-host" in said
    assert [path for path in forge.asked if path.startswith("/inner.git")] == []


def test_the_settings_of_the_tree_and_of_hooks_take_no_part(imdsguard: Command, forge: Forge) -> None:
    forge.repository("web", {"main": instance("web")})
    ran = forge.folder / "ran"
    script = forge.folder / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {ran}\n")
    script.chmod(0o755)
    subprocess.run(["git", "init", "-q", str(forge.folder / "evil")], check=True)
    config = f"[core]\n\tfsmonitor = {script}\n\tsshCommand = {script}\n\taskPass = {script}\n"
    (forge.stack / ".git" / "config").write_text(config)
    (forge.stack / ".gitconfig").write_text(config)
    (forge.stack / ".terraformrc").write_text("provider_installation { broken")
    (forge.stack / "evil.tf").write_text('terraform {\n  required_version = "< 0.1"\n  backend "s3" {}\n}\n')
    forge.variables["GIT_DIR"] = str(forge.folder / "evil" / ".git")
    status, findings, _ = forge.scan(imdsguard, call("web", forge.git("web")))
    assert (status, list(findings), ran.exists()) == (1, ["module.web.aws_instance.web"], False)


def test_known_modules_are_not_fetched_and_nothing_is_without_being_asked(imdsguard: Command, forge: Forge) -> None:
    assert forge.scan(imdsguard, call("vpc", "terraform-aws-modules/vpc/aws")) == (0, {}, "")
    (forge.stack / "main.tf").write_text(call("web", forge.git("web")))
    done = imdsguard("scan", cwd=forge.stack, **forge.variables)
    assert (done.returncode, "run terraform init, or scan with --get" in done.stderr) == (2, True)
    assert forge.asked == []


def test_without_a_terraform_it_is_said_before_anything_is_read(imdsguard: Command, forge: Forge) -> None:
    forge.variables["IMDSGUARD_TERRAFORM"] = "/nowhere/terraform"
    status, _, said = forge.scan(imdsguard, call("web", forge.git("web")))
    assert (status, "--get: IMDSGUARD_TERRAFORM: /nowhere/terraform is not there" in said) == (2, True)


def test_a_host_without_get_is_a_mistake(imdsguard: Command, forge: Forge) -> None:
    done = imdsguard("scan", "--get-host", "example.com", cwd=forge.stack)
    assert (done.returncode, "give --get as well" in done.stderr) == (2, True)


def test_changed_since_reads_the_same_fetched_modules(imdsguard: Command, forge: Forge) -> None:
    forge.repository("web", {"main": instance("web")})
    (forge.stack / ".git").rmdir()
    stack = Checkout.made(forge.stack)
    stack.write(main=call("web", forge.git("web")))
    stack.commit()
    assert forge.scan(imdsguard, call("web", forge.git("web")), "--changed-since=HEAD")[0] == 0
    status, findings, _ = forge.scan(imdsguard, call("new", forge.git("web")), "--changed-since=HEAD")
    assert (status, list(findings)) == (1, ["module.new.aws_instance.web"])
