"""What stands around a charger: meters, flash, the air, a clamp, a browser's client."""
