"""Folders on their way up, batch after batch, and what is noted of how each ended."""
