"""A whole clamp on the bench: analogue front, the clamp's own firmware, its radio."""
