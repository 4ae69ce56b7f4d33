"""What a function is, and all that functions have in common: arity, conversion, null, unknown, marks, errors.

A function's own file says only what it computes. The rules here are those of cty's function package: an argument is
converted to its parameter's type; null is an error, an unknown gives an unknown result of the result's type, and marks
are taken off and put on the result, unless the parameter says that the function deals with them itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeAlias

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.hcl.values.convert import convert
from imdsguard.hcl.values.marks import deep_marks, unmark_deep
from imdsguard.hcl.values.symbol import symbolic
from imdsguard.hcl.values.types import DYNAMIC, STRING, Type
from imdsguard.hcl.values.value import (
    ENCODED,
    GAP,
    NO_MARKS,
    NO_REFINEMENT,
    SENSITIVE,
    Refinement,
    Value,
    derived,
    sketch_of,
    sketched,
)
from imdsguard.model.record import record, replace

if TYPE_CHECKING:
    from imdsguard.hcl.bounds import Bounds
    from imdsguard.hcl.scope import HclScope
    from imdsguard.hcl.syntax.nodes import Node
    from imdsguard.model.place import Place


@record(frozen=True, slots=True)
class Parameter:
    """One parameter. `null`, `unknown`, `dynamic` and `marked` say what the function's body takes as it is.

    `dynamic` is about arguments whose type is not known: an unknown of any type, a null of no type.
    """

    name: str
    type: Type = DYNAMIC
    null: bool = False
    unknown: bool = False
    dynamic: bool = False
    marked: bool = False


@record(frozen=True, slots=True)
class CallContext:
    """What surrounds a call.

    `providers` are the local names of the providers that the module requires, None where nobody knows; `depth` counts
    the template calls that this call stands in.
    """

    scope: HclScope
    place: Place | None = None
    providers: frozenset[str] | None = None
    depth: int = 0

    @property
    def bounds(self) -> Bounds:
        """What a result may cost: bodies announce long texts and collections before they build them."""
        return self.scope.bounds


class ArgumentProblem(Exception):  # noqa: N818
    """What is wrong with one argument: raised by bodies, told by `Function.call` in Terraform's words."""

    def __init__(self, index: int, message: str) -> None:
        super().__init__(message)
        self.index = index
        self.message = message


@record(frozen=True, slots=True)
class FunctionCall:
    """What a body is told beside its arguments. `type` is the type of the result as far as it is known beforehand."""

    type: Type
    context: CallContext
    arguments: tuple[Value, ...]

    def unknown(self, refinement: Refinement = NO_REFINEMENT) -> Value:
        """Give the unknown result that stands for these arguments."""
        return derived(self.type, *self.arguments, refinement=refinement)


Body: TypeAlias = Callable[..., Value]
ResultType: TypeAlias = "Type | Callable[..., Type]"


class Deferred(Protocol):
    """An argument that is not evaluated yet: what the functions with `lazy` set are given instead of values."""

    @property
    def node(self) -> Node:
        """What is written."""
        ...

    def __call__(self) -> Value:
        """Evaluate it. Raises `EvaluationError`."""
        ...


@record(frozen=True, slots=True)
class LazyFunction:
    """A function that decides itself whether its arguments are evaluated: `try`, `can`, `templatestring`."""

    name: str
    body: Callable[[CallContext, Sequence[Deferred]], Value]
    lazy: ClassVar[bool] = True

    def call_lazy(self, arguments: Sequence[Deferred], context: CallContext) -> Value:
        """Call it. Raises `EvaluationError` and `LimitReached`."""
        return self.body(context, arguments)


