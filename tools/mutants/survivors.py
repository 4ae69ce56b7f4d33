"""The list of faults that no test notices, and none need: each with the reason."""

from __future__ import annotations

FILE = "tools/mutants/survivors.yaml"


class SurvivorsError(ValueError):
    """A list that cannot be read."""


def read_survivors(text: str) -> dict[tuple[str, str, str, str], str]:
    """Read the list: reasons by what a fault is known by (`Fault.key`). Raises `SurvivorsError`."""
    import yaml

    found: dict[tuple[str, str, str, str], str] = {}
    for entry in yaml.safe_load(text) or []:
        missing = {"file", "in", "old", "new", "reason"} - set(entry)
        if missing or not str(entry["reason"]).strip():
            raise SurvivorsError(f"{FILE}: {entry} needs {', '.join(sorted(missing)) or 'a reason'}")
        key = (entry["file"], entry["in"], str(entry["old"]), str(entry["new"]))
        if key in found:
            raise SurvivorsError(f"{FILE}: {entry} is listed twice")
        found[key] = entry["reason"]
    return found
