"""What a run says when it cannot do what it was asked for."""

from __future__ import annotations


class RunError(Exception):
    """What was asked for cannot be done; the text is one line for who asked.

    A baseline that is none, a revision that git does not know, a file that cannot be written.
    """


class UsageError(RunError):
    """The call itself is wrong: what it asks for contradicts itself, or does not go with what was given."""
