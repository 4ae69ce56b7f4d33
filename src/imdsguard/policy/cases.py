"""A policy's own tests: what they give, and how what was found is held against what they expect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.finding import Finding, Verdict
from imdsguard.model.record import record
from imdsguard.model.severity import Severity
from imdsguard.model.suppression import Means
from imdsguard.policy.errors import Complaints, PolicyError
from imdsguard.policy.exemption import day_of
from imdsguard.policy.match import matches_any, matches_word
from imdsguard.policy.nodes import Items, Node, Scalar, Table, kind_of
from imdsguard.policy.shapes import refuse_others, sentence_of, table_of, word_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imdsguard.model.place import Place

_EXPECTED_KEYS = ("rule", "address", "verdict", "severity", "region", "message", "suppressed")
_CASE_KEYS = ("today", "only", "variables", "var_files", "expected")
_INLINE_KEYS = ("name", "terraform", "files")
_FILE_KEYS = ("policy", "today", "only", "cases")
_ANY = "yes"
_NOT = "no"
_SUPPRESSED = (_ANY, "true", _NOT, "false", Means.EXEMPTION.value)


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


def read_expected(node: Node, name: str) -> Case:
    """Read an `expected.yaml`: a list of what is expected, or a mapping that has one. Raises `PolicyError`."""
    if isinstance(node, Items):
        return Case(name, _expected(node), node.place)
    table = table_of(node, "a test")
    wrong = Complaints()
    refuse_others(table, "a test", _CASE_KEYS, wrong)
    case = wrong.attempt(_case, table, name)
    wrong.raise_if_any()
    assert case is not None
    return case


def read_cases(node: Node, name: str) -> tuple[str | None, tuple[Case, ...]]:
    """Read a `*.test.yaml`: the policy that it names, and its cases. Raises `PolicyError`."""
    table = table_of(node, "a file of tests")
    wrong = Complaints()
    refuse_others(table, "a file of tests", _FILE_KEYS, wrong)
    policy, cases = table.get("policy"), table.get("cases")
    named = wrong.attempt(sentence_of, policy, "policy") if policy else None
    if not isinstance(cases, Items) or not cases.items:
        wrong.add("a file of tests needs `cases`: a list of tests", cases.place if cases else table.place)
        found = []
    else:
        found = [wrong.attempt(_inline, item, table, name) for item in cases.items]
    wrong.raise_if_any()
    return named, tuple(case for case in found if case is not None)


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


def _inline(node: Node, file: Table, name: str) -> Case:
    table = table_of(node, "a test")
    wrong = Complaints()
    refuse_others(table, "a test", (*_INLINE_KEYS, *_CASE_KEYS), wrong)
    title = table.get("name")
    if title is None:
        wrong.add("a test needs a `name`", table.place)
    named = wrong.attempt(sentence_of, title, "name") if title else None
    files = wrong.attempt(_files, table)
    case = wrong.attempt(_case, table, f"{name}: {named or ''}", files or (), file)
    wrong.raise_if_any()
    assert case is not None
    return case


def _case(table: Table, name: str, files: tuple[tuple[str, str], ...] = (), above: Table | None = None) -> Case:
    wrong = Complaints()

    def given(key: str) -> Node | None:
        return table.get(key) or (above.get(key) if above else None)

    day, only, expected = given("today"), given("only"), table.get("expected")
    variables, var_files = table.get("variables"), table.get("var_files")
    if expected is None:
        wrong.add("a test needs `expected`: a list, which may be empty", table.place)
    listed = wrong.attempt(_expected, expected) if expected else None
    today = wrong.attempt(day_of, day, "today") if day else None
    globs = wrong.attempt(words_of, only, "only") if only else None
    values = wrong.attempt(_variables, variables) if variables else None
    paths = wrong.attempt(words_of, var_files, "var_files") if var_files else None
    wrong.raise_if_any()
    return Case(name, listed or (), table.place, files, values or (), paths or (), globs or (), today)


def _variables(node: Node) -> tuple[str, ...]:
    """Give `name=value` as `--var` takes it; lists and objects are written as Terraform text."""
    found = []
    for key, value in table_of(node, "variables").entries:
        if not isinstance(value, Scalar):
            raise PolicyError(f"{key.text} must be a word or a text in Terraform's language", value.place)
        found.append(f"{key.text}={value.text}")
    return tuple(found)


def _files(table: Table) -> tuple[tuple[str, str], ...]:
    text, files = table.get("terraform"), table.get("files")
    if (text is None) == (files is None):
        raise PolicyError("a test needs either `terraform` (a text) or `files` (a mapping)", table.place)
    if text is not None:
        return (("main.tf", sentence_of(text, "terraform")),)
    found = []
    for name, value in table_of(files, "files").entries if files else ():
        parts = name.text.split("/")
        if any(part in ("", ".", "..") for part in parts) or any(c in name.text for c in "\0\\:"):
            raise PolicyError(f"a file of a test lies below it, which {kind_of(name)} does not", name.place)
        found.append((name.text, sentence_of(value, name.text)))
    return tuple(found)


def _expected(node: Node) -> tuple[Expected, ...]:
    if not isinstance(node, Items):
        raise PolicyError(f"expected must be a list, not {kind_of(node)}", node.place)
    wrong = Complaints()
    found = [wrong.attempt(_entry, item) for item in node.items]
    wrong.raise_if_any()
    return tuple(each for each in found if each is not None)


def _entry(node: Node) -> Expected:
    table = table_of(node, "an expected finding")
    wrong = Complaints()
    refuse_others(table, "an expected finding", _EXPECTED_KEYS, wrong)
    words: dict[str, str] = {}
    known = {
        "verdict": tuple(each.value for each in Verdict),
        "severity": tuple(each.value for each in Severity),
        "suppressed": _SUPPRESSED,
    }
    for key, value in table.entries:
        if key.text in known:
            words[key.text] = wrong.attempt(word_of, value, key.text, known[key.text]) or ""
        elif key.text in _EXPECTED_KEYS:
            words[key.text] = wrong.attempt(sentence_of, value, key.text) or ""
    for needed in ("rule", "address"):
        if needed not in words:
            wrong.add(f"an expected finding needs `{needed}`", table.place)
    wrong.raise_if_any()
    suppressed = words.get("suppressed", _NOT)
    return Expected(
        rule=words["rule"],
        address=words["address"],
        place=table.place,
        verdict=Verdict(words.get("verdict", Verdict.FAIL.value)),
        severity=Severity(words["severity"]) if "severity" in words else None,
        region=words.get("region"),
        message=words.get("message"),
        suppressed={"true": _ANY, "false": _NOT}.get(suppressed, suppressed),
    )
