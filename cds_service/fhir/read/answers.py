"""Whether the Observation of a finding says yes or no: a boolean, a coded answer, or a word for it (rule catalogue B6.0)."""

from __future__ import annotations

from cds_service.fhir import shapes
from cds_service.fhir.read.context import codings, text_of

PRESENT_CODES = frozenset(
    {"52101004", "LA9633-4", "LA33-6", "Y", "POS", "10828004", "373066001", "255604002", "6736007", "24484000"}
)  # fmt: skip
"""Present, Yes, positive, mild, moderate, severe: SNOMED CT, LOINC answers, HL7 v2/v3."""
ABSENT_CODES = frozenset({"2667000", "373067005", "260385009", "LA9634-2", "LA32-8", "N", "NEG"})
"""Absent, No, negative: the same systems."""
PRESENT_WORDS = frozenset({"present", "yes", "positive", "true", "severe", "moderate", "mild", "+", "++", "+++"})
ABSENT_WORDS = frozenset({"no", "absent", "negative", "none", "not present", "denied", "denies", "false"})


def is_present(observation: shapes.Observation) -> bool:
    """Whether a finding's Observation says yes: true, coded present, or a word for it."""
    return observation.valueBoolean is True or _says(observation, PRESENT_CODES, PRESENT_WORDS)


def is_absent(observation: shapes.Observation) -> bool:
    """Whether it says no: false, coded absent, or a word for it."""
    return observation.valueBoolean is False or _says(observation, ABSENT_CODES, ABSENT_WORDS)


def _says(observation: shapes.Observation, codes: frozenset[str], words: frozenset[str]) -> bool:
    if observation.dataAbsentReason is not None or observation.valueBoolean is not None:
        return False
    value = observation.valueCodeableConcept
    if value is not None:
        if any(coding.code in codes for coding in codings(value)):
            return True
        return (text_of(value) or "").strip().casefold() in words
    return (observation.valueString or "").strip().casefold() in words
