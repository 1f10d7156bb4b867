"""The headless twin of the window: `bucketdesk-cli`."""
