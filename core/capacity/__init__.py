"""How full buckets are, how that came about, and when they will be full."""
