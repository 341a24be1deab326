"""What somebody does to the bench: stories, actions, the bench page."""
