"""The laws of the house: imports run one way, files stay small, and the core touches nothing outside."""

from __future__ import annotations

import ast
import functools
import gc
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("house")  # one process reads the house, once

HOUSE = Path(__file__).resolve().parent.parent
SOURCE = HOUSE / "src"
MODULES = sorted((SOURCE / "imdsguard").rglob("*.py"))
RULES = sorted((HOUSE / "checks").glob("*.py"))
LONGEST = 600  # lines: a file is a subject, and the largest is an AWS service with all its resource types

# What a part may import of the rest, besides itself and the model. `version` is a constant, and free for all.
ALLOWED: dict[str, set[str]] = {
    "model": set(),
    "hcl": {"model"},
    "terraform": {"model", "hcl", "system"},
    "aws": {"model"},
    "policy": {"model", "report", "system"},
    "report": {"model"},
    "starter": {"model", "system"},
    "suppress": {"model", "hcl", "policy", "system"},
    "system": set(),
    "run": {"model", "terraform", "aws", "policy", "suppress", "report", "starter", "system"},
    "migration": {"model", "report", "run", "system"},
    "fix": {"model", "hcl", "terraform", "aws", "policy", "report", "run", "system"},
    "readiness": {"model", "aws", "report", "run", "system"},
}

# What a part that does no input or output must not name.
OUTSIDE = {"io", "os", "pathlib", "shutil", "socket", "subprocess", "sys", "tempfile", "urllib", "http"}
PURE = ("model", "aws", "run/judge", "report", "hcl/values", "hcl/syntax")

# What scanned code could use against us.
NEVER = {"pickle", "marshal", "shelve", "ctypes"}
NEVER_CALLED = {"eval", "exec", "__import__", "compile", "breakpoint"}


@dataclass(frozen=True)
class Import:
    """One import statement, by the module it reaches. `deferred`: it does not run when the importing module loads."""

    name: str
    line: int
    deferred: bool


def module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


KNOWN = {module_name(path): path for path in MODULES}


@pytest.fixture(scope="module", autouse=True)
def trees() -> Iterator[None]:
    """Look for no garbage while the trees are held, which takes longer than reading them; then drop them."""
    gc.disable()
    yield
    gc.enable()
    for held in (parsed, nodes_of, _imports):
        held.cache_clear()


