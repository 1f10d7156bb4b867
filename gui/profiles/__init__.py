"""The parts of the dialog that makes a local profile."""
