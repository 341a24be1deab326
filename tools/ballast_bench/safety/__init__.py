"""The rows of the safety table that have a time, measured at the pins."""
