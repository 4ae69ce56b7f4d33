"""A policy's own tests: what they give, and how what was found is held against what they expect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imdsguard.model.finding import Finding, Verdict
from imdsguard.model.record import record, replace
from imdsguard.model.severity import Severity
from imdsguard.model.suppression import Means
from imdsguard.policy.declaration import (
    SCALAR,
    About,
    Choice,
    ListOf,
    Mapped,
    Names,
    PolicyKey,
    Sentence,
    Special,
    Words,
    schema_of,
)
from imdsguard.policy.errors import Complaints, PolicyError
from imdsguard.policy.exemption import DAY
from imdsguard.policy.match import matches_any, matches_word
from imdsguard.policy.nodes import Items, Node, Scalar, Table
from imdsguard.policy.shapes import sentence_of, word_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imdsguard.model.place import Place
    from imdsguard.policy.declaration import Definitions

_ANY = "yes"
_NOT = "no"
_SUPPRESSED = {_ANY: _ANY, "true": _ANY, _NOT: _NOT, "false": _NOT, Means.EXEMPTION.value: Means.EXEMPTION.value}
"""What may be written of `suppressed`, and which word stands for it."""


@record(frozen=True, slots=True)
class Expected:
    """One entry of `expected`: the findings of a rule for an address. What is not given is not compared.

    `suppressed` is `exemption`, `yes` (the same: a test applies no comments), or `no`, which it is unless it says so.
    """

    rule: str
    address: str
    place: Place
    verdict: Verdict = Verdict.FAIL
    severity: Severity | None = None
    region: str | None = None
    message: str | None = None
    suppressed: str = _NOT

    def __str__(self) -> str:
        return " ".join(
            (self.rule, self.address, self.verdict.value, *([self.severity.value] if self.severity else ()))
        )

    def about(self, finding: Finding) -> bool:
        """Whether a finding is one of those that are meant."""
        region = self.region is None or self.region == finding.region
        return finding.rule == self.rule and finding.address == self.address and region

    def differences(self, finding: Finding) -> list[str]:
        """Say where a finding is not as expected."""
        found = []
        if finding.verdict is not self.verdict:
            found.append(f"the verdict is {finding.verdict.value}, not {self.verdict.value}")
        elif self.severity is not None and finding.severity is not self.severity:
            found.append(f"the severity is {finding.severity.value}, not {self.severity.value}")
        means = finding.suppressed.means.value if finding.suppressed is not None else None
        if not (self.suppressed == means or self.suppressed == (_ANY if means else _NOT)):
            found.append(f"it is {f'suppressed by {means}' if means else 'not suppressed'}")
        if self.message is not None and not matches_word(finding.message, self.message):
            found.append(f"the message is: {finding.message}")
        return found


@record(frozen=True, slots=True)
class Case:
    """One test. `files` are given in the test itself; where there are none, they lie in the test's folder.

    `only` are globs of the rules that are compared; without it all are.
    """

    name: str
    expected: tuple[Expected, ...]
    place: Place
    files: tuple[tuple[str, str], ...] = ()
    variables: tuple[str, ...] = ()
    var_files: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    today: str | None = None


@record(frozen=True, slots=True)
class CaseFile:
    """A `*.test.yaml`: its cases, and the policy that it names, if it names one."""

    cases: tuple[Case, ...]
    policy: str | None = None


def read_expected(node: Node, name: str) -> Case:
    """Read an `expected.yaml`: a list of what is expected, or a mapping that has one. Raises `PolicyError`."""
    if isinstance(node, Items):
        return Case(name, EXPECTED.read(node, About("expected")), node.place)
    case: Case = FOLDER.read(node, About("a test"))
    return replace(case, name=name)


def read_cases(node: Node, name: str) -> CaseFile:
    """Read a `*.test.yaml`, which messages call `name`. Raises `PolicyError`."""
    file: CaseFile = FILE.read(node, About("a file of tests"))
    return replace(file, cases=tuple(replace(case, name=f"{name}: {case.name}") for case in file.cases))


def mismatches(case: Case, findings: Sequence[Finding]) -> list[str]:
    """Say what is not as expected: missing, different, unexpected. Passes count only where one is expected."""
    compared = [f for f in findings if not case.only or matches_any(f.rule, case.only)]
    said: list[str] = []
    explained: set[int] = set()
    for each in case.expected:
        about = [n for n, finding in enumerate(compared) if each.about(finding)]
        fitting = [n for n in about if not each.differences(compared[n])]
        explained.update(fitting)
        if fitting:
            continue
        others = [n for n in about if compared[n].verdict is not Verdict.PASS] or about
        if not others:
            said.append(f"missing     {each}")
        for number in others:
            explained.add(number)
            said.append(f"different   {each}: {'; '.join(each.differences(compared[number]))}")
    said += [f"unexpected  {_named(f)}" for f in _unexplained(compared, explained)]
    return list(dict.fromkeys(said))


def _unexplained(findings: Sequence[Finding], explained: set[int]) -> Iterable[Finding]:
    return (f for n, f in enumerate(findings) if n not in explained and f.verdict is not Verdict.PASS)


def _named(finding: Finding) -> str:
    by = f", suppressed by {finding.suppressed.means.value}" if finding.suppressed is not None else ""
    words = f"{finding.rule} {finding.address} {finding.verdict.value} {finding.severity.value}{by}"
    return f"{words} ({finding.place}: {finding.message})"


def cases_schema() -> dict[str, Any]:
    """Write the JSON Schema of a `*.test.yaml` and of an `expected.yaml`."""
    definitions: Definitions = {}
    several = [schema_of(shape, definitions) for shape in (FILE, FOLDER, EXPECTED)]
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "tests of an imdsguard policy",
        "description": "A *.test.yaml with its tests, or the expected.yaml of one test that is a folder.",
        "anyOf": several,
        "definitions": definitions,
    }


def _of_expected(table: Table, given: dict[str, Any], _: About) -> Expected:
    suppressed = _SUPPRESSED[given.pop("suppressed", _NOT)]
    for key, kind in (("verdict", Verdict), ("severity", Severity)):
        if key in given:
            given[key] = kind(given[key])
    return Expected(place=table.place, suppressed=suppressed, **given)


def _of_case(table: Table, given: dict[str, Any], _: About) -> Case:
    """Make a case; that of a folder gets its name from whoever read it."""
    text = given.pop("terraform", None)
    files = (("main.tf", text),) if text is not None else tuple(given.pop("files", {}).items())
    values = tuple(f"{name}={value}" for name, value in given.pop("variables", {}).items())
    return Case(given.pop("name", ""), place=table.place, files=files, variables=values, **given)


def _of_file(_: Table, given: dict[str, Any], __: About) -> CaseFile:
    """Give each case what the file says of all, where it does not say it itself."""
    today, only = given.get("today"), given.get("only", ())
    cases = (replace(case, today=case.today or today, only=case.only or only) for case in given["cases"])
    return CaseFile(tuple(cases), given.get("policy"))


def _has_code(table: Table, _: dict[str, Any], wrong: Complaints) -> None:
    if (table.get("terraform") is None) == (table.get("files") is None):
        wrong.add("a test needs either `terraform` (a text) or `files` (a mapping)", table.place)


def _value(node: Node, about: About) -> str:
    if not isinstance(node, Scalar):
        raise PolicyError(f"{about.what} must be a word or a text in Terraform's language", node.place)
    return node.text


def _file(node: Node, about: About) -> str:
    """Read a file's text; its name, which `about` has, must lead nowhere else."""
    parts = about.what.split("/")
    if any(part in ("", ".", "..") for part in parts) or any(c in about.what for c in "\0\\:"):
        name = f'"{about.what[:60]}"' if about.what else "nothing"
        raise PolicyError(f"a file of a test lies below it, which {name} does not", about.place)
    return sentence_of(node, about.what)


