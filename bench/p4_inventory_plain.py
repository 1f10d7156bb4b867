"""P4: the inventory of 200,000 objects without rights in the database, against one plain list-v2 walk."""

from __future__ import annotations

import sys

from bench.walks import run

if __name__ == "__main__":
    sys.exit(run("P4 listing of 200,000 objects without functions, read ahead", functions=False, goal=0.6))
