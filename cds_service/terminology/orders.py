"""Orders: what test a ServiceRequest asks for, and the code a suggestion uses."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cds_service.clinical.vocabulary import PANEL_MEMBERS, Analyte, LabTest
from cds_service.terminology.model import Coding
from cds_service.terminology.observations import ObservationIndex
from cds_service.terminology.store import read_rows
from cds_service.terminology.systems import LOINC, SNOMED, normalise_system
from cds_service.terminology.words import key

_SYSTEMS = {"LOINC": LOINC, "SNOMED CT": SNOMED}
_OF_ANALYTE = {
    Analyte.POTASSIUM: LabTest.POTASSIUM,
    Analyte.MAGNESIUM: LabTest.MAGNESIUM,
    Analyte.CALCIUM: LabTest.CALCIUM,
    Analyte.ADJUSTED_CALCIUM: LabTest.CALCIUM,
    Analyte.IONISED_CALCIUM: LabTest.IONISED_CALCIUM,
    Analyte.ALBUMIN: LabTest.ALBUMIN,
    Analyte.CREATININE: LabTest.CREATININE,
    Analyte.EGFR: LabTest.CREATININE,
    Analyte.CK: LabTest.CK,
    Analyte.TSH: LabTest.TSH,
}
_SEPARATORS = re.compile(r"\s*(?:,|;|\+|/|\band\b)\s*", re.IGNORECASE)
_PADDING = frozenset(
    {
        "12", "blood", "brain", "cervical", "check", "contrast", "fasting", "head", "imaging", "lab", "lead",
        "level", "levels", "lumbar", "measurement", "o", "of", "order", "plasma", "please", "repeat", "resting",
        "routine", "scan", "serum", "spine", "stat", "test", "the", "thoracic", "total", "urgent", "w", "with",
        "without", "wo",
    }
)  # fmt: skip
"""Words set aside when a written order is compared with a test name."""
_PICTURE = re.compile(
    r"\b(?:mri?|magnetic resonance|ct|computed tomography|ultraso\w+|sonogra\w+|us|x-?rays?|xr|radiogra\w+|myelogra\w+)\b",
    re.IGNORECASE,
)
_STRUCTURE = re.compile(
    r"\b(?:spine|spinal|lumbar|lumbosacral|cervical|sacr\w+|neck|back|brain|head|plexus|limbs?|extremit\w+|legs?|calf|calves"
    r"|thighs?|arms?|shoulders?|hips?|knees?|foot|feet|muscles?|musculoskeletal|soft tissues?)\b",
    re.IGNORECASE,
)
"""An order of a picture of the locomotor or nervous system, in words: imaging for a structural cause is ordered."""


class OrderIndex:
    """Code and name tables of orderable tests."""

    def __init__(self, observations: ObservationIndex) -> None:
        self._observations = observations
        self._codes: dict[tuple[str, str], frozenset[LabTest]] = {}
        self._names: dict[str, frozenset[LabTest]] = {}
        self._orders: dict[LabTest, Coding] = {}
        for table in ("order_tests.csv", "snomed/order_tests.csv"):
            for row in read_rows(table):
                self._add(row)

    def _add(self, row: dict[str, str]) -> None:
        tests = expanded(frozenset(LabTest(name) for name in row["tests"].split(";") if name))
        if row["system"] == "name":
            self._names[key(row["display"])] = tests
            return
        system = _SYSTEMS[row["system"]]
        self._codes[system, row["code"]] = tests
        if row["use"] == "order":
            self._orders[LabTest(row["tests"])] = Coding(system, row["code"], row["display"])

    def tests(self, codings: Sequence[Coding], text: str | None = None) -> frozenset[LabTest]:
        """Tests an order asks for, panels with their members; empty when it is none of ours. Codes beat words."""
        known = [found for coding in codings if (found := self._coded(coding)) is not None]
        if known:
            return frozenset().union(*known)
        words = [coding.display for coding in codings if coding.display] + ([text] if text else [])
        return frozenset().union(*(self._named(phrase) for phrase in words))

    def _coded(self, coding: Coding) -> frozenset[LabTest] | None:
        if not coding.code:
            return None
        system, code = normalise_system(coding.system), coding.code.strip()
        listed = self._codes.get((system, code))
        if listed is not None:
            return listed
        analyte = self._observations.analyte(system, code)
        if analyte is not None:
            return frozenset({_OF_ANALYTE[analyte]}) if analyte in _OF_ANALYTE else frozenset()
        return frozenset() if system == LOINC and code in self._observations.excluded else None

    def _named(self, phrase: str) -> frozenset[LabTest]:
        """The whole phrase, else each part of a list of tests, with words like "serum" and "repeat" set aside."""
        whole = self._whole(phrase)
        if whole is not None:
            return whole
        parts = [self._whole(part) for part in _SEPARATORS.split(phrase)]
        found = frozenset[LabTest]().union(*(part for part in parts if part is not None))
        pictured = _PICTURE.search(phrase) is not None and _STRUCTURE.search(phrase) is not None
        return found | {LabTest.IMAGING} if pictured else found

    def _whole(self, phrase: str) -> frozenset[LabTest] | None:
        folded = key(phrase)
        if folded in self._names:
            return self._names[folded]
        return self._names.get(" ".join(word for word in folded.split() if word not in _PADDING))

    def order_code(self, test: LabTest) -> Coding:
        """Code and display of a suggested order. SNOMED CT is used for imaging only; without it, the LOINC study."""
        fallback = {LabTest.IMAGING: Coding(LOINC, "18755-9", "MRI study")}
        return self._orders.get(test) or fallback[test]


def expanded(tests: frozenset[LabTest]) -> frozenset[LabTest]:
    """The tests and, for panels, what they contain; what holds K, Ca and creatinine is a basic panel too."""
    members = frozenset().union(*(PANEL_MEMBERS.get(test, frozenset()) for test in tests))
    every = tests | members
    panels = {panel for panel, contained in PANEL_MEMBERS.items() if contained <= every}
    return every | panels
