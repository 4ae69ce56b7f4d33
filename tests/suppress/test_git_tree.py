"""Laying out an earlier version: names and links that would lead elsewhere, limits, downloaded modules."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from imdsguard.model.record import record
from imdsguard.suppress import git_tree
from imdsguard.suppress.git import Blob, GitError, GitTree, Repository
from imdsguard.suppress.git_tree import lay_out
from imdsguard.suppress.modules import unchanged_modules
from imdsguard.system.files import MAX_FILE


@record(frozen=True, slots=True)
class Files(Repository):
    """A repository that has whatever a test wants in it, as no git would make it. Links start with `->`."""

    files: dict[str, str]

    def tree(self, commit: str) -> GitTree:
        blobs = (Blob(path, path, len(text), text.startswith("->")) for path, text in self.files.items())
        return GitTree(tuple(blobs), (("../beside", commit), ("not-checked-out", commit)))

    def contents(self, blobs: Iterable[Blob]) -> Iterator[tuple[Blob, bytes]]:
        for blob in blobs:
            yield blob, self.files[blob.object].removeprefix("->").encode()

    def ignored(self, paths: Iterable[str]) -> frozenset[str]:
        return frozenset(path for path in paths if "ignored" in path)


def laid_out(tmp_path: Path, files: dict[str, str]) -> Path:
    (tmp_path / "today").mkdir(exist_ok=True)
    (tmp_path / "there").mkdir()
    lay_out(Files(str(tmp_path / "today"), files), "0" * 40, str(tmp_path / "there"))
    return tmp_path / "there"


def below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def test_files_are_what_they_were(tmp_path: Path) -> None:
    there = laid_out(tmp_path, {"a.tf": "a", "stacks/web/main.tf": "b\r\n", "x y/ü.txt": "c"})
    assert below(there) == ["a.tf", "stacks/web/main.tf", "x y/ü.txt"]
    assert (there / "stacks/web/main.tf").read_bytes() == b"b\r\n"
    assert (there / ".git").is_dir(), "reading stops at the top of the repository"


def test_names_that_lead_elsewhere_are_left_out(tmp_path: Path) -> None:
    names = ["../out.tf", "a/../../out.tf", "/out.tf", ".git/config", "a/.GIT/hooks/x", "a//b.tf", "./a.tf", ""]
    there = laid_out(tmp_path, {**dict.fromkeys(names, "x"), "good.tf": "x"})
    assert below(there) == ["good.tf"]
    assert below(tmp_path) == ["there/good.tf"]


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    there = laid_out(
        tmp_path, {"a": f"->{outside}", "a/b": "->x", "c": "->a", "c/d": "->x", "ok": "->a.tf", "new/ok": "->x"}
    )
    assert below(outside) == []
    assert os.readlink(there / "new/ok") == "x"
    assert os.readlink(there / "ok") == "a.tf"


def test_a_file_and_a_link_of_one_name_are_no_way_in(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    with pytest.raises(GitError, match=r"the earlier version cannot be written to .*/there: [A-Z][a-z ]+ \(TMPDIR"):
        laid_out(tmp_path, {"a": f"->{outside}", "a/b.tf": "x"})
    assert below(outside) == []


def test_code_comes_before_what_code_may_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_tree, "MOST_BYTES", 3000)
    files = {"main.tf": "x" * 2000, "large.sh": "x" * 1500, "small.sh": "x" * 100}
    assert below(laid_out(tmp_path, files)) == ["main.tf", "small.sh"]


def test_more_code_than_can_be_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_tree, "MOST_BYTES", 3000)
    with pytest.raises(GitError, match=r"^0{12} has more Terraform code than can be compared"):
        laid_out(tmp_path, {"main.tf": "x" * 4000})


def test_what_git_ignores_is_taken_along_where_code_was(tmp_path: Path) -> None:
    today = tmp_path / "today"
    for name in ("a/ignored.auto.tfvars", "a/new.tf", "a/ignored.txt", "b/ignored.tf"):
        (today / name).parent.mkdir(parents=True, exist_ok=True)
        (today / name).write_text("x = 1\n")
    (today / "a/ignored-link.tf").symlink_to("/etc/passwd")
    assert below(laid_out(tmp_path, {"a/main.tf": "x"})) == ["a/ignored.auto.tfvars", "a/main.tf"]


def test_what_is_there_today_and_too_large_or_no_file_is_not_taken_along(tmp_path: Path) -> None:
    today = tmp_path / "today"
    (today / "a/ignored-folder.tf").mkdir(parents=True)
    for name, size in (("a/ignored-large.tf", MAX_FILE + 1), ("a/ignored-largest.tfvars", MAX_FILE)):
        (today / name).write_bytes(b"")
        os.truncate(today / name, size)
    (today / "c").symlink_to(tmp_path)
    (tmp_path / "ignored-outside.tf").write_text("")
    there = laid_out(tmp_path, {"a/main.tf": "x", "a/ignored-large.txt": "x", "gone/main.tf": "x", "c/main.tf": "x"})
    assert below(there) == ["a/ignored-large.txt", "a/ignored-largest.tfvars", "a/main.tf", "c/main.tf", "gone/main.tf"]


def test_files_of_the_earlier_version_stay_what_they_were(tmp_path: Path) -> None:
    (tmp_path / "today").mkdir()
    (tmp_path / "today/ignored.tf").write_text("today")
    assert (laid_out(tmp_path, {"main.tf": "x", "ignored.tf": "earlier"}) / "ignored.tf").read_text() == "earlier"


@pytest.mark.parametrize(
    ("most", "sizes", "written"),
    [
        (10_000, {"main.tf": 3000, "a.tfvars": 3000, "a.txt": 3000}, ["a.tfvars", "a.txt", "main.tf"]),
        (9_000, {"main.tf": 3000, "a.tfvars": 3000, "a.txt": 3000}, ["a.tfvars", "a.txt", "main.tf"]),
        (8_999, {"main.tf": 3000, "a.tfvars": 3000, "a.txt": 3000}, ["a.tfvars", "main.tf"]),
        (
            10_001,
            {"main.tf": 6000, "a.txt": 2000, "b.txt": 1000, "c.txt": 1001},
            ["a.txt", "b.txt", "c.txt", "main.tf"],
        ),
        (10_000, {"main.tf": 6000, "a.txt": 2000, "b.txt": 1000, "c.txt": 1001}, ["b.txt", "main.tf"]),
        (6_900, {"main.tf": 6000, "a.txt": 2000, "b.txt": 1000, "empty.txt": 0}, ["empty.txt", "main.tf"]),
        (10_000, {"main.tf": 4000, "a.txt": 4001, "b.txt": 4000}, ["b.txt", "main.tf"]),
    ],
)
def test_what_fits(
    most: int, sizes: dict[str, int], written: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Code is always there; of other files those up to 4,000 bytes, or up to 1,000 if all of them are too much."""
    monkeypatch.setattr(git_tree, "MOST_BYTES", most)
    monkeypatch.setattr(git_tree, "LARGEST_OTHER", 4000)
    assert below(laid_out(tmp_path, {name: "x" * size for name, size in sizes.items()})) == written


