"""Charts: calm, in the theme's colours, read with mouse and keys; `plot` alone knows pyqtgraph and is imported late."""
