"""Expressions evaluated inside a configuration, as in `terraform console`, without init, providers or credentials."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.hcl.syntax.source import OpinionBudget
from imdsguard.model.place import Place
from imdsguard.model.problem import Problem
from imdsguard.terraform.boundary import boundary_of
from imdsguard.terraform.source.source_cache import SourceCache
from imdsguard.terraform.source.tree import load
from imdsguard.terraform.source.undeclared import NOT_DECLARED, nearest_of, undeclared_values
from imdsguard.terraform.workspace import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.hcl.values.value import Value
    from imdsguard.model.reason import Reason
    from imdsguard.terraform.inputs import Inputs


class Console:
    """An open root module; `say` puts reasons into words. Raises `NotADirectoryError` if there is no such folder."""

    def __init__(self, directory: str, inputs: Inputs, say: Callable[[Reason], str]) -> None:
        self._say = say
        folder = os.path.realpath(os.path.join(inputs.working_directory, directory))
        if not os.path.isdir(folder):
            raise NotADirectoryError(directory)
        boundary = boundary_of(folder, inputs.working_directory)
        self._cache = SourceCache(inputs.working_directory, boundary, OpinionBudget())
        self._tree = load(folder, self._cache, inputs)
        if self._tree.evaluation.workspace is None:
            self._tree.evaluation.workspace = DEFAULT  # as in Terraform's console
        self._refuse_undeclared(inputs)

    def _refuse_undeclared(self, inputs: Inputs) -> None:
        """Report names of `--var` that the root module does not declare: Terraform refuses them."""
        for kind, text in inputs.given():
            name, equals, _ = text.partition("=")
            if kind == "var" and equals and name.strip() not in self._tree.top.module.variables:
                remedy = nearest_of(name.strip(), self._tree.top.module.variables) or "Terraform refuses this"
                self._cache.report(Problem(NOT_DECLARED, Place(f"--var {name.strip()}"), remedy))

    @property
    def notes(self) -> tuple[str, ...]:
        """Lines for people on names in variables files that the root module does not declare."""
        return tuple(note for _, note in undeclared_values(self._tree.top))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be read."""
        return self._cache.problems

    def evaluate(self, text: str) -> Value:
        """Compute an expression in the root module; each has all of the bounds to itself.

        Raises `EvaluationError` (its `stage` says what kind) and `LimitReached`.
        """
        from imdsguard.hcl.evaluate.compile import compile_expression
        from imdsguard.hcl.syntax.parser import parse_expression
        from imdsguard.hcl.syntax.source import SourceText

        source = SourceText.of_text("<console>", text)
        compiled = compile_expression(parse_expression(source.text, source.place))
        self._tree.evaluation.bounds.renew()
        compiled.check(self._tree.top)
        return compiled.evaluate(self._tree.top)

    def answer(self, text: str) -> dict[str, Any]:
        """Compute an expression and describe the result: type, value, unknown, sensitive, why; or error and stage.

        Never raises.
        """
        from imdsguard.hcl.values.jsonform import expect_form

        try:
            value = self.evaluate(text)
        except EvaluationError as error:
            place = error.place or Place("<console>")
            return {"error": error.message, "stage": error.stage, "line": place.line, "column": place.column}
        except LimitReached as limit:
            return {"type": "dynamic", "unknown": True, "why": limit.message}
        try:
            form = expect_form(value)
        except EvaluationError as error:
            return {"error": error.message, "stage": "store"}
        if "unknown" in form:
            reason = why(value)
            form["why"] = self._say(reason) if reason is not None else ""
        return form

    def dump(self) -> dict[str, Any]:
        """Compute the whole configuration: see `dump.dump`."""
        from imdsguard.terraform.source.dump import dump

        return dump(self._tree, self._say)


def why(value: Value) -> Reason | None:
    """Give the first reason for which something in a value is not known; None where all of it is."""
    if value.pending is not None:
        return value.pending.reason
    return next((reason for element in value.elements() if (reason := why(element))), None)


def to_text(data: Any) -> str:
    """Write an answer or a dump as one line of JSON, with every digit of its numbers."""
    from imdsguard.hcl.values.jsonform import Exact

    if isinstance(data, Exact):
        return str(data)
    if isinstance(data, dict):
        return "{" + ", ".join(f"{json.dumps(str(k))}: {to_text(v)}" for k, v in data.items()) + "}"
    if isinstance(data, (list, tuple)):
        return "[" + ", ".join(map(to_text, data)) + "]"
    return json.dumps(data)