def test_code_that_no_reader_would_read_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_tree, "MAX_FILE", 100)
    assert below(laid_out(tmp_path, {"a.tf": "x" * 100, "b.tf": "x" * 101, "b.txt": "x" * 101})) == ["a.tf", "b.txt"]


def test_it_says_how_much_code_can_be_compared(tmp_path: Path) -> None:
    assert (git_tree.MOST_BYTES, git_tree.LARGEST_OTHER) == (512 * 2**20, 4 * 2**20)
    huge = [Blob("main.tf", "main.tf", MAX_FILE, False) for _ in range(17)]
    assert git_tree._fitting(huge) is None
    assert git_tree._fitting(huge[:16]) == huge[:16]


@pytest.fixture
def submodules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with `inner` in it, which has itself in it, and so on; each has a file."""
    today = tmp_path / "today"
    (today / "/".join(["inner"] * 7)).mkdir(parents=True)
    for depth in range(1, 8):
        (today / "/".join(["inner"] * depth) / ".git").write_text("gitdir: elsewhere\n")

    def tree(self: Files, commit: str) -> GitTree:
        return GitTree((Blob("main.tf", "main.tf", 1, False),), (("inner", commit), ("../today", commit)))

    monkeypatch.setattr(Files, "tree", tree)
    monkeypatch.setattr(Files, "has", lambda self, commit: commit == "0" * 40)
    monkeypatch.setattr(Repository, "around", classmethod(lambda cls, folder: Files(folder, {"main.tf": "x"})))
    return today


def test_submodules_are_laid_out_four_deep(submodules: Path, tmp_path: Path) -> None:
    there = laid_out(tmp_path, {"main.tf": "x"})
    assert below(there) == sorted("/".join([*["inner"] * depth, "main.tf"]) for depth in range(5))
    assert (there / "inner/inner/.git").is_dir()


@pytest.mark.parametrize("way", ["no commit", "not checked out", "linked", "of another", "no repository"])
def test_submodules_that_are_left_out(
    way: str, submodules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "no commit":
        monkeypatch.setattr(Files, "has", lambda self, commit: False)
    elif way == "not checked out":
        (submodules / "inner/.git").unlink()
    elif way == "linked":
        (submodules / "inner").rename(tmp_path / "elsewhere")
        (submodules / "inner").symlink_to(tmp_path / "elsewhere")
    elif way == "of another":
        monkeypatch.setattr(Repository, "around", classmethod(lambda cls, folder: Files(str(submodules), {})))
    else:

        def none(cls: type[Repository], folder: str) -> Repository:
            raise GitError("is in no git repository")

        monkeypatch.setattr(Repository, "around", classmethod(none))
    assert below(laid_out(tmp_path, {"main.tf": "x"})) == ["main.tf"]


def downloaded(today: Path, *entries: dict[str, str]) -> None:
    (today / ".terraform/modules").mkdir(parents=True)
    (today / ".terraform/modules/modules.json").write_text(json.dumps({"Modules": [*entries]}))
    (today / "main.tf").write_text(CALLS)
    for name in ("same/main.tf", "same/deep/a.txt", "same/.git/config", "other/main.tf", "x/main.tf"):
        (today / ".terraform/modules" / name).parent.mkdir(parents=True, exist_ok=True)
        (today / ".terraform/modules" / name).write_text("a")
    (today / ".terraform/modules/same/link.tf").symlink_to("main.tf")
    (today / ".terraform/modules/same/folder").symlink_to("deep")


MODULES = ".terraform/modules/"


def test_downloaded_modules_that_both_versions_ask_for_are_taken_along(tmp_path: Path) -> None:
    downloaded(
        tmp_path / "today",
        entry("same", f"{MODULES}same/sub"),
        entry("same.a", f"{MODULES}.."),
        entry("same.b", "modules/x/main"),
        entry("same.c", ".terraform/modules"),
        entry("same.d", f"{MODULES}."),
        entry("same.e", f"{MODULES}"),
        entry("other", f"{MODULES}other"),
    )
    there = laid_out(tmp_path, {"main.tf": CALLS})
    assert below(there) == [f"{MODULES}{name}" for name in ("modules.json", "same/deep/a.txt", "same/main.tf")] + [
        "main.tf"
    ]
    kept = json.loads((there / f"{MODULES}modules.json").read_text())
    assert [each["Key"] for each in kept["Modules"]] == ["same", *(f"same.{x}" for x in "abcde")]


def test_modules_that_were_committed_stay_what_they_were(tmp_path: Path) -> None:
    downloaded(tmp_path / "today", entry("same", f"{MODULES}same"))
    there = laid_out(tmp_path, {"main.tf": CALLS, ".terraform/x": "x"})
    assert below(there) == [".terraform/x", "main.tf"]


def test_of_modules_that_neither_version_asks_for_there_is_no_manifest(tmp_path: Path) -> None:
    downloaded(tmp_path / "today", entry("other", f"{MODULES}other"))
    assert below(laid_out(tmp_path, {"main.tf": CALLS})) == ["main.tf"]


def test_modules_that_lie_outside_are_not_taken_along(tmp_path: Path) -> None:
    downloaded(tmp_path / "today", entry("same", f"{MODULES}same"))
    (tmp_path / "today/.terraform").rename(tmp_path / "outside")
    (tmp_path / "today/.terraform").symlink_to(tmp_path / "outside")
    assert below(laid_out(tmp_path, {"main.tf": CALLS})) == ["main.tf"]


def entry(key: str, folder: str) -> dict[str, str]:
    return {"Key": key, "Source": "x", "Dir": folder}


CALLS = 'module "same" {\n  source = "x/y/z"\n  version = "1"\n}\nmodule "local" {\n  source = "./local"\n}\n'
OTHER = CALLS.replace('"1"', '"2"')


@pytest.fixture
def versions(tmp_path: Path) -> tuple[Path, Path]:
    """Today's root module with its downloaded modules, and an earlier one."""
    before, today = tmp_path / "before", tmp_path / "today"
    for top in (before, today):
        (top / "local").mkdir(parents=True)
        (top / "main.tf").write_text(CALLS)
        (top / "local/main.tf").write_text('module "inner" {\n  source = "x/y/inner"\n}\n')
    entries = [
        entry("", "."),
        entry("same", ".terraform/modules/same"),
        entry("same.deep", ".terraform/modules/same/modules/deep"),
        entry("local", "local"),
        entry("local.inner", ".terraform/modules/local.inner"),
    ]
    (today / ".terraform/modules").mkdir(parents=True)
    (today / ".terraform/modules/modules.json").write_text(json.dumps({"Modules": entries}))
    return before, today


