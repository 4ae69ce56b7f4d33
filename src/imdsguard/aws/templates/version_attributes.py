"""Attributes of launch templates that are versions of them: with each edit they change, and Terraform sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.delivery import Pin
from imdsguard.model.value import Unknown

if TYPE_CHECKING:
    from imdsguard.model.value import Value

ATTRIBUTES = {
    "latest_version": Pin.LATEST_VERSION,
    "default_version": Pin.DEFAULT_VERSION,
    "latest_version_number": Pin.LATEST_VERSION,
    "default_version_number": Pin.DEFAULT_VERSION,
}
"""Attributes of templates; those that end in `_number` are the `awscc` provider's."""


def carries_version(value: Value, template: str) -> bool:
    """Whether a value is made of the version of a template."""
    if not isinstance(value, Unknown):
        return False
    return any(each.address == template and each.attribute[:1] in VERSIONS for each in value.references)


VERSIONS = tuple((name,) for name in ATTRIBUTES)
