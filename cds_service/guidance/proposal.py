"""What the service may propose: a draft test order. Never a drug, a dose or a change of an active medicine (B0.1)."""

from __future__ import annotations

from cds_service.clinical.fact import Fact
from cds_service.clinical.vocabulary import LabTest


class DraftTest(Fact):
    """One test order to draft: what, how urgent (FHIR request priority), and the results or problems behind it."""

    test: LabTest
    priority: str
    reasons: tuple[str, ...] = ()
    """``Type/id`` of the triggering Observations and Conditions."""
    body_site: tuple[str, str] | None = None
    """Code system and code of the part of the body, from the Condition behind an imaging referral."""
