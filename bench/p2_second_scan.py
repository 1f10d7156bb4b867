"""P2: the same scan again, nothing changed, against `find`."""

from __future__ import annotations

import sys

from bench.scans import run

if __name__ == "__main__":
    sys.exit(run("P2 second scan of 200,000 folders", again=True, goal=1.0, memory_mib=150))
