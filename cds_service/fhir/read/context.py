"""What every part of the reader shares: whose chart, which moment, what was found out on the way."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence, Set
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

import msgspec
from msgspec import field

from cds_service.clinical.chart import Gap, GapReason, NotUsed, Sex
from cds_service.clinical.limits import Limits
from cds_service.fhir import shapes
from cds_service.fhir.read.places import Places
from cds_service.fhir.read.times import parse_time
from cds_service.fhir.tidy import DECODE_ERRORS, RESOURCE
from cds_service.guidance.finding import Hook
from cds_service.terminology import Coding, Terminology

if TYPE_CHECKING:
    from cds_service.fhir.read.glossary import Glossary

SAFE_ID = re.compile(r"[A-Za-z0-9.\-_~]{1,255}")


class Reading(msgspec.Struct, kw_only=True):
    """One request being read."""

    hook: Hook
    patient_id: str
    encounter_id: str | None
    fhir_server: str | None
    now: float
    zone: tzinfo
    terminology: Terminology
    glossary: Glossary
    limits: Limits
    sex: Sex | None = None
    """Of the patient, once read: it tells which of several reference ranges applies."""
    patient_urls: set[str] = field(default_factory=set)
    """fullUrls under which the context's own Patient was delivered."""
    resources: dict[str, shapes.Resource] = field(default_factory=dict)
    """Resources that others point at (Medication, Condition, Specimen), by ``Type/id`` and by fullUrl."""
    gaps: list[Gap] = field(default_factory=list)
    not_used: list[NotUsed] = field(default_factory=list)
    strangers: Counter[str] = field(default_factory=Counter)
    """Resource type → how many belonged to another patient."""
    ownerless: Counter[str] = field(default_factory=Counter)
    """Resource type → how many could not be tied to any patient."""
    unreadable: Counter[str] = field(default_factory=Counter)
    nameless: Counter[str] = field(default_factory=Counter)
    """Resource type → how many medicines had neither a known code nor a readable name."""
    places: Places = field(default_factory=Places)
    found_at: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Resource type → where the first of those stood that could not be used."""
    old_version: bool = False
    """Something came in a shape of DSTU2 or STU3 that cannot be read."""
    latest_moment: float = 0.0
    """Later ones lie in the future (``time.future_skew_h``)."""
    _own: frozenset[str] = frozenset()
    own_subjects: set[bytes] = field(default_factory=set)
    """Subjects, as they are written, that were found to be the patient."""
    _others: dict[bytes, Counter[str]] = field(default_factory=dict)
    """Any other subject as it is written → where what is theirs is counted."""
    _counted: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.latest_moment = self.now + self.limits["time.future_skew_h"] * 3600
        forms = {f"Patient/{self.patient_id}", self.patient_id, f"urn:uuid:{self.patient_id}"}
        if self.fhir_server:
            forms.add(f"{self.fhir_server.rstrip('/')}/Patient/{self.patient_id}")
        self._own = frozenset(forms)

    def is_own(
        self, subject: msgspec.Raw, kind: str, identity: str | None, former: msgspec.Raw = shapes.NOTHING
    ) -> bool:
        """Whether a resource belongs to the patient in context: exact match after the stated normalisation.

        Counts what does not, each resource once; nothing of it is used. ``former`` is the member that held the patient
        in DSTU2. Raises msgspec errors for a malformed subject.
        """
        written = bytes(subject)
        if written in self.own_subjects:
            return True
        elsewhere = self._others.get(written)
        if elsewhere is None:
            elsewhere = self._elsewhere(written)
            if elsewhere is None:
                self.own_subjects.add(written)
                return True
            self._others[written] = elsewhere
        if former and not written:
            self.old_version = True
            return False
        name = f"{kind}/{identity}"
        if identity is None or name not in self._counted:
            self._counted.add(name)
            elsewhere[kind] += 1
        return False

    def _elsewhere(self, written: bytes) -> Counter[str] | None:
        found = _REFERENCE.decode(written) if written else None
        reference = found.reference if found is not None else None
        if not reference or reference.startswith("#") or "?" in reference:
            return self.ownerless
        return None if reference in self._own or reference in self.patient_urls else self.strangers

    def cannot_read(self, kind: str, resource: object) -> None:
        """Count a resource that is malformed, and remember where it stood."""
        self.unreadable[kind] += 1
        self._locate(kind, resource)

    def cannot_name(self, kind: str, resource: object) -> None:
        """Count a medicine with neither a known code nor a readable name, and remember where it stood."""
        self.nameless[kind] += 1
        self._locate(f"nameless {kind}", resource)

    def _locate(self, what: str, resource: object) -> None:
        where = self.places.of(resource)
        if where is not None:
            self.found_at[what].append(where)

    def place_of(self, resource: object) -> str:
        """`` (laboratory.entry[3])``, empty when it is not known."""
        where = self.places.of(resource)
        return f" ({where})" if where else ""

    def time(self, text: str | None) -> float | None:
        """A FHIR time as POSIX seconds."""
        return parse_time(text, self.zone) if text else None

    def is_future(self, moment: float) -> bool:
        """More than ``time.future_skew_h`` ahead."""
        return moment > self.latest_moment

    def is_this_encounter(self, reference: shapes.Reference | None) -> bool:
        """Whether a reference names the encounter in context."""
        if self.encounter_id is None or reference is None or reference.reference is None:
            return False
        return reference.reference.rsplit("/", 1)[-1].removeprefix("urn:uuid:") == self.encounter_id

    def resolve(self, reference: str | None, contained: Sequence[msgspec.Raw] | None = None) -> shapes.Resource | None:
        """The resource a reference points at, among contained resources and everything delivered.

        Raises msgspec errors for a contained resource of an unknown shape.
        """
        if not reference:
            return None
        if reference.startswith("#"):
            return _among(contained, reference[1:])
        found = self.resources.get(reference)
        if found is None and "://" in reference:
            if self.fhir_server and reference.startswith(self.fhir_server.rstrip("/") + "/"):
                found = self.resources.get(reference[len(self.fhir_server.rstrip("/")) + 1 :])
        if found is None and contained:
            found = _among(contained, reference.rsplit("/", 1)[-1])
        if found is None and "/_history/" in reference:
            found = self.resources.get(reference.split("/_history/", 1)[0])
        return found

    def later_version(self, one: shapes.Meta | None, other: shapes.Meta | None) -> int:
        """Positive when the first of two versions of a resource is the later one, negative when the second, else 0.

        Only what both carry is compared: ``lastUpdated`` as a moment, else ``versionId`` as a number.
        """
        if one is None or other is None:
            return 0
        moments = self.time(one.lastUpdated), self.time(other.lastUpdated)
        if moments[0] is not None and moments[1] is not None and moments[0] != moments[1]:
            return 1 if moments[0] > moments[1] else -1
        numbers = one.versionId or "", other.versionId or ""
        if all(number.isascii() and number.isdigit() and len(number) < 10 for number in numbers):
            return int(numbers[0]) - int(numbers[1])
        return 0

    def day(self, moment: float) -> str:
        """The calendar day of a moment in the configured zone."""
        return datetime.fromtimestamp(moment, self.zone).strftime("%Y-%m-%d")

    def note_unused(self, need: str, detail: str, moment: float | None) -> None:
        """Note a datum that was seen and for a normal reason not used; long past ones are not worth a line."""
        if moment is None or self.now - moment <= 365 * 86_400:
            self.not_used.append(NotUsed(need=need, detail=detail))

    def gap(self, need: str, reason: GapReason, detail: str, *, always: bool = False) -> None:
        """Note something relevant that could not be used."""
        self.gaps.append(Gap(need=need, reason=reason, detail=detail, always=always))


class _Identity(msgspec.Struct, gc=False):
    id: str | None = None


_IDENTITY = msgspec.json.Decoder(_Identity)
_REFERENCE = msgspec.json.Decoder(shapes.Reference | None)


def _id_of(raw: msgspec.Raw) -> str | None:
    try:
        return _IDENTITY.decode(raw).id
    except DECODE_ERRORS:
        return None


def _among(contained: Sequence[msgspec.Raw] | None, identity: str) -> shapes.Resource | None:
    raw = next((raw for raw in contained or () if _id_of(raw) == identity), None)
    return RESOURCE.decode(raw) if raw is not None else None


LONGEST_TEXT = 1_000
"""Of a name or code; longer ones are cut before anything searches or remembers them."""


def clipped(text: str) -> str:
    """A name as far as it is read; a long one also loses its runs of blanks."""
    return text if len(text) <= 200 else " ".join(text[: 4 * LONGEST_TEXT].split())[:LONGEST_TEXT]


def codings(concept: shapes.Concept | None) -> tuple[Coding, ...]:
    """All codings of a CodeableConcept that carry a code or a display."""
    if concept is None or not concept.coding:
        return ()
    return tuple(
        Coding(one.system and clipped(one.system), clipped(one.code or ""), clipped(one.display or ""))
        for one in concept.coding[:200]
        if one.code or one.display
    )


def text_of(concept: shapes.Concept | None) -> str | None:
    """The text of a CodeableConcept, else its longest display: the order of codings means nothing."""
    if concept is None:
        return None
    if concept.text:
        return clipped(concept.text)
    displays = [one.display for one in (concept.coding or ())[:200] if one.display]
    return clipped(max(displays, key=lambda display: (len(display), display))) if displays else None


def status_code(value: shapes.Concept | str | None, known: Set[str] = frozenset()) -> str | None:
    """A status in lower case: a CodeableConcept in R4, a plain code before; of several codings one that is ``known``."""
    if value is None or isinstance(value, str):
        said = [value] if value else []
    else:
        said = [*(one.code for one in value.coding or () if one.code), *([value.text] if value.text else [])]
    folded = [one.strip().casefold() for one in said]
    return next((one for one in folded if one in known), folded[0] if folded else None)


def reference_to(kind: str, identity: str | None) -> str | None:
    """``Type/id`` for a resource with a usable id."""
    return f"{kind}/{identity}" if identity and SAFE_ID.fullmatch(identity) else None