def keys(before: Path, today: Path) -> list[str]:
    return [each["Key"] for each in unchanged_modules(str(before), str(today))]


def test_modules_that_both_versions_ask_for(versions: tuple[Path, Path]) -> None:
    before, today = versions
    assert keys(before, today) == ["", "same", "same.deep", "local", "local.inner"]


def test_a_call_that_asks_for_another_version(versions: tuple[Path, Path]) -> None:
    before, today = versions
    (before / "main.tf").write_text(OTHER)
    assert keys(before, today) == ["", "local", "local.inner"]


@pytest.mark.parametrize("text", [CALLS.replace("x/y/z", "x/y/other"), CALLS.replace('  version = "1"\n', "")])
def test_a_call_that_asks_for_something_else(text: str, versions: tuple[Path, Path]) -> None:
    before, today = versions
    (before / "main.tf").write_text(text)
    assert keys(before, today) == ["", "local", "local.inner"]


@pytest.mark.parametrize("form", ["native", "json", "link", "large"])
def test_a_file_that_cannot_be_read_calls_nothing_and_the_others_do(form: str, versions: tuple[Path, Path]) -> None:
    before, today = versions
    for top in versions:
        bad = top / ("bad.tf.json" if form == "json" else "bad.tf")
        if form == "link":
            bad.symlink_to("nowhere.tf")
        elif form == "large":
            bad.write_bytes(b'module "x" {\n}\n')
            os.truncate(bad, MAX_FILE + 1)
        else:
            bad.write_text('{"module": ' + "[" * 100_000 if form == "json" else "module = " + "[" * 100_000)
    assert keys(before, today) == ["", "same", "same.deep", "local", "local.inner"]


