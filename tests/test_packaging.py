"""What a user installs: the wheel made from the source archive, away from the checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import quiet_environment

pytestmark = pytest.mark.xdist_group("packaging")

OTHER_PYTHONS = ("3.10", "3.11", "3.12", "3.13")


@dataclass(frozen=True)
class Distribution:
    sdist: Path
    wheel: Path


@dataclass(frozen=True)
class Installed:
    """An environment that holds the wheel, seen from a folder that has nothing to do with the checkout."""

    python: Path
    elsewhere: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.python.with_name(command[0])), *command[1:]],
            cwd=self.elsewhere,
            env=quiet_environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def quietly(*command: str, cwd: Path) -> None:
    done = subprocess.run(
        command, cwd=cwd, env=quiet_environment(), capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"


@pytest.fixture(scope="session")
def checkout(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what git would clone (new files included), so that building leaves nothing behind."""
    if not (repository / ".git").exists():
        return repository
    copy = tmp_path_factory.mktemp("checkout")
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=repository,
        capture_output=True,
        check=True,
    ).stdout
    for name in filter(None, listing.decode().split("\0")):
        source = repository / name
        if source.is_file():
            target = copy / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    return copy


@pytest.fixture(scope="session")
def distribution(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Distribution:
    """Source archive, and the wheel that is made from it (`build` does so when asked for neither)."""
    out = tmp_path_factory.mktemp("dist")
    quietly(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), cwd=checkout)
    (sdist,) = out.glob("*.tar.gz")
    (wheel,) = out.glob("*.whl")
    return Distribution(sdist, wheel)


@pytest.fixture(scope="session")
def installed(distribution: Distribution, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in an environment of its own. Its dependencies are those of this one, so that no index is needed."""
    folder = tmp_path_factory.mktemp("user")
    environment = folder / "venv"
    quietly(sys.executable, "-m", "venv", "--without-pip", str(environment), cwd=folder)
    python = environment / "bin" / "python"
    quietly(
        sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index",
        str(distribution.wheel), cwd=folder,
    )  # fmt: skip
    # A .pth file adds the folder, not the .pth files in it: the editable install of this checkout stays out of sight.
    (site,) = (environment / "lib").glob("python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    return Installed(python, elsewhere)


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def rule_ids(repository: Path) -> list[str]:
    return sorted(path.stem.replace("_", "-") for path in (repository / "checks").glob("[!_]*.py"))


def test_the_wheel_holds_the_package_the_rules_and_the_policies_and_nothing_else(
    distribution: Distribution, checkout: Path
) -> None:
    expected = {
        f"imdsguard/{path.relative_to(checkout / source).as_posix()}" if source == "src/imdsguard"
        else f"imdsguard/{path.relative_to(checkout).as_posix()}"
        for source in ("src/imdsguard", "checks", "policies", "examples/workflows", "examples/gitlab")
        for path in (checkout / source).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }  # fmt: skip
    assert names_in(distribution.wheel) == expected
    assert "imdsguard/py.typed" in expected


def test_the_wheel_from_the_checkout_is_the_one_from_the_source_archive(
    distribution: Distribution, checkout: Path, tmp_path: Path
) -> None:
    quietly(
        sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(tmp_path), cwd=checkout
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    assert names_in(wheel) == names_in(distribution.wheel)


def test_the_source_archive_holds_what_it_takes_to_test_it(distribution: Distribution) -> None:
    with tarfile.open(distribution.sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for needed in ("LICENSE", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "pyproject.toml",
                   "tests/test_packaging.py", "examples/demo", "docs/generate.py"):  # fmt: skip
        assert needed in names


def test_the_installed_package_comes_from_the_wheel(installed: Installed) -> None:
    done = installed.run("python", "-c", "import imdsguard; print(imdsguard.__file__)")
    assert done.stderr == ""
    assert Path(done.stdout.strip()).is_relative_to(installed.python.parent.parent)


def test_the_installed_command_knows_its_version(installed: Installed, repository: Path) -> None:
    scope: dict[str, str] = {}
    exec((repository / "src" / "imdsguard" / "version.py").read_text(), scope)
    done = installed.run("imdsguard", "--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split()[-1] == scope["__version__"]


def test_the_installed_rules_are_the_files_in_checks(installed: Installed, repository: Path) -> None:
    done = installed.run("imdsguard", "rules", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    listed = [rule["id"] for rule in json.loads(done.stdout)["rules"]]
    about_suppressions = [rule for rule in listed if rule.startswith(("suppression-", "exemption-"))]
    assert sorted(set(listed) - set(about_suppressions)) == rule_ids(repository)
    assert len(rule_ids(repository)) >= 4


def test_the_installed_command_finds_and_passes(installed: Installed, repository: Path) -> None:
    for stack, code in (("legacy-web", 1), ("hardened-web", 0)):
        folder = repository / "examples" / stack
        variables = folder / "environments" / "prod.tfvars"
        done = installed.run("imdsguard", "scan", str(folder), "--var-file", str(variables))
        assert (done.returncode, done.stderr) == (code, ""), done.stdout


def test_type_checkers_see_that_the_package_is_typed(installed: Installed) -> None:
    """A rule or a program that embeds imdsguard gets types: `py.typed` is where PEP 561 wants it."""
    done = installed.run("python", "-c", "import imdsguard, pathlib; print(pathlib.Path(imdsguard.__file__).parent)")
    assert (Path(done.stdout.strip()) / "py.typed").is_file()


def interpreter(version: str) -> Path | None:
    """Where pyenv or the system has that minor version, if it does and it runs."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [path / "bin" / "python" for path in sorted(pyenv.glob(f"{version}.*"))]
    on_path = shutil.which(f"python{version}")
    for candidate in [*found, *([Path(on_path)] if on_path else [])]:
        done = subprocess.run(
            [str(candidate), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.stdout.strip() == version:
            return candidate
    return None


@pytest.mark.slow
@pytest.mark.parametrize("version", OTHER_PYTHONS)
def test_every_promised_python_installs_it_from_nothing_and_scans(
    version: str, distribution: Distribution, repository: Path, tmp_path: Path
) -> None:
    python = interpreter(version)
    if python is None:
        pytest.skip(f"there is no Python {version} on this machine")
    quietly(str(python), "-m", "venv", str(tmp_path / "venv"), cwd=tmp_path)
    user = Installed(tmp_path / "venv" / "bin" / "python", tmp_path)
    quietly(str(user.python), "-m", "pip", "install", "-qq", str(distribution.wheel), cwd=tmp_path)
    assert user.run("imdsguard", "--version").returncode == 0
    test_the_installed_command_finds_and_passes(user, repository)
