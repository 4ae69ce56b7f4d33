"""A policy's own tests: small pieces of Terraform, judged under it, and held against what the tests expect."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.model.record import record
from imdsguard.policy.errors import PolicyError
from imdsguard.system.files import read_head, write_in_scratch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from imdsguard.model.finding import Finding
    from imdsguard.model.rule import Rule
    from imdsguard.policy.cases import Case, CaseFile
    from imdsguard.policy.policy import Policy

EXPECTED = ("expected.yaml", "expected.yml")
INLINE = (".test.yaml", ".test.yml")
OWN_POLICY = "policy.yaml"


@record(frozen=True, slots=True)
class CaseResult:
    """What became of one test. `faults` keep it from being run, `said` is what is not as expected."""

    name: str
    said: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def run_tests(paths: Sequence[str], policy: str | None, checks: Sequence[str]) -> list[CaseResult]:
    """Run every test below `paths`. Raises `PolicyError` for a policy that cannot be used, and where no test is."""
    bench = _Bench(checks)
    results = [result for path in paths for result in bench.run(path.rstrip("/" + os.sep) or path, policy)]
    if not results:
        raise PolicyError(f"there are no tests below {', '.join(paths)}: no {EXPECTED[0]}, no *{INLINE[0]}")
    return results


class _Bench:
    """Reads each policy once."""

    def __init__(self, checks: Sequence[str]) -> None:
        self._checks = checks
        self._policies: dict[str | None, tuple[Policy, tuple[Rule, ...]]] = {}

    def run(self, path: str, policy: str | None) -> Iterator[CaseResult]:
        """Run the tests below a folder, or in one file."""
        if not os.path.lexists(path):
            raise PolicyError(f"there is no folder {path}")
        own = os.path.join(path if os.path.isdir(path) else os.path.dirname(path), OWN_POLICY)
        usual = policy or (own if os.path.isfile(own) else None)
        self._bound(usual)  # a policy that cannot be used is said once, and not by every test
        files = [path] if os.path.isfile(path) else _files(path)
        for file in files:
            try:
                read = _read(file, path)
                named, cases = read.policy, read.cases
                beside = os.path.join(os.path.dirname(file), named) if named and _is_path(named) else named
                bound = self._bound(policy or beside or usual)
            except PolicyError as error:
                yield CaseResult(_shown(file), faults=tuple(str(each) for each in error.all()))
                continue
            for case in cases:
                faults = self._compares_nothing(case, bound[0])
                folder = os.path.dirname(file) or "."
                yield CaseResult(case.name, faults=faults) if faults else _run(case, folder, *bound)

    def _compares_nothing(self, case: Case, policy: Policy) -> tuple[str, ...]:
        """Say which globs of `only` mean no rule: a test that compares none would pass whatever is found."""
        from imdsguard.policy.errors import nearest
        from imdsguard.policy.match import matches_word
        from imdsguard.policy.read import RESERVED
        from imdsguard.run.rules import rule_files

        known = (*rule_files(self._checks), *RESERVED, *(rule.id for rule in policy.rules)) if case.only else ()
        wrong = [glob for glob in case.only if not any(matches_word(rule, glob) for rule in known)]
        return tuple(f'{case.place}: only: there is no rule "{glob}"{nearest(glob, known)}' for glob in wrong)

    def _bound(self, policy: str | None) -> tuple[Policy, tuple[Rule, ...]]:
        if policy not in self._policies:
            from imdsguard.run.config import select_rules

            self._policies[policy] = select_rules(policy, self._checks, base="")
        return self._policies[policy]


def _files(folder: str) -> list[str]:
    """Give the files that hold tests, in order; links to folders are not followed."""
    found = []
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [
            os.path.normpath(os.path.join(here, name))
            for name in sorted(names)
            if name in EXPECTED or name.endswith(INLINE)
        ]
    return sorted(found)


def _read(file: str, top: str) -> CaseFile:
    from imdsguard.policy.cases import CaseFile, read_cases, read_expected
    from imdsguard.policy.yaml import LARGEST, read_nodes

    shown = _shown(file)
    try:
        if os.path.exists(file) and not os.path.isfile(file):
            raise PolicyError(f"{shown} is not a file")
        node = read_nodes(read_head(file, LARGEST + 1), shown)
    except OSError as error:
        raise PolicyError(f"{shown} cannot be read: {error.strerror}") from None
    if os.path.basename(file) not in EXPECTED:
        return read_cases(node, os.path.relpath(file, os.path.dirname(top) or ".").replace(os.sep, "/"))
    name = os.path.relpath(os.path.dirname(file) or ".", os.path.dirname(top) or ".").replace(os.sep, "/")
    return CaseFile((read_expected(node, name),))


def _run(case: Case, folder: str, policy: Policy, rules: tuple[Rule, ...]) -> CaseResult:
    from tempfile import TemporaryDirectory

    if not case.files:
        return _judged(case, folder, policy, rules)
    with TemporaryDirectory(prefix="imdsguard-") as made:
        for name, text in case.files:
            file = os.path.join(made, *name.split("/"))
            os.makedirs(os.path.dirname(file), exist_ok=True)
            write_in_scratch(file, text.encode())
        return _judged(case, made, policy, rules)


def _judged(case: Case, folder: str, policy: Policy, rules: tuple[Rule, ...]) -> CaseResult:
    """Judge the code in a folder as if that were the working directory, and compare."""
    from imdsguard.aws.types.registry import supported_types
    from imdsguard.policy.cases import mismatches
    from imdsguard.run.judge import judge
    from imdsguard.run.reading import estate_of
    from imdsguard.terraform.inputs import Inputs
    from imdsguard.terraform.read import read

    inputs = Inputs(variables=case.variables, var_files=case.var_files, working_directory=folder)
    reading = read(_inputs(folder), inputs, supported_types())
    try:
        found = estate_of(reading.roots, reading.problems, policy.assumptions)
    except PolicyError as error:
        return CaseResult(case.name, faults=(str(error),))
    outcome = judge(found.estate, rules, policy)
    problems = found.problems + outcome.problems
    findings = _exempted(outcome.findings, policy, rules, case.today)
    return CaseResult(case.name, tuple(mismatches(case, findings)), tuple(str(problem) for problem in problems))


def _exempted(
    findings: tuple[Finding, ...], policy: Policy, rules: tuple[Rule, ...], day: str | None
) -> tuple[Finding, ...]:
    """Hold the exemptions against it. A test is never the whole project: no exemption is called unused."""
    if not policy.exemptions:
        return findings
    from imdsguard.policy.exempt import exempt
    from imdsguard.run.today import today

    return exempt(findings, policy, day or today(), rules)


def _inputs(folder: str) -> list[str]:
    """Give what to read in a test's folder: the code, and documents in JSON that lie beside `expected.yaml`."""
    from imdsguard.terraform.source.folder import is_configuration

    documents = sorted(
        name for name in os.listdir(folder) if name.endswith((".json", ".tfstate")) and not is_configuration(name)
    )
    code = any(is_configuration(name) for _, _, names in os.walk(folder) for name in names)
    return ["."] * code + documents if code or documents else ["."]


def _is_path(name: str) -> bool:
    return name.endswith((".yaml", ".yml")) or "/" in name


def _shown(file: str) -> str:
    return file.replace(os.sep, "/")
