"""What an upload would do, tried out before, and whether everything has arrived, proven afterwards."""