@functools.cache
def parsed(path: Path) -> ast.Module:
    """A file as a tree: read once for all tests, and not to be changed."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@functools.cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """All nodes of a file."""
    return tuple(ast.walk(parsed(path)))


def imports(path: Path) -> Iterator[Import]:
    """Every import in a file, those in functions and under TYPE_CHECKING as well."""

    return iter(_imports(path))


@functools.cache
def _imports(path: Path) -> tuple[Import, ...]:
    def walk(node: ast.AST, deferred: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                for alias in child.names:
                    yield Import(alias.name, child.lineno, deferred)
            elif isinstance(child, ast.ImportFrom):
                assert child.level == 0, f"{path}:{child.lineno}: a relative import hides what it reaches"
                base = child.module or ""
                for alias in child.names:
                    below = f"{base}.{alias.name}"
                    yield Import(below if below in KNOWN else base, child.lineno, deferred)
            else:
                later = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) or (
                    isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)
                )
                yield from walk(child, deferred or later)

    return tuple(walk(parsed(path), False))


def part_of(module: str) -> str:
    """The room a module is in: `imdsguard.hcl.values.types` is in `hcl`, `imdsguard.run.judge` in `run`."""
    pieces = module.split(".")
    return pieces[1] if len(pieces) > 1 else ""


def where(path: Path, found: Import) -> str:
    return f"{path.relative_to(HOUSE)}:{found.line} imports {found.name}"


def test_imports_run_one_way() -> None:
    wrong = [
        where(path, found)
        for path in MODULES
        for found in imports(path)
        if (part := part_of(module_name(path))) in ALLOWED
        and found.name.split(".")[0] == "imdsguard"
        and part_of(found.name) not in ALLOWED[part] | {part, "version"}
    ]
    assert wrong == []


def test_a_rule_sees_only_the_face() -> None:
    allowed = {"imdsguard", "__future__", "collections", "collections.abc", "dataclasses", "re", "typing"}
    assert [where(path, found) for path in RULES for found in imports(path) if found.name not in allowed] == []


def test_no_module_imports_a_rule() -> None:
    """A rule is found by the loader in a folder, so that adding one edits nothing."""
    ids = {path.stem for path in RULES}
    wrong = [
        where(path, found)
        for path in MODULES
        for found in imports(path)
        if found.name.split(".")[-1] in ids or found.name.startswith("imdsguard.checks")
    ]
    assert wrong == []


CIRCLES = (
    # An expression holds templates and brackets, which hold expressions: the parser hands itself to their readers.
    {"brackets", "parser", "string_literals", "template_parts", "template_tree"},
    # A type's record holds functions that are given the index of a root, and the index finds records by type.
    {"root_index", "capability", "registry", "resource_type"},
    # An envelope of user data holds formats that hold files, each of which may be in an envelope of its own.
    {"cloud_config", "envelope", "other_formats"},
    # A shell script is read command by command, and commands hold scripts: the readers hand each other what they find.
    {
        "shell",
        "shell_assignments",
        "shell_builtins",
        "shell_clients",
        "shell_commands",
        "shell_conditions",
        "shell_expansion",
        "shell_files",
        "shell_filters",
        "shell_interpreters",
        "shell_redirections",
        "shell_statements",
    },
)
"""Modules that need each other all the same, by their last names."""


def circles(graph: dict[str, set[str]]) -> list[tuple[str, ...]]:
    """The groups of modules that reach each other, sorted."""
    reached: dict[str, set[str]] = {}
    for name in graph:
        seen: set[str] = set()
        todo = [name]
        while todo:
            new = graph[todo.pop()] - seen
            seen |= new
            todo += new
        reached[name] = seen
    groups = {tuple(sorted(other for other in reached[name] if name in reached[other])) for name in graph}
    return sorted(group for group in groups if group)


def test_circles_are_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}) == [("b", "c")]


def test_no_modules_need_each_other() -> None:
    """Imports in functions and those for a type checker count: they show who must know whom.

    What is listed and needs each other no more goes from the list, so that it cannot come back unseen.
    """
    graph = {
        name: {found.name for found in imports(path) if found.name in KNOWN} - {name} for name, path in KNOWN.items()
    }
    groups = [{name.split(".")[-1] for name in group} for group in circles(graph)]
    new = [group for group in groups if group not in CIRCLES]
    ended = [known for known in CIRCLES if known not in groups]
    assert (new, ended) == ([], [])


def inside(path: Path) -> str:
    return path.relative_to(SOURCE / "imdsguard").with_suffix("").as_posix()


def stand_twice(names: Iterable[tuple[str, Path]]) -> dict[str, list[str]]:
    """Names that more than one file gives, with those files."""
    found: dict[str, list[str]] = {}
    for name, path in names:
        found.setdefault(name, []).append(inside(path))
    return {name: paths for name, paths in found.items() if len(paths) > 1}


def test_a_class_name_means_one_thing() -> None:
    classes = ((node.name, path) for path in MODULES for node in nodes_of(path) if isinstance(node, ast.ClassDef))
    assert stand_twice(classes) == {}


FORMATS = {"json", "yaml", "csv"}
"""A module of such a name is about the format in each of the rooms of a layer."""

NAMED_TWICE: dict[str, list[str]] = {}
"""Module names that stand twice in a layer all the same."""


def test_a_module_name_means_one_thing_within_a_layer() -> None:
    modules = (
        (f"{part_of(module_name(path))}: {path.stem}", path)
        for path in MODULES
        if path.stem not in FORMATS | {"__init__"} and part_of(module_name(path)) != "cli"
    )
    assert stand_twice(modules) == NAMED_TWICE


def test_the_core_does_no_input_or_output() -> None:
    core = [path for path in MODULES if inside(path).startswith(PURE)]
    reached = [where(path, found) for path in core for found in imports(path) if found.name.split(".")[0] in OUTSIDE]
    called = [
        f"{path.relative_to(HOUSE)}:{node.lineno} calls {node.func.id}"
        for path in core
        for node in nodes_of(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"open", "print"}
    ]
    assert reached + called == []


def test_nothing_can_run_what_it_reads() -> None:
    wrong = []
    for path in [*MODULES, *RULES]:
        tree = parsed(path)
        wrong += [where(path, found) for found in imports(path) if found.name.split(".")[0] in NEVER]
        wrong += [
            f"{path.relative_to(HOUSE)}:{node.lineno} calls {node.func.id}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NEVER_CALLED
        ]
    assert wrong == []


RUNS_OTHERS = ("terraform/driver/", "run/binary_plans", "suppress/git", "fix/formatting")
"""Where other programs are started: Terraform to plan, apply, show a plan and format, git for `--changed-since`."""


def test_other_programs_are_run_in_few_places() -> None:
    wrong = [
        where(path, found)
        for path in [*MODULES, *RULES]
        if path in RULES or not inside(path).startswith(RUNS_OTHERS)
        for found in imports(path)
        if found.name.split(".")[0] in {"subprocess", "pty", "multiprocessing"}
    ]
    assert wrong == []


def test_only_the_commands_know_the_command_line() -> None:
    """What a library call shares with them must not print, end the process, or speak of options through click."""
    below = [path for path in MODULES if not inside(path).startswith(("cli/", "__main__"))]
    wrong = [
        where(path, found)
        for path in below
        for found in imports(path)
        if found.name.split(".")[0] == "click" or found.name.startswith("imdsguard.cli")
    ]
    shown = [
        f"{path.relative_to(HOUSE)}:{node.lineno} uses sys.{node.attr}"
        for path in below
        for node in nodes_of(path)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in {("sys", "stdin"), ("sys", "stdout"), ("sys", "stderr"), ("sys", "exit")}
    ]
    assert wrong + shown == []


FILES = "system/files"
READS_PLANS = ("terraform/driver/steps", "terraform/driver/workdir")
"""Binary plans of any size, which we made ourselves, and the lock beside them."""
PATHS = ("system/paths", "terraform/boundary")
YAML = ("model/bounded_yaml", "hcl/functions/yaml", "run/known_modules")
"""There the bounds are. The second is `yamldecode`, which takes what Terraform's own reader does; the last one reads a
table of ours."""
FINDS_PROGRAMS = ("system/programs", "terraform/driver/find")
"""The second finds what a person named with its folder."""
MAKES_A_LOCK = "terraform/driver/workdir"


def writes(node: ast.AST) -> bool:
    """Whether it is a call that makes a file, or gives one its name."""
    if not isinstance(node, ast.Call):
        return False
    called = ast.unparse(node.func)
    mode = ast.unparse(node.args[1]) if called == "open" and len(node.args) > 1 else ""
    makes = called == "os.open" and "O_CREAT" in ast.unparse(node)
    return makes or called in {"os.replace", "os.rename", "os.link"} or any(letter in mode for letter in "wxa+")


def test_files_are_written_and_programs_are_found_in_one_place() -> None:
    """There the guards are: a file is whole or not there, and a program never comes out of the scanned code."""
    wrong = [
        f"{path.relative_to(HOUSE)}:{node.lineno}: {ast.unparse(node)}"
        for path in MODULES
        for node in nodes_of(path)
        if (writes(node) and inside(path) not in {FILES, MAKES_A_LOCK})
        or (
            isinstance(node, ast.Call)
            and ast.unparse(node.func) in {"which", "shutil.which"}
            and inside(path) not in FINDS_PROGRAMS
        )
    ]
    assert wrong == []


def outside_of(allowed: Iterable[str], called: set[str]) -> list[str]:
    """The calls of these functions in modules that are none of the allowed ones."""
    return [
        f"{path.relative_to(HOUSE)}:{node.lineno}: {ast.unparse(node)}"
        for path in MODULES
        if inside(path) not in allowed
        for node in nodes_of(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in called
    ]


def test_files_are_opened_in_one_place() -> None:
    """There the guards are: no waiting for a pipe, no device, no more bytes than were asked for."""
    opened = outside_of((FILES, *READS_PLANS), {"open", "os.open", "os.fdopen", "io.open"})
    assert [each for each in opened if "os.devnull" not in each] == []


def test_yaml_is_read_in_one_place() -> None:
    readers = {"load", "safe_load", "compose", "parse", "load_all", "compose_all", "scan"}
    assert outside_of(YAML, {f"yaml.{name}" for name in readers}) == []
    loaders = [
        f"{path.relative_to(HOUSE)}:{node.lineno}: {ast.unparse(node)}"
        for path in MODULES
        if inside(path) not in YAML
        for node in nodes_of(path)
        if isinstance(node, ast.Attribute) and node.attr.endswith("Loader") and ast.unparse(node.value) == "yaml"
    ]
    assert loaders == []


def is_joined_by_hand(node: ast.AST) -> bool:
    """Whether it asks for what lies behind a path that was put together on the spot, of text that nobody checked."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"inside", "_inside"}
        and any("os.path.join(" in ast.unparse(argument) for argument in node.args)
    )


