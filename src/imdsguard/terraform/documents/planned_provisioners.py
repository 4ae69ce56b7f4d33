"""Provisioners of a plan's resources: their arguments as the configuration shows them, and no connection.

(Terraform, "JSON Output Format": configuration representation)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.resource import LocalFile, Provisioner
from imdsguard.model.value import Absent, Unknown
from imdsguard.terraform.documents.document_body import DocumentBody
from imdsguard.terraform.documents.expressions import Shown, expression_of
from imdsguard.terraform.documents.plan_configuration import REMOTE

if TYPE_CHECKING:
    from imdsguard.model.place import Place
    from imdsguard.terraform.documents.references import ReferenceContext
    from imdsguard.terraform.documents.schema import ConfigurationProvisioner, ConfigurationResource

KINDS = (REMOTE, "file")
NO_FILES = Reason(ReasonKind.NOT_IN_DOCUMENT)


def provisioners_of(block: ConfigurationResource, place: Place, around: ReferenceContext) -> tuple[Provisioner, ...]:
    """Give the provisioners of a resource, in their order."""
    return tuple(_provisioner(each, place, around) for each in block.provisioners if each.type in KINDS)


def _provisioner(shown: ConfigurationProvisioner, place: Place, around: ReferenceContext) -> Provisioner:
    values: dict[str, Any] = {}
    unknown: dict[str, Any] = {}
    for name, expression in shown.expressions.items():
        read = expression_of(expression)
        if read is not None and read.constant_value is not UNSET:
            values[name] = read.constant_value
        else:
            unknown[name] = True
    body = DocumentBody(place, values, unknown, None, Shown(shown.expressions), around)
    return Provisioner(shown.type, body, (), lambda argument: _files(body, argument))


def _files(body: DocumentBody, argument: str) -> tuple[LocalFile, ...]:
    """Say of files that an argument names that they are not in the plan."""
    value = body.attribute(argument)
    if isinstance(value, Absent):
        return ()
    given = value.value if not isinstance(value, Unknown) and isinstance(value.value, tuple) else (value,)
    names = [each.value if not isinstance(each, (Unknown, Absent)) else "" for each in given]
    return tuple(LocalFile(str(name), Unknown(NO_FILES, place=body.place)) for name in names)
