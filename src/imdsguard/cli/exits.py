"""Exit codes."""

from __future__ import annotations

CLEAN = 0
FOUND = 1
PROBLEM = 2
INTERRUPTED = 130
SIGNALLED = 128
"""Of what a signal has ended: this plus the signal's number."""
TERMINATED = SIGNALLED + 15
"""SIGTERM."""
