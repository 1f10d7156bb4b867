"""The Capacity tab: where storage stands, when it will be full, and what can be done about it."""
