"""`templatefile` and `templatestring`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError, SyntaxProblem
from imdsguard.hcl.functions.function import (
    ArgumentProblem,
    Deferred,
    FunctionCall,
    Parameter,
    function,
    lazy,
    normalised,
)
from imdsguard.hcl.values.convert import convert
from imdsguard.hcl.values.types import DYNAMIC, STRING
from imdsguard.hcl.values.value import Value, derived

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.hcl.bounds import Bounds
    from imdsguard.hcl.functions.function import CallContext
    from imdsguard.hcl.scope import Files, HclScope
    from imdsguard.hcl.syntax.nodes import Node
    from imdsguard.model.place import Place


class TemplateScope:
    """The scope of a template: its variables, and nothing of the module around it."""

    __slots__ = ("_around", "_files", "_variables")

    template_depth = 1

    def __init__(self, around: HclScope, variables: Mapping[str, Value], files: Files) -> None:
        self._around = around
        self._variables = variables
        self._files = files

    @property
    def bounds(self) -> Bounds:
        """The bounds of the call."""
        return self._around.bounds

    @property
    def files(self) -> Files:
        """The files that the template may read."""
        return self._files

    @property
    def identity(self) -> object:
        """The scope itself: no other call has the same variables."""
        return self

    def resolve(self, root: str, steps: Sequence[str | Value], place: Place) -> tuple[Value, int]:  # noqa: ARG002
        """Resolve a variable's name."""
        if root not in self._variables:
            raise EvaluationError(f'vars map does not contain key "{root}"', place)
        return self._variables[root], 0


class NoFiles:
    """The files that a template in a string may read: none. Paths are still made absolute."""

    __slots__ = ("_around",)

    def __init__(self, around: Files) -> None:
        self._around = around

    def _refuse(self) -> EvaluationError:
        return EvaluationError(
            "cannot use filesystem access functions in templatestring templates; consider passing the function result "
            "as a template variable instead"
        )

    def read(self, path: str) -> bytes:  # noqa: ARG002
        """Raise `EvaluationError`."""
        raise self._refuse()

    def exists(self, path: str) -> bool:  # noqa: ARG002
        """Raise `EvaluationError`."""
        raise self._refuse()

    def glob(self, path: str, pattern: str) -> list[str]:  # noqa: ARG002
        """Raise `EvaluationError`."""
        raise self._refuse()

    def absolute(self, path: str) -> str:
        """Give the absolute path, as outside of the template."""
        return self._around.absolute(path)


@function("templatefile", DYNAMIC, Parameter("path", STRING), Parameter("vars"))
def templatefile(call: FunctionCall, path: Value, variables: Value) -> Value:
    """The template in a file, rendered."""
    from imdsguard.hcl.functions.files import label, read_text

    _refuse_nesting("templatefile", call.context)
    given = _variables(variables, 1)
    name = str(path.raw)
    return render(read_text(call.context, name), name, given, call.context, label(call.context, name))


@lazy("templatestring")
def templatestring(context: CallContext, arguments: Sequence[Deferred]) -> Value:
    """The template in a string, rendered. The string must be referred to: an expression would be rendered twice."""
    if len(arguments) != 2:
        raise EvaluationError(f'Function "templatestring" expects 2 arguments, not {len(arguments)}.', context.place)
    _refuse_nesting("templatestring", context)
    if not _is_reference(arguments[0].node):
        raise EvaluationError(
            'Invalid value for "template" parameter: must be a direct reference to a single string from elsewhere, '
            "containing valid Terraform template syntax.",
            context.place,
        )
    template, variables = convert(arguments[0](), STRING), arguments[1]()
    marks = template.marks | variables.marks
    for value, name in ((template, "template"), (variables, "vars")):
        if value.is_null:
            raise EvaluationError(f'Invalid value for "{name}" parameter: argument must not be null.', context.place)
    if not template.is_known or not variables.is_known:
        return derived(STRING, template, variables).with_marks(marks)
    try:
        given = _variables(variables, 1)
    except ArgumentProblem as problem:
        raise EvaluationError(f'Invalid value for "vars" parameter: {problem.message}.', context.place) from None
    files = NoFiles(context.scope.files)
    rendered = render(str(template.raw), "<templatestring argument>", given, context, files=files)
    return convert(rendered, STRING).with_marks(marks)


def _refuse_nesting(name: str, context: CallContext) -> None:
    if context.depth:
        raise EvaluationError(f"cannot recursively call {name} from inside another template function", context.place)


def _is_reference(node: Node) -> bool:
    from imdsguard.hcl.syntax.nodes import GetAttr, IndexNode, Literal, Parens, VariableNode

    while isinstance(node, (GetAttr, IndexNode, Parens)):
        if isinstance(node, IndexNode) and not isinstance(node.key, Literal):
            node = Parens(node.source, node.place)
            continue
        node = node.inner if isinstance(node, Parens) else node.source
    return isinstance(node, VariableNode)


def _variables(value: Value, index: int) -> Mapping[str, Value]:
    """The variables of a template by name. Raises `ArgumentProblem`."""
    if not isinstance(value.raw, Mapping):
        raise ArgumentProblem(index, "invalid vars value: must be a map")
    for name in value.raw:
        if not _is_name(name):
            raise ArgumentProblem(
                index,
                f'invalid template variable name "{name[:80]}": must start with a letter, followed by zero or more '
                "letters, digits, and underscores",
            )
    return value.raw


def _is_name(name: str) -> bool:
    return name.replace("-", "_").isidentifier() and not name.startswith(("-", "_"))


def render(
    text: str,
    label: str,
    variables: Mapping[str, Value],
    context: CallContext,
    file: str = "",
    files: Files | None = None,
) -> Value:
    """Parse and evaluate a template, which places call `file` and messages `label`; `files` are those it may read.

    Raises `EvaluationError` and `LimitReached`.
    """
    from imdsguard.hcl.evaluate.compile import compile_expression
    from imdsguard.hcl.syntax.source import SourceText
    from imdsguard.hcl.syntax.template import parse_template

    source = SourceText.of_text(file or label, text)
    try:
        compiled = compile_expression(parse_template(text, source.place))
    except SyntaxProblem as problem:
        # For `try`, a template's syntax is an ordinary error: only the module's own files are parsed beforehand.
        raise EvaluationError(f"the template does not parse: {problem.message}", problem.place) from None
    for root in sorted(compiled.roots):
        if root not in variables:
            raise EvaluationError(f'vars map does not contain key "{root}", which the template {label} refers to')
    bounds = context.bounds
    bounds.enter()
    try:
        result = compiled.evaluate(TemplateScope(context.scope, variables, files or context.scope.files))
    finally:
        bounds.leave()
    if result.is_null:
        raise EvaluationError(f"the result of the template {label} is null")
    if isinstance(result.raw, str):
        return Value(result.type, normalised(result.raw), result.marks, result.origin)
    return result
