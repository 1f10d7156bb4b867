"""Drawing 10,000 points of history, against drawing a hundred."""

from __future__ import annotations

import os
import statistics
import sys
import time

POINTS, FEW = 10_000, 100
_ROUNDS = 7


def main() -> int:
    """Prints both medians and their ratio; every second point is up, the other down, which is the worst there is."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    app = QApplication([])
    from gui.theme import Themes
    from gui.widgets.chart.course import CourseChart
    from gui.widgets.chart.shapes import Course

    themes = Themes(app)
    themes.choose("light")
    chart = CourseChart(themes, "course")
    chart.resize(620, 300)
    chart.show()

    def drawn(points: int) -> float:
        course = Course([1.7e9 + n * 3600 for n in range(points)], [0.3 + 0.4 * (n % 2) for n in range(points)], str)
        took = []
        for _ in range(_ROUNDS):
            start = time.perf_counter()
            chart.show_course(course)
            chart.grab()
            took.append((time.perf_counter() - start) * 1000)
        return statistics.median(took)

    few, many = drawn(FEW), drawn(POINTS)
    print(f"{FEW} points: {few:.0f} ms   {POINTS:,} points: {many:.0f} ms   ratio {many / few:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
