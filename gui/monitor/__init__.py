"""Monitoring in the window: the rounds in the background, the banner of alerts, and what can be done about one."""
