"""Plans folder after folder with one oracle; runs in the oracle's own environment.

A line of stdin is a request, `{"folder": ..., "var_files": [...], "workspace": ...}`. A line of stdout answers it.
"""

from __future__ import annotations

import json
import sys


def main() -> None:
    """Serve until stdin ends."""
    folder, engine = sys.argv[1:]
    sys.dont_write_bytecode = True
    sys.path.insert(0, folder)
    from planjson import Oracle, PlanError  # type: ignore[import-not-found]

    with Oracle(engine) as oracle:
        print("{}", flush=True)
        for line in sys.stdin:
            request = json.loads(line)
            if oracle.env.get("TF_WORKSPACE") != request["workspace"]:
                oracle.env["TF_WORKSPACE"] = request["workspace"]
                oracle.stop_worker()  # it has the environment of its start
            try:
                answer = {"plan": oracle.plan(request["folder"], var_files=request["var_files"])}
            except PlanError as error:
                answer = {"error": str(error)}
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
