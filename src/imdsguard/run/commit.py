"""What a hook is asked about: the files of a commit, and the version that it is held against."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.model.record import record
from imdsguard.run.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FROM = "PRE_COMMIT_FROM_REF"
"""Where pre-commit says with what `--from-ref`, or a push, compares ("Creating new hooks", pre-commit.com)."""


@record(frozen=True, slots=True)
class Commit:
    """What is to be committed, or was: the files that it changes, and those that it deletes.

    `against` is the revision before it; None where there is none, as with the first commit.
    """

    paths: tuple[str, ...]
    against: str | None


def commit_of(paths: Sequence[str], environment: Mapping[str, str]) -> Commit:
    """Give the commit of which pre-commit names the files in `paths`, relative to the working directory.

    It names those that are there: what is deleted is asked of git. Raises `RunError`.
    """
    from imdsguard.suppress.git import GitError, Repository

    ref = environment.get(FROM) or "HEAD"
    try:
        repository = Repository.around(os.path.realpath("."))
        if repository.commit("HEAD") is None:
            return Commit(tuple(paths), None)
        gone = repository.deleted(repository.merge_base(ref), staged=ref == "HEAD")
    except GitError as error:
        raise RunError(str(error)) from None
    shown = (os.path.relpath(os.path.join(repository.top, path)) for path in gone)
    return Commit(tuple(dict.fromkeys((*paths, *(path for path in shown if not os.path.lexists(path))))), ref)
