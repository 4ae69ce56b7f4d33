"""What faults are put into, and which tests are to notice them."""

from __future__ import annotations

TARGETS = {
    "src/imdsguard/aws/precedence/*.py": ("tests/aws",),
    "src/imdsguard/aws/root_index.py": ("tests/aws",),
    "src/imdsguard/aws/alarms/alarm_index.py": ("tests/aws",),
    "src/imdsguard/aws/alarms/selector.py": ("tests/aws",),
    "src/imdsguard/terraform/source/providers.py": (
        "tests/terraform/test_provider_accounts.py",
        "tests/terraform/test_providers.py",
    ),
    "src/imdsguard/suppress/*.py": ("tests/suppress",),
}  # fmt: skip
"""Files by pattern, and the tests that run in the same process: what runs the installed command sees no fault."""
