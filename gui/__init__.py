"""The window: tabs, tables and dialogs over the engine in `core`."""
