"""Uploads: folders that staff hand over, and what became of each."""
