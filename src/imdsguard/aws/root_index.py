"""What stands around a resource in its root module: what it refers to, its Region's default, its image."""

from __future__ import annotations

import re
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

from imdsguard.aws.precedence.assumptions import SoughtImage, assumed_image
from imdsguard.aws.precedence.image_family import family_layer
from imdsguard.aws.precedence.layer import Layer, silent, unknown_image
from imdsguard.aws.precedence.region_default import combined
from imdsguard.aws.precedence.settings import doubtful
from imdsguard.aws.precedence.sharing import seen_from
from imdsguard.aws.types import capability
from imdsguard.aws.types.registry import record_of
from imdsguard.model.option import Source
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.value import Absent, Known, Unknown, name_of, text_of

NAMES = ("name", "id", "launch_template_name", "launch_template_id", "launch_configuration_name")
"""What others may name a template or a launch configuration by; plans know ids."""

IMAGE_IDS = ("id", "image_id", "value", "insecure_value")
"""Attributes that are the id of an image: of itself, or in a parameter."""

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from imdsguard.aws.precedence.settings import Settings
    from imdsguard.aws.types.resource_type import ResourceType, SharedBy
    from imdsguard.model.assumption import AssumedDefault, AssumedImage
    from imdsguard.model.region_default import RegionDefault
    from imdsguard.model.resource import Resource
    from imdsguard.model.scope import Scope
    from imdsguard.model.value import Reference, Value

_Made = TypeVar("_Made")

