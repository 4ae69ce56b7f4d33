"""Turn a folder of checks into rules.

A folder becomes a private package under a name of its own, so that files of one name in two folders do not meet, and
`sys.path` stays as it is. Each file is one rule; files that start with `_` are what the rules of the folder share.
"""

from __future__ import annotations

import os
import re
import sys
from importlib import import_module
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from imdsguard.model.rule import SUBJECTS, Rule
from imdsguard.model.severity import Severity
from imdsguard.policy.shipped import shipped_folder
from imdsguard.system.files import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_FIXED = re.compile(rb"^FIXED = True\b", re.MULTILINE)
_RESERVED = ("severity", "on_unknown", "on_deployed", "off")


class RuleError(Exception):
    """A rule that cannot be used. It stops the run: a rule that is left out looks like a rule that found nothing."""

    def __init__(self, file: str, message: str) -> None:
        super().__init__(f"{file}: {message}")
        self.file = file
        self.message = message


def rule_files(folders: Sequence[str] = ()) -> dict[str, str]:
    """Give the file of every rule by its id: those we ship, then those of `folders`. No rule is imported.

    Raises `RuleError` for a folder that cannot be listed, a name that makes no id, and an id that is there twice.
    """
    found: dict[str, str] = {}
    for folder in (shipped_folder("checks"), *folders):
        try:
            names = sorted(name for name in os.listdir(folder) if name.endswith(".py") and name[0] not in "._")
        except OSError as error:
            raise RuleError(folder, f"this folder of rules cannot be read: {error.strerror}") from None
        for name in names:
            file = f"{folder}/{name}"
            stem = name.removesuffix(".py")
            if not _NAME.fullmatch(stem):
                raise RuleError(file, "the name of a rule's file is lower-case words joined by underscores")
            rule = stem.replace("_", "-")
            if rule in found:
                raise RuleError(file, f"there is a rule {rule} already ({found[rule]})")
            found[rule] = file
    return found


def load_rules(files: Mapping[str, str], ids: Iterable[str] | None = None) -> tuple[Rule, ...]:
    """Import the rules `ids` (all if None) out of what `rule_files` gave. Raises `RuleError` for the first bad one."""
    return tuple(_load(rule, files[rule]) for rule in (files if ids is None else ids))


def fixed_rules(files: Mapping[str, str], ids: Iterable[str]) -> tuple[str, ...]:
    """Give those of `ids` whose file has a line `FIXED = True`, told without importing it: they are off."""
    found = []
    for rule in ids:
        try:
            found += [rule] if _FIXED.search(read_bytes(files[rule])) else []
        except OSError:
            continue
    return tuple(found)


def _load(rule: str, file: str) -> Rule:
    folder, _, name = file.rpartition("/")
    try:
        module = import_module(f"{_package(folder)}.{name.removesuffix('.py')}")
    except (Exception, SystemExit) as error:
        raise RuleError(file, _import_fault(error)) from error
    page = (module.__doc__ or _docstring(file)).strip()
    if not page:
        raise RuleError(file, "a rule needs a docstring: it is the rule's page")
    severity = getattr(module, "SEVERITY", None)
    if not isinstance(severity, Severity):
        raise RuleError(file, "a rule needs SEVERITY, one of Severity.ERROR, Severity.WARNING and Severity.NOTE")
    parameters = getattr(module, "Parameters", None)
    if parameters is not None:
        _refuse_bad_parameters(file, parameters)
    check = getattr(module, "check", None)
    wants = _wants(file, check, has_parameters=parameters is not None)
    controls = {str(key): tuple(ids) for key, ids in getattr(module, "CONTROLS", {}).items()}
    fixed, example = getattr(module, "FIXED", False) is True, getattr(module, "EXAMPLE", False) is True
    scripts = getattr(module, "SCRIPTS", False) is True
    return Rule(rule, file, severity, _dedent(page), check, wants, parameters, controls, fixed, example, scripts)  # type: ignore[arg-type]


def _docstring(file: str) -> str:
    """Read a rule's docstring out of its file: Python drops it with -OO (PYTHONOPTIMIZE=2)."""
    if sys.flags.optimize < 2:
        return ""
    import ast

    return ast.get_docstring(ast.parse(read_bytes(file), file), clean=False) or ""


def _package(folder: str) -> str:
    """Give the name of the package that stands for a folder, made on first use."""
    real = os.path.realpath(folder)
    name = "_imdsguard_checks_" + real.encode("utf-8", "surrogateescape").hex()
    if name not in sys.modules:
        package = ModuleType(name, "Rules of one folder.")
        package.__path__ = [real]
        sys.modules[name] = package
    return name


def _import_fault(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return f"this rule is not Python: {error.msg} (line {error.lineno})"
    return f"this rule cannot be imported: {type(error).__name__}: {error}"


def _wants(file: str, check: object, *, has_parameters: bool) -> tuple[str, ...]:
    """Read from the annotations of `check` what it is to be called with."""
    if not isinstance(check, FunctionType):
        raise RuleError(file, "a rule needs a function `check`")
    code = check.__code__
    if code.co_flags & 0x0C or code.co_kwonlyargcount:
        raise RuleError(file, "`check` takes positional parameters only, each annotated with what it wants")
    names = code.co_varnames[: code.co_argcount]
    wants = tuple(_last_word(check.__annotations__.get(name)) for name in names)
    allowed = (*SUBJECTS, "Parameters")
    for name, want in zip(names, wants, strict=True):
        if want not in allowed:
            said = f"is annotated {want}" if want else "is not annotated"
            raise RuleError(file, f"the parameter {name} of `check` {said}; it can be one of {', '.join(allowed)}")
    subjects = [want for want in wants if want in SUBJECTS]
    if not subjects:
        raise RuleError(file, f"`check` must take its subject, one of {', '.join(SUBJECTS)}")
    if len(set(wants)) < len(wants) or set(subjects[1:]) - {"Estate"}:
        raise RuleError(file, "`check` takes one subject, and besides it at most the Parameters and the Estate")
    if "Parameters" in wants and not has_parameters:
        raise RuleError(file, "`check` wants Parameters, but the rule declares none")
    return wants


def _refuse_bad_parameters(file: str, parameters: object) -> None:
    from dataclasses import fields, is_dataclass

    settings: Any = getattr(parameters, "__dataclass_params__", None)
    if not isinstance(parameters, type) or not is_dataclass(parameters) or not getattr(settings, "frozen", False):
        raise RuleError(file, "Parameters must be a frozen dataclass")
    try:
        parameters()
    except TypeError:
        raise RuleError(file, "every field of Parameters needs a default") from None
    for field in fields(parameters):
        if field.name in _RESERVED:
            raise RuleError(file, f"a parameter cannot be named {field.name}: policies use that word for themselves")


def _last_word(annotation: object) -> str:
    """`Launch` of `Launch`, "Launch" and `imdsguard.Launch`."""
    text = annotation.__name__ if isinstance(annotation, type) else annotation
    return text.strip("\"' ").rpartition(".")[2] if isinstance(text, str) else ""


def _dedent(page: str) -> str:
    """Take the indentation off that a docstring has if it was not written at the margin."""
    first, newline, rest = page.partition("\n")
    if not newline:
        return first
    margins = [len(line) - len(line.lstrip()) for line in rest.splitlines() if line.strip()]
    cut = min(margins, default=0)
    return "\n".join([first.rstrip(), *(line[cut:].rstrip() for line in rest.splitlines())])
