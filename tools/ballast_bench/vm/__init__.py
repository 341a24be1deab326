"""The charger on a real MicroPython VM: see README.md."""
