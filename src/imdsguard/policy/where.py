"""Which launches a requirement is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imdsguard.model.launch import Kind
from imdsguard.model.record import record
from imdsguard.model.value import Absent, Unknown
from imdsguard.policy.declaration import Choices, KeyPattern, Mapped, PolicyKey, Words
from imdsguard.policy.match import matches_address, matches_any, matches_module, matches_path, matches_word
from imdsguard.report.reasons import sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from imdsguard.model.launch import Launch
    from imdsguard.model.tags import Tags
    from imdsguard.policy.declaration import About
    from imdsguard.policy.nodes import Table


@record(frozen=True, slots=True)
class Fit:
    """Whether something is so. None: it cannot be told, and `reason` says why."""

    so: bool | None
    reason: str = ""


YES = Fit(so=True)
NO = Fit(so=False)


@record(frozen=True, slots=True)
class Where:
    """Each key that is given must match by one of its globs. `base` is the folder from which paths and roots count."""

    types: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    tags: tuple[tuple[str, tuple[str, ...]], ...] = ()
    base: str = ""

    def __str__(self) -> str:
        """Say it in words that follow `launches with`; nothing where it means all of them."""
        named = (
            ("type", self.types),
            ("kind", self.kinds),
            ("address", self.addresses),
            ("path", self.paths),
            ("module", self.modules),
            ("root", self.roots),
            ("region", self.regions),
            ("provider", self.providers),
            *((f"tags.{key}", globs) for key, globs in self.tags),
        )
        return " and ".join(f"{key} {' or '.join(globs)}" for key, globs in named if globs)

    @property
    def names_templates(self) -> bool:
        """Whether it can mean launch templates and launch configurations: only if it says so by type or kind."""
        return bool(self.types or self.kinds)

    def fit(self, launch: Launch) -> Fit:
        """Whether the launch is one of those. What surely does not match outweighs what cannot be told."""
        doubt = YES
        for answer in self._answers(launch):
            if answer.so is False:
                return NO
            if answer.so is None and doubt.so:
                doubt = answer
        return doubt

    def _answers(self, launch: Launch) -> Iterator[Fit]:
        """Answer key by key, what costs most last."""
        resource = launch.resource
        if self.types:
            yield _fit(matches_any(resource.type, self.types))
        if self.kinds:
            yield _fit(launch.kind.value in self.kinds)
        if self.addresses:
            yield _fit(any(matches_address(resource.address, glob) for glob in self.addresses))
        if self.modules:
            yield _fit(any(matches_module(resource.module, glob) for glob in self.modules))
        if self.paths:
            yield _fit(any(matches_path(resource.place.file, glob, self.base) for glob in self.paths))
        if self.roots:
            yield _fit(any(matches_path(resource.root, glob, self.base) for glob in self.roots))
        if self.providers:
            yield _fit(matches_any(launch.scope.provider, self.providers))
        if self.regions:
            region = launch.scope.region
            if isinstance(region, str):
                yield _fit(matches_any(region, self.regions))
            elif self.regions != ("*",):
                yield Fit(None, f"its Region cannot be computed: {sentence(region.reason)}")
        for key, globs in self.tags:
            yield tagged(launch, key, globs)


def tagged(launch: Launch, key: str, globs: tuple[str, ...]) -> Fit:
    """Whether a launch has a tag: on the resource itself, by its provider's default_tags, or on what it starts.

    What instances get by way of a template counts where the code shows it; what it does not show is no doubt, since
    people tag what they write.
    """
    own = _best(_of(tags, key, globs) for tags in launch.labels)
    if own.so or not launch.starts_instances:
        return own
    return YES if any(_of(tags, key, globs).so for tags in launch.tags) else own


def _of(tags: Tags, key: str, globs: tuple[str, ...]) -> Fit:
    found = tags.of(key)
    if isinstance(found, Absent):
        return NO
    if isinstance(found, Unknown):
        return NO if found.sketch is not None and _rules_out(found.sketch, globs) else _doubt(key, found)
    return _fit(matches_any(_text(found.value), globs))


def _rules_out(sketch: str, globs: tuple[str, ...]) -> bool:
    """Whether a text of which only parts are known surely matches none of these, which is told of plain words only."""
    pattern = "*".join(sketch.split("\N{OBJECT REPLACEMENT CHARACTER}"))
    return not any("*" in glob or "?" in glob or matches_word(glob, pattern) for glob in globs)


def _doubt(key: str, value: Unknown) -> Fit:
    return Fit(None, f"its tag {key} cannot be computed: {sentence(value.reason)}")


def _text(value: object) -> str:
    """Give a tag's value as AWS keeps it: always text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _best(answers: Iterable[Fit]) -> Fit:
    found = NO
    for answer in answers:
        if answer.so:
            return answer
        if answer.so is None and found.so is False:
            found = answer
    return found


def _fit(so: bool) -> Fit:
    return YES if so else NO


def _where(_: Table, given: dict[str, Any], about: About) -> Where:
    return Where(**given, base=about.base)


_WORDS = Words()
WHERE = Mapped(
    "{}",
    (
        PolicyKey(
            "type",
            _WORDS,
            "Types of resources. Launch templates and launch configurations are asked only if type or kind means them.",
            field="types",
            examples=("aws_instance", ["aws_instance", "aws_launch_template"]),
        ),
        PolicyKey(
            "kind",
            Choices(tuple(kind.value for kind in Kind)),
            "By which means EC2 starts the instances.",
            field="kinds",
        ),
        PolicyKey(
            "address",
            _WORDS,
            "Terraform's addresses. One without instance keys stands for all instances.",
            field="addresses",
            examples=("module.legacy.*",),
        ),
        PolicyKey(
            "path",
            _WORDS,
            "Files: * within one name, ** over any number of folders.",
            field="paths",
            examples=("stacks/prod/**",),
        ),
        PolicyKey(
            "module",
            _WORDS,
            "Addresses of modules; what stands in modules below them is meant, too.",
            field="modules",
            examples=("module.legacy",),
        ),
        PolicyKey(
            "root",
            _WORDS,
            "Root modules as reports name them (a folder, or the file of a plan).",
            field="roots",
            examples=("stacks/prod/*",),
        ),
        PolicyKey("region", _WORDS, "Regions.", field="regions", examples=("us-gov-*",)),
        PolicyKey(
            "provider",
            _WORDS,
            "Provider configurations of the root module.",
            field="providers",
            examples=("aws.use1",),
        ),
    ),
    _where,
    name="where",
    says="Each key that is given must match by one of its globs; * is any text.",
    empty="{} must say something: leave it out to mean every launch",
    pattern=KeyPattern(
        "tags.",
        "tags.NAME",
        _WORDS,
        "Values of a tag of the launch, its provider's default_tags and what its instances get included.",
        "tags",
    ),
)
"""What `where` and `unless` of a requirement may say."""
