"""What reading one root module, plan or state gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.environment import Stack
from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imdsguard.model.absent_module import AbsentModule
    from imdsguard.model.not_made import NotMade
    from imdsguard.model.resource import Resource
    from imdsguard.model.unseen import Unseen


@record(frozen=True, slots=True)
class Plan:
    """What a plan tells beside what will be.

    `before` gives the wanted resources as they are deployed, those that the plan deletes too: read when asked for.
    `variables` are the root module's, as decoded JSON. `complete` is False where Terraform says that the plan leaves
    something out (`-target`, deferred resources), None where its version does not say.
    """

    before: Callable[[], tuple[Resource, ...]]
    variables: Mapping[str, object]
    complete: bool | None = None


@record(frozen=True, slots=True)
class Root:
    """A root module with all its module instances, or one plan or state document.

    `name` is the folder (or the document's file) as a POSIX path relative to the working directory; `.` is the working
    directory. `resources` are in the order of their addresses' declaration, modules after the resources that stand
    beside their calls. `files` are the paths (relative to the working directory) that took part, in order: what
    pre-commit maps changed files by. `plan` is set for a plan; `deployed` for a state: all that is in it is there.
    `environment` is the one in which it was read, "" where it has none, and `account`
    the text by which that one names its account. `absent` are the module calls whose code could
    not be read, `unseen` is what else was not looked at. `not_made` are the wanted blocks without an instance.
    `shows_module`: it stands below `examples` or `tests` of a module's repository, and is deployed nowhere.
    """

    name: str
    resources: tuple[Resource, ...] = ()
    files: tuple[str, ...] = ()
    plan: Plan | None = None
    deployed: bool = False
    absent: tuple[AbsentModule, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    not_made: tuple[NotMade, ...] = ()
    environment: str = ""
    account: str = ""
    shows_module: bool = False

    @property
    def stack(self) -> Stack:
        """The root module and its environment."""
        return Stack(self.name, self.environment)
