"""Codes of the product's own tables, by the single concept they mean."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from cds_service.clinical.vocabulary import Concept
from cds_service.terminology import Coding

TABLES = ("snomed/conditions.csv", "concept_codes.csv", "conditions.csv")


@cache
def codes_by_concept() -> dict[Concept, list[Coding]]:
    data = files("cds_service.terminology").joinpath("data")
    systems = {"SNOMED CT": "http://snomed.info/sct", "ICD-10-CM": "http://hl7.org/fhir/sid/icd-10-cm"}
    found: dict[Concept, list[Coding]] = {}
    for name in TABLES:
        with data.joinpath(name).open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                concepts = [part for part in row["concepts"].split(";") if part]
                if len(concepts) == 1:
                    coding = Coding(systems[row["system"]], row["code"], row["display"])
                    found.setdefault(Concept(concepts[0]), []).append(coding)
    return found
