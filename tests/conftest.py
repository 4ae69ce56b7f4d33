"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the conformance corpus and the oracle: beside the checkout in CI, absent in a user's clone."""
    folder = Path(os.environ.get("IMDSGUARD_SHARED", REPOSITORY.parent / "shared"))
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"{folder} is missing: CI must not skip the tests that need it")
        pytest.skip(f"the shared conformance corpus is not here ({folder}): set IMDSGUARD_SHARED to run this test")
    return folder
