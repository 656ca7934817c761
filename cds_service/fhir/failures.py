"""What we say when a FHIR server did not give what was asked: our own sentences, nothing from upstream."""

from __future__ import annotations

from cds_service.clinical.chart import GapReason
from cds_service.fhir.delivery import Failure

NOT_ALLOWED = Failure(reason=GapReason.NOT_PERMITTED, detail="not read, because this FHIR server may not be asked.")
NO_TOKEN = Failure(reason=GapReason.NOT_PERMITTED, detail="not read, because no usable access token was sent.")
AWAY = Failure(reason=GapReason.UNREACHABLE, detail="not read, because the FHIR server did not answer in time.")
BUSY = Failure(reason=GapReason.UNREACHABLE, detail="not read, because the FHIR server is busy.")
DOWN = Failure(reason=GapReason.UNREACHABLE, detail="not read, because the FHIR server cannot be reached.")
BROKEN = Failure(reason=GapReason.UNREACHABLE, detail="not read, because the FHIR server failed.")
UNPROVEN = Failure(reason=GapReason.UNREACHABLE, detail="not read, because the FHIR server could not prove who it is.")
INNER = Failure(reason=GapReason.NOT_PERMITTED, detail="not read, because the FHIR server has an address that may not be called.")  # fmt: skip
REFUSED = Failure(reason=GapReason.NOT_PERMITTED, detail="not read, because the FHIR server did not permit it.")
MISSING = Failure(reason=GapReason.MISSING, detail="not read, because the FHIR server does not offer it.")
GARBLED = Failure(reason=GapReason.UNREADABLE, detail="not read, because the FHIR server's answer was not readable.")
TOO_MUCH = Failure(reason=GapReason.INCOMPLETE, detail="read in part only, because there is too much of it.")
PARTIAL = Failure(reason=GapReason.INCOMPLETE, detail="read in part only, because further pages could not be read.")
RAGGED = Failure(reason=GapReason.INCOMPLETE, detail="read in part only, because some entries could not be read.")
FOREIGN = Failure(reason=GapReason.INCOMPLETE, detail="read in part only, because the next page is on another server.")
BY_STATUS = {
    400: MISSING,
    401: REFUSED,
    403: REFUSED,
    404: MISSING,
    405: MISSING,
    410: MISSING,
    412: REFUSED,
    422: MISSING,
}


class Trouble(Exception):
    """One call failed; carries what to say about it, and how long the server asks to wait when it said so."""

    def __init__(self, failure: Failure, *, retry_after_s: float | None = None) -> None:
        super().__init__(failure.detail)
        self.failure = failure
        self.retry_after_s = retry_after_s
