"""`make bench`: all figures, each a ratio to something measured in the same run. Nothing here fails a test."""

from __future__ import annotations

import platform
import sys

from benchmarks import growth, instances, language, plans, reading, records, startup

SUITES = {
    "start": startup,
    "records": records,
    "reading": reading,
    "language": language,
    "instances": instances,
    "plans": plans,
    "growth": growth,
}


def main() -> int:
    """Run the suites named on the command line, or all."""
    chosen = sys.argv[1:] or list(SUITES)
    unknown = [name for name in chosen if name not in SUITES]
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(SUITES)}", file=sys.stderr)
        return 2
    print(f"Python {platform.python_version()}, {platform.machine()}; best of several runs, ratios within this run")
    for name in chosen:
        print(f"\n{name}")
        for figure in SUITES[name].figures():
            print(figure, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