def test_text_of_scanned_code_becomes_a_path_in_one_place() -> None:
    """`join_path` refuses what no file is called (a NUL, half a character); links are followed inside it."""
    of_people = {"terraform/source/console", "terraform/source/source_cache"}  # the folder that a command is run in
    followed = outside_of((*PATHS, *of_people), {"os.path.realpath", "realpath"})
    joined = [
        f"{path.relative_to(HOUSE)}:{node.lineno}: {ast.unparse(node)}"
        for path in MODULES
        if inside(path).startswith("terraform/source/") and inside(path) not in PATHS
        for node in nodes_of(path)
        if is_joined_by_hand(node)
    ]
    assert [each for each in followed if "/terraform/source/" in each] + joined == []


@pytest.mark.parametrize("path", [*MODULES, *RULES], ids=lambda path: path.relative_to(HOUSE).as_posix())
def test_a_file_is_one_idea(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST
    assert ast.get_docstring(ast.parse(text)), "says nowhere what it is for"


def listed_files() -> list[Path]:
    """What git tracks; in an unpacked source archive, everything there is."""
    if not (HOUSE / ".git").exists():
        return [path for path in HOUSE.rglob("*") if path.is_file() and ".venv" not in path.parts]
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=HOUSE, capture_output=True, check=True).stdout
    return [path for name in listing.decode().split("\0") if name and (path := HOUSE / name).is_file()]


