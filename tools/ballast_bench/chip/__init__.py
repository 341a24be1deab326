"""The chip's time and limits: what a profile says, and how the bench spends it (README.md)."""
