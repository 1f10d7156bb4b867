"""P1: the first scan of 200,000 folders into the tracker, against `find`."""

from __future__ import annotations

import sys

from bench.scans import run

if __name__ == "__main__":
    sys.exit(run("P1 first scan of 200,000 folders", again=False, goal=1.5))
