"""Says whether what is checked out may be a stranger's: prints `no` only where the event shows that it is not.

Run by the action's Python with -I: nothing of the workspace is imported.
"""

import json
import os
import sys


def is_fork(event: object) -> bool:
    """Whether an event of GitHub is about a pull request from another repository, or may be."""
    if not isinstance(event, dict):
        return True
    if isinstance(event.get("issue"), dict) and event["issue"].get("pull_request"):
        return True  # a comment on one: it does not say where it is from
    here = name_of(event.get("repository"))
    heads = []
    if event.get("pull_request"):
        heads.append((event["pull_request"].get("head") or {}).get("repo"))
    if event.get("workflow_run"):
        heads.append(event["workflow_run"].get("head_repository"))
    return not here or any(name_of(head) != here for head in heads)


def name_of(repository: object) -> str:
    """The full name of a repository; nothing for one that is gone."""
    return str(repository.get("full_name") or "") if isinstance(repository, dict) else ""


def main() -> None:
    """Read the event that the runner tells of."""
    try:
        with open(os.environ["GITHUB_EVENT_PATH"], encoding="utf-8") as file:
            fork = is_fork(json.load(file))
    except (KeyError, OSError, ValueError, AttributeError):
        fork = True
    sys.stdout.write("yes\n" if fork else "no\n")


if __name__ == "__main__":
    main()
