"""Try it: the bench live, and measured houses replayed."""
