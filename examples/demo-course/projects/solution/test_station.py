"""Checks the three functions of station.py."""

import unittest

from station import parse, read, report


class StationTest(unittest.TestCase):
    def test_a_line_becomes_a_date_and_a_number(self):
        self.assertEqual(parse("2025-11-05,-1.2"), ("2025-11-05", -1.2))

    def test_a_missing_value_becomes_none(self):
        self.assertIsNone(parse("2025-11-07,n/a"))

    def test_the_head_is_skipped(self):
        self.assertEqual(read("date,temperature\n2025-11-01,9.4\n"), [("2025-11-01", 9.4)])

    def test_the_report_counts_the_missing_days(self):
        lines = report([("a", 1.0), None, ("b", 3.0)]).splitlines()
        self.assertEqual(lines, [
            "Days:     2 of 3",
            "Coldest:  a  1.0 °C",
            "Warmest:  b  3.0 °C",
            "Mean:     2.0 °C",
        ])


if __name__ == "__main__":
    unittest.main()
