"""Simulations that answer one question each."""
