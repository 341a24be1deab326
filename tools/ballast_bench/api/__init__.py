"""The objects that a test engineer works with: each act is kept as a line of a story."""
