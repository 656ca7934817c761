"""Patient → age, sex, deceased (rule catalogue 0.1)."""

from __future__ import annotations

from datetime import datetime

from cds_service.clinical.chart import Patient, Sex
from cds_service.fhir import shapes
from cds_service.fhir.read.context import Reading

SEXES = {"female": Sex.FEMALE, "male": Sex.MALE}


def read_patient(patient: shapes.Patient, reading: Reading) -> Patient | None:
    """The patient in context; ``None`` for anybody else (counted). Raises msgspec errors for a malformed one."""
    if patient.id != reading.patient_id:
        (reading.strangers if patient.id else reading.ownerless)["Patient"] += 1
        return None
    return Patient(
        age=completed_years(patient.birthDate, reading),
        sex=SEXES.get((patient.gender or "").strip().casefold()),
        deceased=bool(patient.deceasedBoolean) or patient.deceasedDateTime is not None,
        reference=f"Patient/{patient.id}",
    )


def completed_years(birth_date: str | None, reading: Reading) -> int | None:
    """Age in completed years; of a partial date the latest possible birthday counts, so that nobody is made older.

    ``None`` when the date is missing, unreadable, in the future or more than 130 years back.
    """
    parts = (birth_date or "")[:10].split("-")
    if len(parts) > 3 or not all(part.isdigit() for part in parts):
        return None
    year, month, day = [*(int(part) for part in parts), 0, 0][:3]
    today = datetime.fromtimestamp(reading.now, reading.zone)
    age = today.year - year - ((today.month, today.day) < (month or 12, day or 31))
    return age if 0 <= age <= 130 else None
