"""The dialog of bucket families: what holds for all buckets of one purpose."""