def _suppressed(node: Node, about: About) -> str:
    return word_of(node, about.what, tuple(_SUPPRESSED))


_SENTENCE = Sentence()
_EXPECTED_FINDING = Mapped(
    "an expected finding",
    (
        PolicyKey("rule", _SENTENCE, "The rule's id.", needed="an expected finding needs `rule`"),
        PolicyKey(
            "address", _SENTENCE, "Terraform's address of the resource.", needed="an expected finding needs `address`"
        ),
        PolicyKey(
            "verdict",
            Choice(tuple(each.value for each in Verdict)),
            "What the rule finds.",
            default=Verdict.FAIL.value,
        ),
        PolicyKey(
            "severity",
            Choice(tuple(each.value for each in Severity)),
            "How bad it is under the policy. Without it: however bad.",
        ),
        PolicyKey("region", _SENTENCE, "The Region, where a rule is asked once for each."),
        PolicyKey("message", _SENTENCE, "A glob that the message fits.", examples=("*http_tokens*",)),
        PolicyKey(
            "suppressed",
            Special(_suppressed, lambda _: {"enum": [*_SUPPRESSED, True, False]}),
            "Whether the policy exempts it: exemption, yes (the same), or no.",
            default=_NOT,
        ),
    ),
    _of_expected,
    name="expected_finding",
)
EXPECTED = ListOf(_EXPECTED_FINDING, "expected findings", of="a test", name="expected")
_TODAY = PolicyKey(
    "today", DAY, "The day on which the policy is tested, for exemptions that end.", examples=("2027-03-31",)
)
_ONLY = PolicyKey(
    "only", Words(), "Rules that are compared, by id or glob. Without it: all.", examples=(["prod-*", "exemption-*"],)
)
_CASE_KEYS = (
    _TODAY,
    _ONLY,
    PolicyKey(
        "variables",
        Names(Special(_value, lambda _: {"type": [*SCALAR, "null"]})),
        "Values of variables, as --var takes them: a word, or a text in Terraform's language.",
    ),
    PolicyKey("var_files", Words(), "Files with values, as --var-file takes them."),
    PolicyKey(
        "expected",
        EXPECTED,
        "All findings that the policy must make of the code, but for what passes.",
        needed="a test needs `expected`: a list, which may be empty",
    ),
)
FOLDER = Mapped("a test", _CASE_KEYS, _of_case, name="folder")
"""The `expected.yaml` of a test that is a folder."""
_CASE = Mapped(
    "a test",
    (
        PolicyKey("name", _SENTENCE, "What the test shows.", needed="a test needs a `name`"),
        PolicyKey("terraform", _SENTENCE, "The code that is judged, as one main.tf."),
        PolicyKey(
            "files",
            Names(Special(_file, lambda _: {"type": SCALAR, "pattern": "\\S"}), r"^[^/\\:]+(/[^/\\:]+)*$"),
            "The code that is judged, by file; paths are relative to the test's own folder.",
        ),
        *_CASE_KEYS,
    ),
    _of_case,
    name="case",
    check=_has_code,
    more={"oneOf": [{"required": ["terraform"]}, {"required": ["files"]}]},
)
_NO_CASES = "a file of tests needs `cases`: a list of tests"
FILE = Mapped(
    "a file of tests",
    (
        PolicyKey(
            "policy",
            _SENTENCE,
            "The policy that is tested: a path relative to this file, or a policy that imdsguard ships. Without it: "
            "policy.yaml in the tested folder, else the policy of the project.",
        ),
        _TODAY,
        _ONLY,
        PolicyKey(
            "cases",
            ListOf(_CASE, "tests", of="a file of tests", empty=_NO_CASES),
            "The tests.",
            needed=_NO_CASES,
        ),
    ),
    _of_file,
    name="file",
)
"""A `*.test.yaml`."""
