"""Folders by the million: found, tracked in a file of their own, named for a storage, signed off with receipts."""
