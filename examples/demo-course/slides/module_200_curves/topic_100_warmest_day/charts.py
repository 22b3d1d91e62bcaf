"""Small SVG charts that a notebook shows without any extra package."""

from collections.abc import Sequence
from html import escape
from math import ceil, floor

WIDTH, HEIGHT, MARGIN = 640, 260, 36
STEP = 5  # between two grid lines, in the unit of the values
COLOURS = ("#2b6cb0", "#dd6b20", "#2f855a", "#805ad5")


class Chart:
    """A drawing that Jupyter displays as a picture."""

    def __init__(self, body: str) -> None:
        self.svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
            f' width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12">'
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>{body}</svg>'
        )

    def _repr_svg_(self) -> str:
        return self.svg


class Scale:
    """Maps a range of numbers onto a range of pixels."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self.low = low
        self.start = start
        self.factor = (end - start) / (high - low or 1)

    def __call__(self, value: float) -> float:
        return round(self.start + (value - self.low) * self.factor, 1)


def line_chart(unit: str = "", /, **series: Sequence[float | None]) -> Chart:
    """Draws one line per keyword; `None` leaves a gap at its place."""
    values = [value for line in series.values() for value in line if value is not None]
    x = Scale(0, max(map(len, series.values())) - 1, MARGIN, WIDTH - 12)
    ticks = _ticks(min(values), max(values))
    y = Scale(ticks[0], ticks[-1], HEIGHT - MARGIN, 30)
    parts = [_grid(y, ticks, unit)]
    for number, (name, line) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        parts += [_line(points, colour) for points in _runs(line, x, y)]
        parts.append(_legend(number, name, colour))
    return Chart("".join(parts))


def bar_chart(unit: str, values: Sequence[float]) -> Chart:
    """Draws one bar per value, from zero upwards."""
    x = Scale(0, len(values), MARGIN, WIDTH - 12)
    ticks = _ticks(0, max(values))
    y = Scale(0, ticks[-1], HEIGHT - MARGIN, 30)
    width = round(x.factor * 0.7, 1)
    bars = "".join(
        f'<rect x="{x(index)}" y="{y(value)}" width="{width}"'
        f' height="{round(y(0) - y(value), 1)}" fill="{COLOURS[0]}"/>'
        for index, value in enumerate(values)
        if value > 0
    )
    return Chart(_grid(y, ticks, unit) + bars)


def _runs(line: Sequence[float | None], x: Scale, y: Scale) -> list[str]:
    """Returns the point lists of the stretches between gaps."""
    runs: list[list[str]] = [[]]
    for index, value in enumerate(line):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(f"{x(index)},{y(value)}")
    return [" ".join(run) for run in runs if run]


def _line(points: str, colour: str) -> str:
    return (
        f'<polyline points="{points}" fill="none" stroke="{colour}"'
        ' stroke-width="2.5" stroke-linejoin="round"/>'
    )


def _ticks(low: float, high: float) -> range:
    """Returns the multiples of `STEP` that enclose both values."""
    return range(floor(low / STEP) * STEP, ceil(high / STEP) * STEP + 1, STEP)


def _grid(y: Scale, ticks: range, unit: str) -> str:
    """Returns one horizontal line per tick with its value, the unit at the top."""
    lines = "".join(
        f'<line x1="{MARGIN}" x2="{WIDTH - 12}" y1="{y(value)}" y2="{y(value)}" stroke="#e2e8f0"/>'
        f'<text x="{MARGIN - 6}" y="{y(value) + 4}" text-anchor="end" fill="#4a5568">{value}</text>'
        for value in ticks
    )
    return lines + f'<text x="{MARGIN - 6}" y="14" text-anchor="end" fill="#4a5568">{escape(unit)}</text>'


def _legend(number: int, name: str, colour: str) -> str:
    left = MARGIN + 10 + number * 120
    return (
        f'<rect x="{left}" y="{HEIGHT - 20}" width="14" height="4" fill="{colour}"/>'
        f'<text x="{left + 20}" y="{HEIGHT - 14}" fill="#2d3748">{escape(name)}</text>'
    )
