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
        "http://www.unitsofmeasure.org",
        "http://unitsofmeasure.org/ucum",
        "http://unitsofmeasure.org/ucum.html",
        "http://ucum.org",
        "urn:oid:2.16.840.1.113883.6.8",
        "2.16.840.1.113883.6.8",
        "UCUM",
        "ucum",
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
PER_MINUTE = {name: Conversion("/min") for name in ("/min", "1/min", "min-1")}
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
    Analyte.EGFR: {"ml/min/{1.73_m2}": EGFR, "ml/min": EGFR},
    Analyte.CREATININE_CLEARANCE: {
        "ml/min": Conversion("mL/min"),
        "ml/min/{1.73_m2}": Conversion("mL/min"),
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
        **{name: Conversion("10*9/L") for name in ("10*9/l", "10*3/ul", "k/ul", "giga/l", "g/l")},
        **{name: Conversion("10*9/L", 0.001) for name in ("/ul", "cells/ul", "1/ul")},
    },
    Analyte.TEMPERATURE: {
        **dict.fromkeys(("cel", "c", "°c", "degc", "[degc]", "celsius", "degcelsius"), CELSIUS),
        **dict.fromkeys(("[degf]", "degf", "f", "°f", "fahrenheit", "degfahrenheit"), FAHRENHEIT),
    },
    Analyte.HEART_RATE: PER_MINUTE,
    Analyte.RESPIRATORY_RATE: PER_MINUTE,
    Analyte.SYSTOLIC_BP: PRESSURE,
    Analyte.DIASTOLIC_BP: PRESSURE,
    Analyte.GCS: {
        name: Conversion("{score}") for name in ("{score}", "1", "score", "points", "{points}", "{gcs}", "/15", "")
    },
    Analyte.QTC: {"ms": Conversion("ms"), "s": Conversion("ms", 1000.0)},
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
        "mmol/dl",
        "mmol",
        "meq",
        "mg",
        "g",
        "%",
    }
)
_SPACES = re.compile(r"\s+")
_ANNOTATION = re.compile(r"\{(?!1\.73|score|points)[^{}]{0,40}\}|\((?:si|serum|plasma|blood|calc)\)")
_SYMBOLS = str.maketrans(
    {
        "µ": "u",
        "μ": "u",
        "×": "x",
        "·": ".",
        "⋅": ".",
        "º": "°",
        "˚": "°",
        "℃": "°c",
        "℉": "°f",
        "−": "-",
        "⁻": "-",
        "^": "*",
        **{chr(0x2070 + digit): str(digit) for digit in (0, *range(4, 10))},
        "¹": "1",
        "²": "2",
        "³": "3",
    }
)
_WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), short)
    for pattern, short in (
        (r"\bper\b", "/"),
        (r"\bmilliequiv(?:alents?)?\b|\bmeqs\b|\bmval\b", "meq"),
        (r"\bmillimol(?:e|es|ar)?\b|\bmmol(?:e|es|s)?\b", "mmol"),
        (r"\bmicromol(?:e|es)?\b|\bmcmol\b", "umol"),
        (r"\bmicrokatals?\b", "ukat"),
        (r"\bmilligram(?:me)?s?\b|\bmgs\b", "mg"),
        (r"\bkilogram(?:me)?s?\b|\bkgs\b|\bkilos?\b", "kg"),
        (r"\bgram(?:me)?s?\b|\bgms?\b", "g"),
        (r"\b(?:milli-?international units?|milliunits?)\b", "miu"),
        (r"\b(?:micro-?international units?|microunits?)\b|\bmciu\b", "uiu"),
        (r"\binternational units?\b|\bunits?\b|\bi\.u\.|\[iu\](?=/l)|\biu(?=/l)", "u"),
        (r"\bmillilit(?:er|re)s?\b", "ml"),
        (r"\bmicrolit(?:er|re)s?\b|\bmcl\b|\bcu\.? ?mm\b|\bcmm\b|\bmm\*?3\b", "ul"),
        (r"\bdecilit(?:er|re)s?\b", "dl"),
        (r"\blit(?:er|re)s?\b", "l"),
        (r"\bminutes?\b|\bmins\b", "min"),
        (r"\bmilliseconds?\b|\bmsecs?\b", "ms"),
        (r"\bseconds?\b|\bsecs?\b", "s"),
        (r"\bdegrees?\b", "deg"),
        (r"mm ?\(hg\)|mm_hg", "mmhg"),
        (r"\b(?:thou|thousand|thousands|th)(?=/)", "10*3"),
    )
)
"""Words and short forms that mean one unit, in the order they are read."""
_TEN = re.compile(r"^x?10(?:\*\*?|e|exp)?\(?([39])\)?/")
_INVERSE = re.compile(r"[.*](l|dl|ml|min)-1$")
_AREA = re.compile(r"^ml/\(?min[/.*]{0,2}[\[({]{0,2}1[.,]73.{0,12}$")
_RATES = re.compile(r"^(?:beats?|breaths?|br|resps?|respirations?|pulse)/min$|^(?:bpm|rpm|brpm)$")


def normalise(unit: str) -> str:
    """One spelling for the many of a unit: ``MEQ/L`` and ``mEq per liter`` are ``meq/l``, ``mg/100 mL`` is ``mg/dl``."""
    return _normalised(unit[:80])


@lru_cache(maxsize=2048)
def _normalised(unit: str) -> str:
    text = " ".join(unit.translate(_SYMBOLS).casefold().split()).removesuffix(".")
    text = re.sub(r" ?/ ?", "/", text)
    for word, short in _WORDS:
        text = word.sub(short, text)
    text = _SPACES.sub("", text)
    text = text.replace("/100ml", "/dl").replace("m[iu]", "miu").replace("u[iu]", "uiu").replace("mcg", "ug")
    if text in ("mg%", "g%"):
        text = text.replace("%", "/dl")
    if text.startswith("{") and text.endswith("}/min"):
        return "/min"
    text = _ANNOTATION.sub("", text) or text
    text = _INVERSE.sub(r"/\1", _TEN.sub(r"10*\1/", text))
    if _AREA.match(text):
        return "ml/min/{1.73_m2}"
    return "/min" if _RATES.match(text) else text


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
