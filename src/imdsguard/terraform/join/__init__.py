"""A plan beside the source that it was made of."""
