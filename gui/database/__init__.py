"""The dialog that sets up a project's database, and its parts."""
