"""Names of code systems: every spelling that records use for one system, reduced to its FHIR URI."""

from __future__ import annotations

from functools import lru_cache

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
NDC = "http://hl7.org/fhir/sid/ndc"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
ICD10 = "http://hl7.org/fhir/sid/icd-10"

_SPELLINGS: dict[str, tuple[str, ...]] = {
    LOINC: ("loinc", "ln", "lnc", "2.16.840.1.113883.6.1", "loinc.org", "www.loinc.org"),
    SNOMED: (
        "snomed", "snomedct", "snomed ct", "snomed-ct", "sct", "sctid", "snomedct_us",
        "2.16.840.1.113883.6.96", "snomed.info/sct", "snomed.info/id",
    ),
    RXNORM: (
        "rxnorm", "rxcui", "rxn", "rxnorm code", "rxnorm cui", "2.16.840.1.113883.6.88", "www.nlm.nih.gov/research/umls/rxnorm",
        "nlm.nih.gov/research/umls/rxnorm", "rxnorm.info", "purl.bioontology.org/ontology/rxnorm",
    ),
    ATC: (
        "atc", "whoatc", "who atc", "atc code", "2.16.840.1.113883.6.73", "www.whocc.no/atc", "whocc.no/atc", "fhir.de/codesystem/dimdi/atc",
        "fhir.de/codesystem/bfarm/atc", "www.whocc.no/atc_ddd_index",
    ),
    NDC: (
        "ndc", "ndc code", "national drug code", "national drug codes", "2.16.840.1.113883.6.69", "hl7.org/fhir/sid/ndc",
        "www.fda.gov/ndc", "www.nlm.nih.gov/research/umls/ndc",
    ),
    ICD10CM: (
        "icd-10-cm", "icd10cm", "icd10-cm", "i10c", "2.16.840.1.113883.6.90", "hl7.org/fhir/sid/icd-10-cm",
        "www.cms.gov/medicare/coding/icd10", "terminology.hl7.org/codesystem/icd-10-cm",
    ),
    ICD10: (
        "icd-10", "icd10", "i10", "2.16.840.1.113883.6.3", "hl7.org/fhir/sid/icd-10", "2.16.840.1.113883.6.3.2",
        "hl7.org/fhir/sid/icd-10-uk", "hl7.org/fhir/sid/icd-10-gm", "fhir.de/codesystem/dimdi/icd-10-gm",
        "fhir.de/codesystem/bfarm/icd-10-gm", "hl7.org/fhir/sid/icd-10-am", "id.who.int/icd/release/10",
    ),
}  # fmt: skip
_BY_SPELLING = {spelling: uri for uri, spellings in _SPELLINGS.items() for spelling in spellings}


LONGEST_SYSTEM = 300
"""No code system is called anything longer; such a text is neither looked up nor remembered."""


def normalise_system(system: str | None) -> str:
    """The FHIR URI for any known spelling (URI with or without scheme, OID with or without ``urn:oid:``, short name).

    A system that is not known comes back as it was written, trimmed; a missing one as the empty string. Versioned
    SNOMED CT edition URIs count as SNOMED CT.
    """
    if system is not None and len(system) > LONGEST_SYSTEM:
        return system
    return _normalised(system)


@lru_cache(maxsize=1024)
def _normalised(system: str | None) -> str:
    written = (system or "").strip()
    key = written.lower().rstrip("/").split("|", 1)[0]
    for prefix in ("urn:oid:", "oid:", "http://", "https://", "urn:"):
        key = key.removeprefix(prefix)
    if key.startswith("snomed.info/sct/"):
        return SNOMED
    return _BY_SPELLING.get(key, written)
