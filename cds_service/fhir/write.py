"""FHIR that we emit: draft ServiceRequests of the suggestions (B0.1), valid R4.

The resource is built as a plain dict; ``fhir.resources`` (R4B) validates every kind at start-up of the tests and at
service start, not per answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from cds_service.clinical.vocabulary import LabTest
from cds_service.guidance.proposal import DraftTest
from cds_service.hooks.request import CDSRequest
from cds_service.terminology import Terminology

LABORATORY = {"coding": [{"system": "http://snomed.info/sct", "code": "108252007", "display": "Laboratory procedure"}]}
IMAGING = {"coding": [{"system": "http://snomed.info/sct", "code": "363679005", "display": "Imaging"}]}
PROCEDURE = {"coding": [{"system": "http://snomed.info/sct", "code": "103693007", "display": "Diagnostic procedure"}]}
CATEGORY = {LabTest.ECG: PROCEDURE, LabTest.IMAGING: IMAGING}
REQUESTER = re.compile(r"(?:Practitioner|PractitionerRole)/[A-Za-z0-9.\-]{1,64}")
FHIR_ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")
REFERENCE = re.compile(r"[A-Z][A-Za-z]{1,40}/[A-Za-z0-9.\-]{1,64}")
TEXTS = {LabTest.CALCIUM: "Calcium with albumin", LabTest.IMAGING: "MRI referral"}


def order_renderer(request: CDSRequest, terminology: Terminology, now: float) -> Callable[[DraftTest], dict[str, Any]]:
    """A function that turns a proposed test into a draft ServiceRequest for the patient of ``request``."""

    def render(draft: DraftTest) -> dict[str, Any]:
        coding = terminology.order_code(draft.test)
        code: dict[str, Any] = {
            "coding": [{"system": coding.system, "code": coding.code, "display": coding.display}],
            "text": TEXTS.get(draft.test, coding.display),
        }
        resource: dict[str, Any] = {
            "resourceType": "ServiceRequest",
            "status": "draft",
            "intent": "order",
            "category": [CATEGORY.get(draft.test, LABORATORY)],
            "priority": draft.priority,
            "code": code,
            "subject": {"reference": f"Patient/{request.patient_id}"},
            "authoredOn": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        if request.encounter_id and FHIR_ID.fullmatch(request.encounter_id):
            resource["encounter"] = {"reference": f"Encounter/{request.encounter_id}"}
        if request.user_id and REQUESTER.fullmatch(request.user_id):
            resource["requester"] = {"reference": request.user_id}
        if draft.body_site is not None:
            site_system, site = draft.body_site
            resource["bodySite"] = [{"coding": [{"system": site_system, "code": site}]}]
        reasons = [{"reference": reference} for reference in draft.reasons if REFERENCE.fullmatch(reference)]
        if reasons:
            resource["reasonReference"] = reasons
        return resource

    return render
