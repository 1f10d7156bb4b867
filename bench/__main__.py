"""Runs the quick benchmarks of this folder one after another: every `p<number>_*.py`, or those named.

`python -m bench p5` runs the one. Each prints its figure, its reference's and the ratio.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def _number(script: Path) -> int:
    return int("".join(letter for letter in script.stem.partition("_")[0] if letter.isdigit()))


def main(wanted: list[str]) -> int:
    """Runs what was asked for; the number of benchmarks that failed is the exit code."""
    scripts = sorted(HERE.glob("p[0-9]*_*.py"), key=_number)
    chosen = [script for script in scripts if not wanted or script.stem.partition("_")[0] in wanted]
    failed = 0
    for script in chosen:
        print(f"\n== {script.stem}", flush=True)
        ended = subprocess.run([sys.executable, "-m", f"bench.{script.stem}"], cwd=HERE.parent, check=False)
        failed += ended.returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
