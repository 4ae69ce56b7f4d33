"""Writes `plan.json` beside every fixture that Terraform plans, with the oracle in the shared folder.

    PYTHON tests/checks/make_plans.py ../shared/oracle [RULE]

A fixture with `before.tf.txt` is planned after that has been applied: its plan is one of a change. PYTHON is one that
the oracle's README tells how to set up. Fixtures with a variable without a value, or with a value that the provider
refuses, have no plan. Nor have those with `aws_iam_policy_document` or a look-up of a launch template: the oracle
invents what data sources answer, and that of these is the point; nor those of the `awscc` provider, which it lacks.
Remove what it writes for the few whose point a plan hides: a misspelt key of dimensions, the text of a query that names
an instance, images that are looked up.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

BEYOND = ("aws_iam_policy_document", 'data "aws_launch_template"', "awscc_")
FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


def main(oracle: str, rule: str = "*") -> None:
    sys.path.insert(0, oracle)
    from planjson import Oracle, PlanError

    with Oracle() as terraform:
        for case in sorted({path.parent for path in FIXTURES.glob(f"{rule}/*/*/*.tf*")}):
            if any(word in (case / "main.tf").read_text(encoding="utf-8") for word in BEYOND):
                continue
            try:
                plan = planned(terraform, case)
            except PlanError as error:
                print(f"{case.relative_to(FIXTURES)}: {str(error).splitlines()[-1]}")
                continue
            plan.pop("timestamp", None)
            (case / "plan.json").write_text(json.dumps(plan, separators=(",", ":")) + "\n", encoding="utf-8")


def planned(terraform: Any, case: Path) -> Any:
    """Plan a fixture, on top of what is deployed if it says what that is."""
    before = case / "before.tf.txt"
    if not before.exists():
        return terraform.plan(case)
    with tempfile.TemporaryDirectory() as folder:
        stack = Path(folder, "stack")
        shutil.copytree(case, stack)
        (stack / "plan.json").unlink(missing_ok=True)
        shutil.copy(before, stack / "main.tf")
        terraform.plan(stack, apply=True)
        shutil.copy(case / "main.tf", stack / "main.tf")
        return terraform.plan(stack)


if __name__ == "__main__":
    main(*sys.argv[1:])