def test_what_is_no_configuration_calls_nothing(versions: tuple[Path, Path]) -> None:
    before, today = versions
    (today / "main.tf.orig").write_text(OTHER)
    (today / "README.md").write_text(OTHER)
    assert keys(before, today) == ["", "same", "same.deep", "local", "local.inner"]


def test_a_call_in_a_file_for_opentofu(versions: tuple[Path, Path]) -> None:
    before, today = versions
    for top, text in ((before, CALLS), (today, OTHER)):
        (top / "main.tf").unlink()
        (top / "main.tofu").write_text(text)
    assert keys(before, today) == ["", "local", "local.inner"]


def test_a_call_deeper_down_that_was_not_there(versions: tuple[Path, Path]) -> None:
    before, today = versions
    (before / "local/main.tf").write_text("")
    assert keys(before, today) == ["", "same", "same.deep", "local"]


@pytest.mark.parametrize("name", ["main.tf.json", "main.tofu.json"])
def test_a_call_in_json_syntax(name: str, versions: tuple[Path, Path]) -> None:
    before, today = versions
    for top, version in ((before, "1"), (today, "2")):
        (top / "main.tf").unlink()
        calls = {"same": {"source": "x/y/z", "version": version}, "local": {"source": "./local"}}
        (top / name).write_text(json.dumps({"module": calls}))
    assert keys(before, today) == ["", "local", "local.inner"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"Modules": 3}', '{"Modules": [3, {"Key": 1}]}', "[" * 100_000])
def test_a_manifest_that_is_none(text: str, versions: tuple[Path, Path]) -> None:
    before, today = versions
    (today / ".terraform/modules/modules.json").write_text(text)
    assert keys(before, today) == []


def test_of_files_that_are_no_code_those_are_laid_out_that_are_needed(tmp_path: Path) -> None:
    """And what a link leads to today, since code may be read through it."""
    files = {"main.tf": "", "prod.tfvars": "", ".terraform.lock.hcl": "", "boot.sh": "", "pages/a.md": "", "b.md": ""}
    (tmp_path / "today").mkdir()
    (tmp_path / "today/linked").symlink_to("pages")
    made = Files(str(tmp_path / "today"), {**files, "linked": "->pages"})
    (tmp_path / "there").mkdir()
    lay_out(made, "0" * 40, str(tmp_path / "there"), lambda path: path == "boot.sh")
    assert below(tmp_path / "there") == [
        ".terraform.lock.hcl",
        "boot.sh",
        "main.tf",
        "pages/a.md",
        "prod.tfvars",
    ]


def test_where_there_are_terragrunt_units_everything_is_laid_out(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    made = Files(str(tmp_path), {"live/terragrunt.hcl": "", "common.yaml": ""})
    lay_out(made, "0" * 40, str(tmp_path / "there"), lambda path: False)
    assert below(tmp_path / "there") == ["common.yaml", "live/terragrunt.hcl"]
