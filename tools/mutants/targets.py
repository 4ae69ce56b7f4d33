"""What faults are put into, and which tests are to notice them."""

from __future__ import annotations

AWS = ("tests/aws", "tests/cli/test_explain_address.py", "--ignore=tests/aws/user_data")

TARGETS = {
    "src/imdsguard/aws/precedence/*.py": AWS,
    "src/imdsguard/aws/root_index.py": AWS,
    "src/imdsguard/aws/alarms/alarm_index.py": AWS,
    "src/imdsguard/terraform/source/providers.py": (
        "tests/terraform/test_provider_accounts.py",
        "tests/terraform/test_providers.py",
        "tests/terraform/test_provider_instances.py",
        "tests/terraform/test_account_data.py",
    ),
    "src/imdsguard/hcl/evaluate/*.py": (
        "tests/hcl/evaluate",
        "tests/hcl/functions",
        "tests/conformance/test_expressions.py",
        "tests/conformance/test_configurations.py",
        "tests/terraform/test_choices.py",
        "tests/terraform/test_exactness.py",
        "tests/terraform/test_switches.py",
        "tests/terraform/test_variables.py",
    ),
    "src/imdsguard/suppress/[!g]*.py": ("tests/suppress",),
    "src/imdsguard/suppress/git_tree.py": ("tests/suppress/test_git_tree.py",),
}
"""Files by pattern, and the tests that are to notice: such as run in the same process.

What runs the installed command sees no fault, so that what runs git is left out: it is tested in no other way.
"""
