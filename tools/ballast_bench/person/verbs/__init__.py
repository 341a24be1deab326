"""What can be done to the bench by hand: one file for each group of verbs."""
