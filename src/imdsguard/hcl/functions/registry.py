"""Which functions there are, and in which family's module each lives: a family is imported when first called."""
