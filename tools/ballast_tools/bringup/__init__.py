"""The first board: what it does is measured, and put beside what the bench's chip profile says."""
