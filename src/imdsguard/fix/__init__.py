"""Edits that make findings go away: where they go, what they say, and the proof that they do no more."""
