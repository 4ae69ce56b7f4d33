"""What takes findings out of the count: comments in the code, baselines, and what was there before a change."""
