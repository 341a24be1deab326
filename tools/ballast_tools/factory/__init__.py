"""Make units: flash, test in the jig, label, keep the record."""
