"""Balancing behind one main fuse, at the level of currents: controllers, houses, scores."""
