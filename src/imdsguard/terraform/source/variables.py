"""The values that a person gives to the variables of a root module, weakest source first.

Order ("Input Variables: Variable Definition Precedence", Terraform language documentation): environment,
terraform.tfvars, terraform.tfvars.json, `*.auto.tfvars(.json)` in order of names, then `--var` and `--var-file` in the
order given.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.values.types import Primitive, Type
from imdsguard.hcl.values.value import Origin, Value, string
from imdsguard.model.place import Place
from imdsguard.model.problem import Problem
from imdsguard.model.record import record
from imdsguard.model.value import Step
from imdsguard.terraform.source.lazy_expression import LazyExpression

if TYPE_CHECKING:
    from imdsguard.terraform.inputs import Inputs
    from imdsguard.terraform.source.evaluation import NoNames
    from imdsguard.terraform.source.source_cache import SourceCache

PREFIX = "TF_VAR_"


@record(frozen=True, slots=True)
class Given:
    """A value given to a variable: an expression of a tfvars file, or a text from environment or command line."""

    place: Place
    expression: LazyExpression | None = None
    text: str = ""

    def _locate(self, start: int, end: int | None = None) -> Place:  # noqa: ARG002
        return self.place

    def evaluate(self, declared: Type | None, scope: NoNames) -> Value:
        """Compute it. A text is an expression only for a variable of a declared type other than string, number, bool.

        Raises `EvaluationError`.
        """
        if self.expression is not None:
            return constant(self.expression, scope)
        if declared is None or isinstance(declared, Primitive):
            return string(_normalised(self.text)).at(Origin(Step("", self.place)))
        from imdsguard.hcl.evaluate.compile import compile_expression
        from imdsguard.hcl.syntax.parser import parse_expression

        node = parse_expression(self.text, self._locate)
        return compile_expression(node).evaluate(scope)


def constant(expression: LazyExpression, scope: NoNames) -> Value:
    """Evaluate a constant.

    In JSON syntax its strings are plain text there: `${` means nothing in a default or tfvars.
    """
    from imdsguard.hcl.evaluate.compile import compile_expression
    from imdsguard.hcl.syntax.static import literal_node

    return compile_expression(literal_node(expression.source)).evaluate(scope)


def given_values(folder: str, inputs: Inputs, cache: SourceCache) -> dict[str, Given]:
    """Collect what is given to the root module in `folder`, by variable; later sources replace earlier ones whole."""
    found: dict[str, Given] = {}
    for name, text in inputs.environment.items():
        if name.startswith(PREFIX):
            found[name[len(PREFIX) :]] = Given(Place(f"environment variable {name}"), text=text)
    for name in automatic_files(folder):
        cache.note_reader(os.path.join(folder, name), folder)
        found.update(_file(os.path.join(folder, name), cache))
    for kind, text in inputs.given():
        if kind == "var-file":
            cache.note_reader(os.path.join(cache.working_directory, text), folder)
            found.update(named_file(text, cache))
        else:
            name, equals, value = text.partition("=")
            if equals:
                found[name.strip()] = Given(Place(f"{inputs.variables_of} {name.strip()}"), text=value)
            else:
                cache.report(Problem(f'"--var {text}" is not of the form name=value', None, "write --var NAME=VALUE"))
    return found


def automatic_files(folder: str) -> list[str]:
    """Give the names of the tfvars files that Terraform reads by itself, weakest first."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    first = [name for name in ("terraform.tfvars", "terraform.tfvars.json") if name in names]
    return first + [name for name in names if name.endswith((".auto.tfvars", ".auto.tfvars.json"))]


def named_file(path: str, cache: SourceCache) -> dict[str, Given]:
    """Read a tfvars file that a person named, relative to the working directory: what it gives, by variable.

    It may lie anywhere. What is wrong with it is reported to the cache.
    """
    return _file(os.path.join(cache.working_directory, path), cache, named=True)


def _file(path: str, cache: SourceCache, *, named: bool = False) -> dict[str, Given]:
    """Read a tfvars file. One named on the command line may lie anywhere: a person chose it, not the scanned code."""
    label = cache.label(path)
    if named:
        try:
            body = cache.parse(label, cache.read_named(path))
        except OSError as error:
            cache.report(Problem(f"cannot read this variables file: {error.strerror or error}", Place(label)))
            return {}
    else:
        body = cache.body(path)
    if body is None:
        return {}
    if not label.endswith(".json"):
        for kind in body.block_types():
            cache.report(Problem(f'a variables file holds no blocks, but "{kind}" is one', body.blocks(kind)[0].place))
    return {
        name: Given(expression.place, expression)
        for name, attribute in body.attributes().items()
        for expression in (LazyExpression(attribute.expression),)
    }


def _normalised(text: str) -> str:
    if text.isascii():
        return text
    import unicodedata

    return unicodedata.normalize("NFC", text)


def flag(expression: LazyExpression | None, scope: NoNames, *, default: bool) -> bool:
    """Read a constant `true` or `false`, such as `sensitive`; what is neither counts as the default."""
    if expression is None:
        return default
    try:
        raw = constant(expression, scope).raw
    except EvaluationError:
        return default
    return raw if isinstance(raw, bool) else raw == "true" if isinstance(raw, str) else default
