"""Prints a short report of a weather station."""

import sys
from pathlib import Path
from statistics import mean


def parse(line):
    """Returns the pair (date, temperature) of a line, or None if the value is missing."""
    date, temperature = line.split(",")
    return None if temperature == "n/a" else (date, float(temperature))


def read(text):
    """Returns the pairs of all lines after the head, None where a value is missing."""
    return [parse(line) for line in text.splitlines()[1:]]


def report(readings):
    """Returns the report as text of four lines."""
    known = [reading for reading in readings if reading is not None]
    coldest = min(known, key=lambda reading: reading[1])
    warmest = max(known, key=lambda reading: reading[1])
    average = mean(temperature for _, temperature in known)
    return "\n".join([
        f"Days:     {len(known)} of {len(readings)}",
        f"Coldest:  {coldest[0]}  {coldest[1]:.1f} °C",
        f"Warmest:  {warmest[0]}  {warmest[1]:.1f} °C",
        f"Mean:     {average:.1f} °C",
    ])


if __name__ == "__main__":
    print(report(read(Path(sys.argv[1]).read_text(encoding="utf-8"))))
