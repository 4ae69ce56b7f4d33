"""What a run did not look at, as data. `imdsguard.report.unseen` puts it into words."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.model.place import Place


class UnseenKind(str, Enum):
    """What was not looked at, in the order in which it is told; the values are words of the JSON contracts.

    What `subject`, `detail` and `places` are stands beside each. A new one needs its words in
    `imdsguard.report.unseen`, and a row in docs/json.md.
    """

    WORKSPACE = "workspace"  # what the unknown workspace decides: the blocks
    NOT_MADE = "not_made"  # the blocks of launches that make none with the values at hand
    VAR_FILE = "var_file"  # subject: the file that nothing loads; detail: the variables it sets; places: where it does
    MODULE = "module"  # subject: the source that is not downloaded; places: its calls
    UNMADE_MODULE = "unmade_module"  # the same of calls that make none of it with the values at hand
    TERRAGRUNT = "terragrunt"  # subject: a terragrunt.hcl that says how the folder is used


class WayOut(str, Enum):
    """What a person can do so that the next run looks at it."""

    GIVE_WORKSPACE = "give_workspace"
    GIVE_VALUES = "give_values"
    GIVE_VAR_FILE = "give_var_file"
    TERRAFORM_INIT = "terraform_init"
    GET_MODULES = "get_modules"
    FETCH_TAGS = "fetch_tags"
    RUN_TERRAGRUNT = "run_terragrunt"


class NoLaunch(str, Enum):
    """Why a run has found no launch at all; the values are words of the JSON contracts."""

    NO_AWS_CODE = "no_aws_code"
    NO_LAUNCH_BLOCKS = "no_launch_blocks"
    NOT_MADE = "not_made"
    MODULES_MISSING = "modules_missing"


@record(frozen=True, slots=True)
class Unseen:
    """One thing of one kind in one root module that was not looked at. It is no problem, and it is no clean pass.

    `root` is the root module's name, "" for what belongs to none. `subject` is what it is about, where its kind has
    such a thing; reports tell all records of one kind and subject as one line, however many roots they are in.
    """

    kind: UnseenKind
    root: str
    subject: str = ""
    places: tuple[Place, ...] = ()
    way_out: WayOut | None = None
    detail: str = ""
