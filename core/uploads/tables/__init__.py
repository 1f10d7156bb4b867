"""The rows that uploads write: made of what a folder holds, each once, and found again."""
