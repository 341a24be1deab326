"""The folder of an OEM is material for these tests, not a part of ours."""

collect_ignore = ["oem"]
