"""References made from the code: settings, API, status document, event log, stories. See __main__.py."""
