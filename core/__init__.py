"""The engine of Bucketdesk: everything it can do, with no window and no Qt."""