_LAST_KEY = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|[^\]["]*)\]$', re.DOTALL)


class RootIndex:
    """The resources of one root module, to be asked. References resolve within it and nowhere else.

    Only Region defaults come from elsewhere, too: from the other root modules of its estate (`join`), and from what the
    policy assumes.
    """

    def __init__(
        self, resources: Sequence[Resource], assumed: Sequence[AssumedDefault] = (), images: Sequence[AssumedImage] = ()
    ) -> None:
        self._resources = resources
        self._assumed = assumed
        self._assumed_images = images
        self._estate: Sequence[RootIndex] = (self,)
        self._layers: dict[Scope, Layer] = {}
        self._provisioned = tuple(each for each in resources if each.provisioners)
        self._of_kind: dict[tuple[str, bool], list[tuple[int, Resource]]] = {}
        for number, each in enumerate(resources):
            self._of_kind.setdefault((each.kind, each.data), []).append((number, each))
        self._by_address = {resource.address: resource for resource in resources}
        self._settings: dict[str, Settings] = {}
        self._named: dict[tuple[SharedBy, str], list[Resource]] | None = None
        self._defaults: list[tuple[RegionDefault, Layer]] | None = None
        self._capable: dict[object, Any] = {}
        self._asked: set[str] = set()
        self._images: dict[str, Resource] | None = None
        self._made: dict[object, Any] = {}

    def find(self, reference: Reference) -> Resource | None:
        """Return the resource instance that is referred to.

        Where its count or for_each is not known, one resource stands for all instances, whatever the key.
        """
        found = self._by_address.get(reference.address)
        if found is None and reference.address.endswith("]"):
            whole = self._by_address.get(without_key(reference.address))
            found = whole if whole is not None and whole.instances is not None else None
        return found

    def capable(self, field: Callable[[ResourceType], _Made | None]) -> Sequence[tuple[Resource, _Made]]:
        """Return the resources whose type has a field (see `aws.types.capability`), each with that. No data sources."""
        if field not in self._capable:
            self._capable[field] = self._with(field, data=False)
        found: tuple[tuple[Resource, _Made], ...] = self._capable[field]
        return found

    def _with(self, field: Callable[[ResourceType], _Made | None], *, data: bool) -> tuple[tuple[Resource, _Made], ...]:
        """Ask each type once, however many resources it has; in the order of the resources."""
        found: list[tuple[int, Resource, _Made]] = []
        for (kind, is_data), numbered in self._of_kind.items():
            record = record_of(kind) if is_data is data else None
            given = field(record) if record is not None else None
            if given is not None:
                found += [(number, each, given) for number, each in numbered]
        found.sort(key=itemgetter(0))
        return tuple((each, given) for _, each, given in found)

    @property
    def provisioned(self) -> tuple[Resource, ...]:
        """The resources with provisioners that run commands on a machine, of any type."""
        return self._provisioned

    def once(self, make: Callable[[RootIndex], _Made]) -> _Made:
        """Return what `make` makes of this root module: whoever asks first has it made, for all."""
        if make not in self._made:
            self._made[make] = make(self)
        made: _Made = self._made[make]
        return made

    def settings(self, resource: Resource) -> Settings:
        """Return what a template or launch configuration sets."""
        known = self._settings.get(resource.address)
        if known is None:
            record = record_of(resource.kind)
            assert record is not None, "asked for resources with settings only"
            assert record.shared is not None, "asked for resources with settings only"
            known = self._settings[resource.address] = record.shared.read(resource, self)
        return known

    def named(self, text: str, shared_by: SharedBy) -> list[Resource]:
        """Return the templates, or configurations of a kind, that have this name, or this id (plans know ids)."""
        if self._named is None:
            self._named = {}
            looked_up = self._with(capability.shared, data=True)
            for resource, shared in (*self.capable(capability.shared), *looked_up):
                for attribute in NAMES:
                    value = name_of(resource.body.attribute(attribute))
                    if value:
                        found = self._named.setdefault((shared.shared_by, value), [])
                        if resource not in found:
                            found.append(resource)
        return self._named.get((shared_by, text), [])

    def defaults(self) -> list[tuple[RegionDefault, Layer]]:
        """Return the account defaults, each with the layer it makes."""
        if self._defaults is None:
            self._defaults = [read(resource) for resource, read in self.capable(capability.region_default)]
        return self._defaults

    def layers_through(self, settings: Settings, scope: Scope, image: Value | None = None) -> tuple[Layer, ...]:
        """Return all layers of a launch in `scope` that has these settings; `image` is its own, if it names one."""
        own_image = image if image is not None and not isinstance(image, Absent) else settings.image
        below: tuple[Layer, ...] = (self.default_layer(scope), self.image_layer(own_image))
        if settings.doubt is not None:
            below = tuple(doubtful(layer, settings.doubt) for layer in below)
        return (settings.layer, *below)

    def join(self, estate: Sequence[RootIndex]) -> None:
        """Say which root modules share an account with this one; it is one of them."""
        self._estate = estate

    def default_layer(self, scope: Scope) -> Layer:
        """Return what the account's defaults for this Region say."""
        found = self._layers.get(scope)
        if found is None:
            defaults = [
                (default, layer if root is self else layer.named(seen_from(scope.stack, default.resource)))
                for root in self._estate
                for default, layer in root.defaults()
            ]
            found = self._layers[scope] = combined(defaults, scope, self._assumed)
        return found

    def image_layer(self, image: Value) -> Layer:
        """Return what the image says. Of one that the code does not show nothing is known."""
        if isinstance(image, Known):
            return self._image_called(image)
        agreed = self._agreed(image) if isinstance(image, Unknown) and image.reference is None else None
        if agreed is not None:
            return agreed
        references = image.references if isinstance(image, Unknown) else ()
        for reference in references:
            resource = self.find(reference)
            layer = self._image(resource) if resource is not None else None
            if layer is None:
                continue
            if isinstance(image, Unknown) and image.reference is not None:
                return layer
            if layer.answers:
                return layer.changed(_which)
        return unknown_image()

    def _agreed(self, image: Unknown) -> Layer | None:
        """Return what all images say of which this is one, if they say the same; None where they may differ."""
        found = [self.find(choice) for choice in image.choices]
        layers = [layer for each in found if each is not None and (layer := self._image(each)) is not None]
        if not layers or len(layers) < len(image.choices):
            return None
        said = [
            {name: value.value if isinstance(value, Known) else None for name, value in layer.answers.items()}
            for layer in layers
        ]
        if any(each != said[0] or None in each.values() for each in said):
            return None
        return next((layer for layer in layers if not layer.sure), layers[0])

    def _image_called(self, image: Known) -> Layer:
        """Return what the image with an id says: a plan and a state show the ids of images that were looked up."""
        text = text_of(image) or ""
        shown = self._images_shown().get(text)
        layer = self._image(shown) if shown is not None else None
        if layer is not None:
            return layer
        path = text.removeprefix("resolve:ssm:")
        return unknown_image() if path == text else self.image_sought(SoughtImage(text, image.place, parameter=path))

    def _images_shown(self) -> Mapping[str, Resource]:
        """Return images by their ids; of several with one id the one that tells its `imds_support`."""
        if self._images is None:
            self._images = {}
            for data in (False, True):
                for resource, _ in self._with(capability.image, data=data):
                    for attribute in IMAGE_IDS:
                        value = text_of(resource.body.attribute(attribute))
                        if value and (value not in self._images or _tells(resource)):
                            self._images[value] = resource
        return self._images

    def image_sought(self, sought: SoughtImage) -> Layer:
        """Return what an image says that the code only looks up: what the policy assumes of it, else its family."""
        return assumed_image(self._assumed_images, sought) or family_layer(sought)

    def image(self, resource: Resource) -> Layer:
        """Return what an image in the code says."""
        return self._image(resource) or silent(Source.AMI, resource.address)

    def _image(self, resource: Resource) -> Layer | None:
        """Return what an image in the code says; one that is made from itself (an error) says nothing."""
        record = record_of(resource.kind)
        if record is None or record.image is None or resource.address in self._asked:
            return None
        self._asked.add(resource.address)
        try:
            return record.image.read(resource, self)
        finally:
            self._asked.remove(resource.address)


def _tells(resource: Resource) -> bool:
    return isinstance(resource.body.attribute("imds_support"), Known)


def _which(_: str, answer: Value) -> Value:
    return Unknown(Reason(ReasonKind.NOT_COMPUTED, "which image is launched"), place=answer.place)


def without_key(address: str) -> str:
    """Return the address without its last key: `aws_instance.a["x[1]"]` gives `aws_instance.a`."""
    found = _LAST_KEY.search(address) if address.endswith("]") else None
    return address[: found.start()] if found is not None else address
