"""Whether a laboratory marked a sample as haemolysed (rule catalogue 0.3-7), and not that it was not."""

from __future__ import annotations

import re

from cds_service.fhir import shapes
from cds_service.fhir.read.context import Reading
from cds_service.fhir.tidy import DECODE_ERRORS

MARK = re.compile(r"ha?emoly[sz]", re.IGNORECASE)
DENIED = re.compile(
    r"\b(?:no|not|non|nil|without|absence of|free of|negative for)\b[\s-]{1,3}(?:\w{1,20}\s){0,2}?ha?emoly[sz]\w{0,5}"
    r"|ha?emoly[sz]\w{0,5}(?:\s(?:index|grade|level))?\s{0,2}[:=?]?\s{0,2}(?:none|nil|no\b|not\b|negative|absent|normal|0\b(?!\.))",
    re.IGNORECASE,
)
CODES = frozenset({"HEM"})
"""HL7 v2 table 0493, specimen condition "Hemolyzed", as codes alone."""


def says_haemolysed(text: str | None) -> bool:
    """Whether a text carries the mark outside a denial. Only the first 2,000 characters are looked at."""
    if not text or not MARK.search(text[:2000]):
        return False
    return bool(MARK.search(DENIED.sub("", text[:2000])))


def is_haemolysed(
    observation: shapes.Observation, part: shapes.Observation | shapes.Component, reading: Reading
) -> bool:
    """Whether note, interpretation or the specimen's condition carries the mark."""
    if any(says_haemolysed(note.text) for note in observation.note or ()):
        return True
    interpretations = list(observation.interpretation or ())
    if part is not observation:
        interpretations += part.interpretation or ()
    if any(_concept_says(concept) for concept in interpretations):
        return True
    specimen = observation.specimen
    if specimen is None:
        return False
    if says_haemolysed(specimen.display):
        return True
    try:
        found = reading.resolve(specimen.reference, observation.contained)
        if not isinstance(found, shapes.Specimen):
            return False
        return any(_concept_says(one) for one in found.condition or ()) or any(
            says_haemolysed(note.text) for note in found.note or ()
        )
    except DECODE_ERRORS:
        return False


def _concept_says(concept: shapes.Concept) -> bool:
    return says_haemolysed(concept.text) or any(
        says_haemolysed(coding.display) or says_haemolysed(coding.code) or coding.code in CODES
        for coding in concept.coding or ()
    )
