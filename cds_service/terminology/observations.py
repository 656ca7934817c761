"""Observations: LOINC codes of laboratory results and vital signs, and the answers of AVPU."""

from __future__ import annotations

from typing import Final, cast, get_args

from cds_service.clinical.vocabulary import Analyte
from cds_service.terminology.model import Consciousness
from cds_service.terminology.store import read_rows
from cds_service.terminology.systems import LOINC, SNOMED, normalise_system
from cds_service.terminology.words import key

BLOOD_PRESSURE_PANELS: Final = frozenset({"85354-9", "55284-4"})
"""Panels whose components 8480-6 and 8462-4 hold the pressures."""
VITAL_SIGNS_PANEL: Final = "85353-1"
GCS_PANEL: Final = "35088-4"
_ANSWERS: Final = frozenset(get_args(Consciousness))


class ObservationIndex:
    """Code tables of observations."""

    def __init__(self) -> None:
        """Reads the tables; a code on the excluded list is never an analyte, whatever else a table says."""
        self.excluded: dict[str, str] = {
            row["loinc"]: row["why"] for row in read_rows("excluded_observation_codes.csv")
        }
        self.analytes: dict[str, Analyte] = {}
        for row in read_rows("observation_codes.csv"):
            if not row["analyte"]:
                self.excluded.setdefault(row["loinc"], row["note"])
            elif row["loinc"] not in self.excluded:
                self.analytes[row["loinc"]] = Analyte(row["analyte"])
        self._snomed: dict[str, Analyte] = {
            row["code"]: Analyte(row["analyte"]) for row in read_rows("snomed/observation_codes.csv")
        }
        self._answers: dict[tuple[str, str], Consciousness] = {}
        for table in ("avpu_answers.csv", "snomed/avpu_answers.csv"):
            for row in read_rows(table):
                at = (row["system"], row["code"] or key(row["display"]))
                if row["answer"] in _ANSWERS:
                    self._answers[at] = cast(Consciousness, row["answer"])

    def analyte(self, system: str | None, code: str) -> Analyte | None:
        """Analyte of a LOINC code, or of a vital sign's SNOMED CT code; ``None`` for look-alikes (urine, CSF, CK-MB)."""
        known = normalise_system(system)
        if known == LOINC:
            return self.analytes.get(code.strip())
        return self._snomed.get(code.strip()) if known == SNOMED else None

    def avpu(self, system: str | None, code: str | None, text: str | None) -> Consciousness | None:
        """AVPU answer by LOINC answer or SNOMED CT code, else by its words or letter; ``None`` when not understood."""
        name = {LOINC: "LOINC", SNOMED: "SNOMED CT"}.get(normalise_system(system))
        if name and code and (name, code.strip()) in self._answers:
            return self._answers[name, code.strip()]
        return self._answers.get(("name", key(text))) if text else None
