"""P3: the inventory of 200,000 objects through the project's SQL function, against one plain list-v2 walk."""

from __future__ import annotations

import sys

from bench.walks import run

if __name__ == "__main__":
    sys.exit(run("P3 listing of 200,000 objects by the project's function", functions=True, goal=0.25))
