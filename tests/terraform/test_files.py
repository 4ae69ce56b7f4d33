"""What file functions may read, and which files a pattern of `fileset` means."""

from __future__ import annotations

import pytest

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.model.reason import ReasonKind
from imdsguard.report.reasons import sentence
from imdsguard.terraform.boundary import Boundary
from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.source.console import Console
from imdsguard.terraform.source.files import RepositoryFiles
from imdsguard.terraform.source.glob import Glob


@pytest.mark.parametrize(
    ("pattern", "names", "others"),
    [
        ("*.json", ["a.json", ".json"], ["a/b.json", "a.jso"]),
        ("**/*.json", ["a.json", "x/a.json", "x/y/a.json"], ["a.json/b"]),
        ("**", ["a", "x/y/z"], []),
        ("x/**", ["x/a", "x/y/z"], ["y/x/a"]),
        ("x**z", ["xyz", "xz"], ["x/z"]),
        ("a?c", ["abc", "aéc"], ["ac", "a/c"]),
        ("[a-c][^x].tf", ["aa.tf"], ["da.tf", "ax.tf"]),
        ("[!a]", ["b"], ["a"]),
        (r"[\]]\*", ["]*"], ["]a"]),
        ("[]", [], []),
        ("{dev,prod/eu}/*.tf", ["dev/a.tf", "prod/eu/a.tf"], ["prod/a.tf"]),
        ("{a,b{c,d}}", ["a", "bc", "bd"], ["b", "c"]),
        ("a,b}", ["a,b}"], ["a"]),
    ],
)
def test_a_pattern_matches_as_in_terraform(pattern, names, others):
    if pattern == "[]":
        with pytest.raises(EvaluationError, match="syntax error"):
            Glob(pattern)
        return
    glob = Glob(pattern)
    assert [name for name in [*names, *others] if glob.matches(name)] == names


@pytest.mark.parametrize("pattern", ["[", "[^]", "[!", "{a", "a\\", "[a-", "{a,{b}", "[a\\"])
def test_a_broken_pattern_is_an_error(pattern):
    with pytest.raises(EvaluationError, match="syntax error in pattern"):
        Glob(pattern)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("pattern", ["*a" * 400 + "b", "**/*a" * 150, "{a,a}" * 150 + "b", "{" * 150 + "a" + "}" * 150])
def test_a_hostile_pattern_is_matched_soon(pattern):
    assert not Glob(pattern).matches("a" * 250 + "/c")


@pytest.mark.parametrize("pattern", ["a" * 1_001, "{" * 400 + "a" + "}" * 400])
def test_a_pattern_that_costs_too_much_is_refused(pattern):
    with pytest.raises(LimitReached, match=r"longer than 1000 characters|nests braces more than 200 deep"):
        Glob(pattern)


def answer(stack, expression):
    return Console(".", Inputs(working_directory=str(stack.folder)), sentence).answer(expression)


def test_a_pattern_may_lead_upward_and_through_links_but_not_out(stack, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.json").write_text("{}")
    stack.files({"app/main.tf": "", "shared/a.json": "{}", "shared/deep/b.json": "{}"})
    (stack.folder / "app/linked").symlink_to(stack.folder / "shared")
    (stack.folder / "app/out").symlink_to(outside)
    (stack.folder / "shared/deep/loop").symlink_to(stack.folder / "shared")
    files = RepositoryFiles(str(stack.folder / "app"), Boundary(str(stack.folder)))
    assert files.glob(".", "../shared/*.json") == ["../shared/a.json"]
    assert files.glob(".", "../app/*.tf") == ["main.tf"]
    assert files.glob(".", "**/*.json") == ["linked/a.json", "linked/deep/b.json"]
    assert files.glob(".", "linked/*.json") == ["linked/a.json"]
    assert files.glob(".", "") == []


def test_what_is_not_read_is_unknown_and_not_an_error_that_try_hides(stack, tmp_path_factory):
    secret = tmp_path_factory.mktemp("outside") / "secret"
    secret.write_text("s3cret")
    stack.files({"main.tf": "", "large.txt": ""})
    with (stack.folder / "large.txt").open("r+b") as file:
        file.truncate(33 * 1024 * 1024)
    for call in (f'file("{secret}")', f'fileexists("{secret}")', f'fileset("{secret.parent}", "*")'):
        found = answer(stack, f'try({call}, "x")')
        assert found["unknown"] is True
        assert "lies outside of the repository, where nothing is read" in found["why"]
    assert "larger than 32 MB" in answer(stack, 'try(file("large.txt"), "x")')["why"]
    assert answer(stack, 'try(file("none.txt"), "x")') == {"type": "string", "value": "x"}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("../../secret", ReasonKind.OUTSIDE_REPOSITORY),
        ("large.txt", ReasonKind.FILE_UNREAD),
    ],
)
def test_why_a_file_is_not_read_is_data_that_says_the_same(stack, path, kind):
    stack.files({"app/main.tf": "", "app/large.txt": ""})
    with (stack.folder / "app/large.txt").open("r+b") as file:
        file.truncate(33 * 1024 * 1024)
    with pytest.raises(LimitReached) as reached:
        RepositoryFiles(str(stack.folder / "app"), Boundary(str(stack.folder))).read(path)
    assert reached.value.reason.kind is kind
    assert sentence(reached.value.reason) == reached.value.message


def test_of_any_other_bound_the_reason_is_its_text():
    reason = LimitReached("a string is longer than 9 characters").reason
    assert (reason.kind, sentence(reason)) == (ReasonKind.LIMIT, "a string is longer than 9 characters")
