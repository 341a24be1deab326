"""What somebody does to the bench: stories, actions, the panel and its page."""