@record(frozen=True, slots=True)
class Function:
    """A function of the language.

    `body` is called with a `Call` and one value for each argument; `result` is the result's type, or gives it for the
    arguments. `not_null` says that the result is never null, which is known of an unknown result too.
    """

    name: str
    result: ResultType
    parameters: tuple[Parameter, ...]
    body: Body
    variadic: Parameter | None = None
    not_null: bool = True
    keeps_sketch: bool = False
    """Whether a sketch of the last argument is one of the result, for who reads scripts (`base64encode`)."""
    sketches: tuple[int, ...] = ()
    """Arguments whose sketches, in their place, make a sketch of the result: of texts that are changed a little."""
    picks: int | None = None
    """The first of the arguments of which the result is one, or a list of some; None: it is something else."""
    lazy: ClassVar[bool] = False

    def call(self, arguments: Sequence[Value], context: CallContext) -> Value:
        """Call it. Raises `EvaluationError` for what Terraform refuses, `LimitReached` for what would cost too much."""
        parameters = self._parameters_for(len(arguments), context)
        try:
            given = [self._converted(i, v, p) for i, (v, p) in enumerate(zip(arguments, parameters, strict=True))]
            return self._apply(given, parameters, context)
        except ArgumentProblem as problem:
            parameter = parameters[problem.index] if problem.index < len(parameters) else None
            message = f'Invalid value for "{parameter.name if parameter else self.name}" parameter: {problem.message}.'
            raise self._error(message, arguments, context) from None
        except EvaluationError as error:
            if error.place is not None:
                raise
            raise self._error(f'Call to function "{self.name}" failed: {error.message}.', arguments, context) from None
        except RecursionError:
            raise LimitReached(f"an argument of {self.name}() nests deeper than imdsguard follows") from None

    def _error(self, message: str, arguments: Sequence[Value], context: CallContext) -> EvaluationError:
        """Make the error, without its details if they could show a sensitive value."""
        if any(SENSITIVE in deep_marks(v) for v in arguments):
            message = f'Call to function "{self.name}" failed (details are hidden, as an argument is sensitive).'
        return EvaluationError(message, context.place)

    def _parameters_for(self, count: int, context: CallContext) -> tuple[Parameter, ...]:
        fixed = len(self.parameters)
        at_least = " at least" if self.variadic else ""
        if count < fixed:
            missing = self.parameters[count].name
            message = f'Function "{self.name}" expects{at_least} {fixed} argument(s). Missing value for "{missing}".'
            raise EvaluationError(message, context.place)
        if count > fixed and self.variadic is None:
            raise EvaluationError(f'Function "{self.name}" expects only {fixed} argument(s).', context.place)
        return self.parameters + (self.variadic,) * (count - fixed) if self.variadic else self.parameters

    def _converted(self, index: int, value: Value, parameter: Parameter) -> Value:
        if parameter.type is DYNAMIC or value.type == parameter.type:
            return value
        try:
            return convert(value, parameter.type)
        except EvaluationError as error:
            raise ArgumentProblem(index, error.message.rstrip(".")) from None

    def _apply(self, given: list[Value], parameters: Sequence[Parameter], context: CallContext) -> Value:
        marks = NO_MARKS
        for i, parameter in enumerate(parameters):
            if not parameter.marked:
                given[i], found = unmark_deep(given[i])
                marks |= found
        expected = self._result_type(given, parameters)
        if expected is None:
            return self._picked(derived(DYNAMIC, *given), given).with_marks(marks)
        if any(not v.is_known and not p.unknown for v, p in zip(given, parameters, strict=True)):
            for value in given:
                marks |= value.marks
            result = derived(expected, *given)
            pending = given[-1].pending
            if self.keeps_sketch and pending is not None and pending.sketch is not None:
                result = sketched(result, ENCODED + pending.sketch.removeprefix(ENCODED))
            elif self.sketches:
                result = sketched(result, self._sketch(expected, given, context))
        else:
            result = self.body(FunctionCall(expected, context, tuple(given)), *given)
        return symbolic(self._refined(self._picked(result, given)), self.name, given).with_marks(marks)

    def _picked(self, result: Value, given: Sequence[Value]) -> Value:
        """Give the result of a function that picks from its arguments with what they may be."""
        if self.picks is None or result.is_known:
            return result
        from imdsguard.hcl.values.choices import chosen

        return chosen(result, given[self.picks :])

    def _sketch(self, expected: Type, given: Sequence[Value], context: CallContext) -> str | None:
        """What is known of the result's text, if nothing but texts that may be sketched is unknown."""
        if any(not value.is_known and i not in self.sketches for i, value in enumerate(given)):
            return None
        drawn = [value if value.is_known else Value(STRING, sketch_of(value)) for value in given]
        try:
            text = self.body(FunctionCall(expected, context, tuple(drawn)), *drawn).raw
        except (ArgumentProblem, EvaluationError, LimitReached):
            return None
        return text if isinstance(text, str) and GAP in text and text != GAP else None

    def _result_type(self, given: Sequence[Value], parameters: Sequence[Parameter]) -> Type | None:
        """The result's type, or None if an argument of unknown type leaves it open. Raises `ArgumentProblem`."""
        for i, (value, parameter) in enumerate(zip(given, parameters, strict=True)):
            if value.is_null and not parameter.null:
                raise ArgumentProblem(i, "argument must not be null")
            if value.type is DYNAMIC and not parameter.dynamic:
                return None
        return self.result if isinstance(self.result, Type) else self.result(*given)

    def _refined(self, result: Value) -> Value:
        pending = result.pending
        if not self.not_null or pending is None or pending.refinement.not_null or result.type is DYNAMIC:
            return result
        known = replace(pending.refinement, not_null=True)
        return Value(
            result.type,
            replace(pending, refinement=known, holes=()),
            result.marks,
            result.origin,
        )


def function(
    name: str,
    result: ResultType,
    *parameters: Parameter,
    variadic: Parameter | None = None,
    not_null: bool = True,
    keeps_sketch: bool = False,
    sketches: tuple[int, ...] = (),
    picks: int | None = None,
) -> Callable[[Body], Function]:
    """Declare a function whose body works on values: `body(call, *arguments)`.

    The other arguments are fields of `Function`. A body raises `ArgumentProblem` for one argument, `EvaluationError`
    for the call as a whole, both in Terraform's words, and `LimitReached`; `Function.call` adds the function's name and
    the place.
    """

    def declare(body: Body) -> Function:
        return Function(name, result, parameters, body, variadic, not_null, keeps_sketch, sketches, picks)

    return declare


def native(
    name: str,
    result: Type,
    *parameters: Parameter,
    variadic: Parameter | None = None,
    sketches: tuple[int, ...] = (),
) -> Callable[[Callable[..., Any]], Function]:
    """Declare a function of known primitives whose body works on Python's own: `str`, `bool`, `Number`."""

    def declare(body: Callable[..., Any]) -> Function:
        def run(call: FunctionCall, *arguments: Value) -> Value:
            return Value(call.type, normalised(body(*[v.raw for v in arguments])))

        return Function(name, result, parameters, run, variadic, sketches=sketches)

    return declare


def lazy(name: str) -> Callable[[Callable[[CallContext, Sequence[Deferred]], Value]], LazyFunction]:
    """Declare a function that is given unevaluated arguments."""

    def declare(body: Callable[[CallContext, Sequence[Deferred]], Value]) -> LazyFunction:
        return LazyFunction(name, body)

    return declare


def normalised(raw: Any) -> Any:
    """A raw value as Terraform holds it: strings in Unicode's normal form C."""
    if isinstance(raw, str) and not raw.isascii():
        import unicodedata

        return unicodedata.normalize("NFC", raw)
    return raw
