"""`python -m imdsguard` is the command `imdsguard`."""

from __future__ import annotations

from imdsguard.cli import main

if __name__ == "__main__":
    main()
