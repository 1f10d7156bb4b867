"""History: what was changed in the project, and the way back."""
