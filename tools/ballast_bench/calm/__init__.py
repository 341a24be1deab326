"""Steps in which nothing can change are not computed: see README.md."""

ON = True
"""What World.CALM begins with: `ballast mutate` sets it to False before it imports the world."""
