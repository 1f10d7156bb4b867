"""The queue of folders: where each waits, what people do to it, and what only they can decide."""
