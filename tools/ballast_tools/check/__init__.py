"""Commands that check: tests, benches, campaign, mutation."""
