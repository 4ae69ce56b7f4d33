"""Give the outputs of the action that are in the JSON report: two numbers, a line each."""

from __future__ import annotations

import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    report = json.load(file)
print(f"findings={sum(report['summary']['by_severity'].values())}")
print(f"problems={sum(not each.get('known') for each in report['problems'])}")
