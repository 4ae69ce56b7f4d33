"""Where a value is decided, and what would give it another one: walked back from what asks for it."""
