"""Folders by the million go up, tracked and each once: `desk` is what the window and the command line ask."""
