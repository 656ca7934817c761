"""What the page's form offers: results with their LOINC codes and units, the first unit being the usual one."""

from __future__ import annotations

from dataclasses import dataclass

UNIT_LABELS = {
    "umol/L": "µmol/L",
    "m[IU]/L": "mIU/L",
    "meq/L": "mEq/L",
    "Cel": "°C",
    "[degF]": "°F",
    "{score}": "points",
    "mm[Hg]": "mmHg",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
    "10*9/L": "10⁹/L",
    "[lb_av]": "lb",
}


@dataclass(frozen=True, slots=True)
class ResultField:
    """One result that can be typed in; ``name`` is the analyte's."""

    name: str
    title: str
    loinc: str
    units: tuple[str, ...]
    """UCUM codes."""

    @property
    def choices(self) -> list[tuple[str, str]]:
        """UCUM code and how people write it."""
        return [(unit, unit_label(unit)) for unit in self.units]


def unit_label(unit: str) -> str:
    """A UCUM code as people write the unit."""
    return UNIT_LABELS.get(unit, unit)


GROUPS: tuple[tuple[str, tuple[ResultField, ...]], ...] = (
    (
        "Electrolytes",
        (
            ResultField("K", "Potassium", "2823-3", ("mmol/L", "mEq/L")),
            ResultField("Na", "Sodium", "2951-2", ("mmol/L", "mEq/L")),
            ResultField("Ca", "Total calcium", "17861-6", ("mmol/L", "mg/dL")),
            ResultField("iCa", "Ionised calcium", "1995-0", ("mmol/L", "mg/dL")),
            ResultField("Alb", "Albumin", "1751-7", ("g/L", "g/dL")),
            ResultField("Mg", "Magnesium", "19123-9", ("mmol/L", "mg/dL", "meq/L")),
        ),
    ),
    (
        "Kidney, muscle, blood",
        (
            ResultField("Cr", "Creatinine", "2160-0", ("umol/L", "mg/dL")),
            ResultField("eGFR", "eGFR", "98979-8", ("mL/min/{1.73_m2}",)),
            ResultField("BUN", "Urea nitrogen", "3094-0", ("mg/dL", "mmol/L")),
            ResultField("CK", "CK", "2157-6", ("U/L",)),
            ResultField("TSH", "TSH", "3016-3", ("m[IU]/L",)),
            ResultField("ALT", "ALT", "1742-6", ("U/L",)),
            ResultField("WBC", "White cells", "6690-2", ("10*9/L",)),
        ),
    ),
    (
        "Vital signs and ECG",
        (
            ResultField("Temp", "Temperature", "8310-5", ("Cel", "[degF]")),
            ResultField("HR", "Heart rate", "8867-4", ("/min",)),
            ResultField("SBP", "Systolic pressure", "8480-6", ("mm[Hg]",)),
            ResultField("DBP", "Diastolic pressure", "8462-4", ("mm[Hg]",)),
            ResultField("RR", "Breaths", "9279-1", ("/min",)),
            ResultField("GCS", "Glasgow Coma Scale", "9269-2", ("{score}",)),
            ResultField("QTc", "QTc", "8636-3", ("ms",)),
            ResultField("weight", "Weight", "29463-7", ("kg", "[lb_av]")),
        ),
    ),
)
FIELDS: tuple[ResultField, ...] = tuple(one for _, some in GROUPS for one in some)
