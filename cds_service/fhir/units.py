"""Units of results (rule catalogue 0.4): a closed list per analyte; what does not fit is not usable, never guessed.

The UCUM code decides, else the unit's text. Spelling is normalised (case, micro signs, annotations, ``mEq``, ``mg/100
mL``). A code and a text that contradict each other make the value unusable. Milliequivalents of calcium and magnesium
count half a millimole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from cds_service.clinical.vocabulary import Analyte

UCUM_SYSTEMS = frozenset(
    {
        "http://unitsofmeasure.org",
        "http://unitsofmeasure.org/",
        "https://unitsofmeasure.org",
        "urn:oid:2.16.840.1.113883.6.8",
    }
)


@dataclass(frozen=True, slots=True)
class Conversion:
    """``(value + shift) * factor / divisor`` in the unit ``family`` in which the analyte is compared."""

    family: str
    factor: float = 1.0
    divisor: float = 1.0
    shift: float = 0.0

    def apply(self, value: float) -> float:
        """The value in ``family``."""
        if self.shift == 0.0 and self.factor == 1.0 and self.divisor == 1.0:
            return value
        return (value + self.shift) * self.factor / self.divisor


MILLIMOLES = {"mmol/l": Conversion("mmol/L"), "meq/l": Conversion("mmol/L")}
DIVALENT = {"mmol/l": Conversion("mmol/L"), "meq/l": Conversion("mmol/L", 0.5), "mg/dl": Conversion("mg/dL")}
ENZYME = {"u/l": Conversion("U/L"), "ukat/l": Conversion("U/L", 60.0)}
PER_MINUTE = {
    name: Conversion("/min") for name in ("/min", "1/min", "bpm", "beats/min", "breaths/min", "per minute", "min-1")
}
EGFR = Conversion("mL/min/1.73 m2")
PRESSURE = {name: Conversion("mmHg") for name in ("mm[hg]", "mmhg")}
CELSIUS = Conversion("Cel")
FAHRENHEIT = Conversion("Cel", 5.0, 9.0, -32.0)

UNITS: dict[Analyte, dict[str, Conversion]] = {
    Analyte.POTASSIUM: MILLIMOLES,
    Analyte.SODIUM: MILLIMOLES,
    Analyte.CALCIUM: DIVALENT,
    Analyte.ADJUSTED_CALCIUM: DIVALENT,
    Analyte.IONISED_CALCIUM: DIVALENT,
    Analyte.MAGNESIUM: DIVALENT,
    Analyte.ALBUMIN: {"g/l": Conversion("g/L"), "g/dl": Conversion("g/L", 10.0), "umol/l": Conversion("g/L", 0.0665)},
    Analyte.BUN: {"mg/dl": Conversion("mg/dL"), "mmol/l": Conversion("mg/dL", 2.8)},
    Analyte.UREA: {"mmol/l": Conversion("mmol/L"), "mg/dl": Conversion("mmol/L", 0.16651)},
    Analyte.CREATININE: {
        "mg/dl": Conversion("mg/dL"),
        "umol/l": Conversion("mg/dL", 1.0, 88.42),
        "mmol/l": Conversion("mg/dL", 1000.0, 88.42),
    },
    Analyte.EGFR: dict.fromkeys(
        ("ml/min/{1.73_m2}", "ml/min/1.73.m2", "ml/min/1.73m2", "ml/min/1.73m^2", "ml/min/{1.73m2}", "ml/min"), EGFR
    ),
    Analyte.CREATININE_CLEARANCE: {
        "ml/min": Conversion("mL/min"),
        "ml/min/{1.73_m2}": Conversion("mL/min"),
        "ml/min/1.73m2": Conversion("mL/min"),
        "ml/s": Conversion("mL/min", 60.0),
    },
    Analyte.CK: ENZYME,
    Analyte.ALT: ENZYME,
    Analyte.TSH: {
        "miu/l": Conversion("mIU/L"),
        "uiu/ml": Conversion("mIU/L"),
        "mu/l": Conversion("mIU/L"),
        "uu/ml": Conversion("mIU/L"),
    },
    Analyte.WBC: {
        **{
            name: Conversion("10*9/L")
            for name in ("10*9/l", "10*3/ul", "10^9/l", "10^3/ul", "k/ul", "x10*9/l", "x10^9/l", "10*3/mm3", "giga/l")
        },
        "/ul": Conversion("10*9/L", 0.001),
        "/mm3": Conversion("10*9/L", 0.001),
    },
    Analyte.TEMPERATURE: {
        **dict.fromkeys(("cel", "c", "°c", "degc", "[degc]", "degreec", "degreesc", "celsius"), CELSIUS),
        **dict.fromkeys(("[degf]", "degf", "f", "°f", "degreef", "degreesf", "fahrenheit"), FAHRENHEIT),
    },
    Analyte.HEART_RATE: PER_MINUTE,
    Analyte.RESPIRATORY_RATE: PER_MINUTE,
    Analyte.SYSTOLIC_BP: PRESSURE,
    Analyte.DIASTOLIC_BP: PRESSURE,
    Analyte.GCS: {name: Conversion("{score}") for name in ("{score}", "1", "score", "points", "{points}", "")},
    Analyte.QTC: {"ms": Conversion("ms"), "msec": Conversion("ms"), "s": Conversion("ms", 1000.0)},
    Analyte.WEIGHT: {
        "kg": Conversion("kg"),
        "g": Conversion("kg", 0.001),
        **{name: Conversion("kg", 0.45359237) for name in ("[lb_av]", "lb", "lbs", "pound", "pounds")},
        "[oz_av]": Conversion("kg", 0.028349523125),
    },
}
ALL_SPELLINGS = frozenset(name for table in UNITS.values() for name in table) | frozenset(
    {
        "g/l",
        "g/dl",
        "mg/l",
        "ng/ml",
        "ug/l",
        "ug/dl",
        "ug/ml",
        "pmol/l",
        "nmol/l",
        "mol/l",
        "meq/dl",
        "mmol",
        "mg",
        "g",
        "%",
        "iu/l",
    }
)
_SPACES = re.compile(r"\s+")
_ANNOTATION = re.compile(r"\{(?!1\.73|score|points)[^{}]{0,40}\}")
_MICRO = str.maketrans({"µ": "u", "μ": "u", "\u00a0": " ", "²": "2", "³": "3", "×": "x"})


@lru_cache(maxsize=4096)
def normalise(unit: str) -> str:
    """One spelling for the many of a unit: ``MEQ/L`` and ``mEq/l`` are ``meq/l``, ``mg/100 mL`` is ``mg/dl``."""
    text = _SPACES.sub("", unit.translate(_MICRO)).casefold()
    text = text.replace("/100ml", "/dl").replace("m[iu]", "miu").replace("u[iu]", "uiu").replace("[iu]", "u")
    text = (
        text.replace("mcmol", "umol").replace("mcg", "ug").replace("units/", "u/").replace("iu/l", "u/l")
        if "miu" not in text
        else text
    )
    if text.startswith("{") and text.endswith("}/min"):
        return "/min"
    return _ANNOTATION.sub("", text) or text


@lru_cache(maxsize=4096)
def conversion(analyte: Analyte, unit: str | None, code: str | None, system: str | None) -> Conversion | None:
    """How to convert a Quantity of ``analyte``, ``None`` when its unit is absent, does not fit or contradicts itself."""
    table = UNITS.get(analyte)
    if table is None:
        return None
    text = normalise(unit) if unit else None
    coded = normalise(code) if code and (system is None or system in UCUM_SYSTEMS) else None
    if coded is None and text is None:
        return table.get("")
    if coded is None:
        return table.get(text or "")
    found = table.get(coded)
    if found is None:
        known = coded in ALL_SPELLINGS or system in UCUM_SYSTEMS
        return None if known or text is None else table.get(text)
    if text is not None and text != coded and text in ALL_SPELLINGS and table.get(text) != found:
        return None
    return found
