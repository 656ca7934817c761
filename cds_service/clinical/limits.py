"""The limits in force: every threshold and window of section E, by key.

Values come from ``parameters.toml`` and a site's own file (``cds_service.parameters``); a rule asks for a key and a
finding carries the value it used, so a card prints the limit in force and never a default.
"""

from __future__ import annotations

from collections.abc import Mapping

from cds_service.clinical.fact import Fact, field

PRINTED_UNITS = {"Cel": "°C", "{score}": "", "10*9/L": "×10⁹/L"}
_DECIMALS = {"ca": {"mmol/L": 2, "mg/dL": 1}, "ica": {"mmol/L": 2, "mg/dL": 1}, "mg": {"mmol/L": 2, "mg/dL": 1}}
_ONE_DECIMAL = ("k.", "mra.k_")
_SYMBOLS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}


class Limits(Fact):
    """Numbers and switches by dotted key; values in two units are stored as ``<key>.<unit>``.

    ``version`` names the set (package set plus site overrides) and stands in every answer.
    """

    version: str
    numbers: Mapping[str, float]
    switches: Mapping[str, bool]
    units: Mapping[str, str] = field(default_factory=dict)
    compares: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, key: str) -> float:
        """The number under ``key``; an unknown key is a programming error (KeyError)."""
        return self.numbers[key]

    def is_on(self, key: str) -> bool:
        """The switch under ``key``."""
        return self.switches[key]

    def in_unit(self, key: str, unit: str) -> float:
        """The limit ``key`` in the unit family of the result it is compared with."""
        number = self.numbers.get(f"{key}.{unit}")
        return self.numbers[key] if number is None else number

    def text(self, key: str, unit: str | None = None) -> str:
        """The limit as a card prints it: ``< 3.5 mmol/L``."""
        number = self.in_unit(key, unit) if unit else self.numbers[key]
        symbol = _SYMBOLS.get(self.compares.get(key, ""), "")
        named = unit or self.units.get(key, "")
        shown = _shown(number, key, named)
        return " ".join(part for part in (symbol, shown, PRINTED_UNITS.get(named, named)) if part)


def _shown(number: float, key: str, unit: str) -> str:
    """A limit with the decimals of its analyte (C2), more where a site has set more."""
    least = _DECIMALS.get(key.split(".", 1)[0], {}).get(unit, 1 if key.startswith(_ONE_DECIMAL) else 0)
    exact = f"{number:g}"
    return exact if len(exact.partition(".")[2]) > least else f"{number:.{least}f}"