def test_no_line_names_the_machine_it_was_written_on() -> None:
    machine = re.compile(rb"(?<![\w.$}/])/(?:work|home|root|Users|tmp)/[\w.]")
    examples = {"docs", "tests"}
    wrong = [
        f"{path.relative_to(HOUSE)}:{number}"
        for path in listed_files()
        if path.relative_to(HOUSE).parts[0] not in examples
        for number, line in enumerate(path.read_bytes().splitlines(), 1)
        if machine.search(line)
    ]
    assert wrong == []


REASONS = {"reason", "because", "unsure", "unreadable"}
"""What fields and variables are called that hold a `Reason`, or were made of one."""
REASONS_OF_PEOPLE = "suppress/"
"""Where a reason is the text that somebody gives in a comment."""
SEARCHES = {"startswith", "endswith", "partition", "rpartition", "split", "find", "index", "count", "removeprefix"}


def holds_a_reason(node: ast.AST) -> bool:
    """Whether an expression is a reason by its name, or one in words: `value.reason`, `sentence(...)`."""
    if isinstance(node, ast.Call):
        made = node.func.id if isinstance(node.func, ast.Name) else ""
        return made == "sentence" or (made == "str" and any(map(holds_a_reason, node.args)))
    if isinstance(node, ast.BoolOp):
        return any(map(holds_a_reason, node.values))
    return (node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")) in REASONS


def looks_at_words(node: ast.AST) -> bool:
    """Whether it decides by what a reason says: compares it with something else, or searches it."""
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        words = any(isinstance(each, (ast.Eq, ast.NotEq, ast.In, ast.NotIn)) for each in node.ops)
        return words and any(map(holds_a_reason, sides)) and not all(map(holds_a_reason, sides))
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    if node.func.attr in SEARCHES and holds_a_reason(node.func.value):
        return True
    return node.func.attr in {"match", "search", "fullmatch", "findall"} and any(map(holds_a_reason, node.args))


@pytest.mark.parametrize(
    "code",
    [
        'value.reason.endswith("without a value")',
        "doubt.reason == SUSPICION",
        '"computed" in sentence(value.reason)',
        "reason != FUNCTION",
        "PATTERN.search(reason)",
        'str(answer.reason or "").partition(": ")',
    ],
)
def test_a_look_at_the_words_of_a_reason_is_seen(code: str) -> None:
    assert any(map(looks_at_words, ast.walk(ast.parse(code))))


def test_nothing_is_decided_by_the_words_of_a_reason() -> None:
    """Its kind decides: words are for people, and may be worded better."""
    wrong = [
        f"{path.relative_to(HOUSE)}:{node.lineno}"
        for path in [*MODULES, *RULES]
        if path in RULES or not inside(path).startswith(REASONS_OF_PEOPLE)
        for node in nodes_of(path)
        if looks_at_words(node) and isinstance(node, ast.expr)
    ]
    assert wrong == []


def test_no_unfinished_work_is_left_in_the_source() -> None:
    unfinished = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
    wrong = [
        f"{path.relative_to(HOUSE)}:{number}: {line.strip()}"
        for path in [*MODULES, *RULES]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if unfinished.search(line)
    ]
    # A base class may leave a method to its subclasses; a function has nobody to leave it to.
    stubs = [
        f"{path.relative_to(HOUSE)}:{function.lineno}: {function.name}"
        for path in [*MODULES, *RULES]
        for function in parsed(path).body
        if isinstance(function, ast.FunctionDef)
        and any(isinstance(line, ast.Raise) and "NotImplementedError" in ast.dump(line) for line in function.body)
    ]
    assert wrong + stubs == []


def loaded(*arguments: str, cwd: Path) -> set[str]:
    """The modules in memory after the command ran in a fresh interpreter."""
    program = (
        "import sys\n"
        "from imdsguard.cli import main\n"
        "try:\n"
        "    main(sys.argv[1:])\n"
        "except SystemExit:\n"
        "    pass\n"
        "sys.stderr.write('\\n'.join(sorted(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=True,
        timeout=60,
    )
    return set(done.stderr.split())


HEAVY = {
    "rich",
    "jsonschema",
    "lark",
    "hcl2",
    "boto3",
    "botocore",
    *(() if sys.version_info < (3, 11) else ("typing_extensions",)),  # msgspec needs it on 3.10
    "yaml",
    "regex",
    "re2",
    "asyncio",
    "importlib.metadata",
    "pathlib",
    "imdsguard.hcl.functions",
    "imdsguard.hcl.syntax.json",
    "imdsguard.hcl.syntax.second_opinion",
    "imdsguard.terraform.source.console",
    "imdsguard.terraform.documents",
}


def test_asking_for_the_version_loads_nothing_heavy(tmp_path: Path) -> None:
    assert loaded("--version", cwd=tmp_path) & (HEAVY | {"click", "dataclasses", "msgspec", "threading"}) == set()


def test_scanning_a_literal_file_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'resource "aws_instance" "web" {\n  metadata_options {\n    http_tokens = "required"\n  }\n}\n'
    )
    assert loaded("scan", ".", cwd=tmp_path) & HEAVY == set()


def test_no_test_looks_at_a_clock() -> None:
    """A busy machine makes no test fail: work is counted, memory measured, and `timeout` marks are the bound."""
    clock = re.compile(r"\btime\.(monotonic|perf_counter|process_time|time)(_ns)?\(")
    waits = {"tests/end_to_end/terraforms.py"}  # waits for another process, and asserts nothing about it
    tests = sorted((HOUSE / "tests").rglob("*.py"))
    found = {path.relative_to(HOUSE).as_posix() for path in tests if clock.search(path.read_text(encoding="utf-8"))}
    assert found == waits


def test_records_are_replaced_by_what_is_made_for_them() -> None:
    """`dataclasses.replace` takes a hundred times as long for a record as `model.record.replace`."""
    found = [
        path.relative_to(SOURCE).as_posix()
        for path in MODULES
        for node in nodes_of(path)
        if isinstance(node, ast.ImportFrom)
        and node.module == "dataclasses"
        and "replace" in {alias.name for alias in node.names}
    ]
    assert found == ["imdsguard/model/record.py"], "that one is for type checkers"
