"""Test rows in the grammar of the rule catalogue (D1), and a Chart built from one directly.

    row("low potassium on furosemide", "PV", "70F", obs="K=2.8 mmol/L@-2", meds="furosemide@active,start=-100",
        hits="potassium-low:warning, diuretic-potassium-low:warning")

Lists are separated by `` | ``. ``tests.fhir_rows`` turns the same rows into FHIR requests for the whole service.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache

from cds_service.clinical.case import Case
from cds_service.clinical.chart import (
    DAY,
    Activity,
    Chart,
    ConditionFact,
    FactKind,
    LabResult,
    MedicationExposure,
    MedicationState,
    Patient,
    Sex,
    TestOrder,
)
from cds_service.clinical.vocabulary import PANEL_MEMBERS, Analyte, Concept, LabTest, Route
from cds_service.guidance.finding import Hook
from cds_service.terminology import Terminology, load_terminology

NOW = 1_795_000_000.0
"""2026-11-18T11:06:40Z, the frozen instant of all rule rows."""
HOOKS = {"PV": Hook.PATIENT_VIEW, "OS": Hook.ORDER_SELECT, "SG": Hook.ORDER_SIGN}


@dataclass(frozen=True)
class Obs:
    """``analyte=value unit@-daysAgo[;status][;ref=low-high][;note=text]``."""

    analyte: Analyte
    text: str
    unit: str
    days_ago: float | None
    status: str = "final"
    ref: tuple[float, float] | None = None
    note: str = ""


@dataclass(frozen=True)
class Med:
    """``ingredient@status[,start=-d][,end=-d][,route=..][,dose=n mg/d][,reason=concept][,dnp=true]`` or ``lab:X@..``."""

    name: str
    status: str
    options: tuple[tuple[str, str], ...] = ()

    def get(self, key: str) -> str | None:
        return dict(self.options).get(key)

    def days(self, key: str) -> float | None:
        text = self.get(key)
        return None if text is None else -float(text)


@dataclass(frozen=True)
class Problem:
    """``concept@clinicalStatus[,onset=-d][,abated=-d][,severity=severe][,course=progressive][,ver=..][,enc=true]``."""

    concept: str
    status: str = "active"
    options: tuple[tuple[str, str], ...] = ()

    def get(self, key: str) -> str | None:
        return dict(self.options).get(key)


@dataclass(frozen=True)
class Row:
    sentence: str
    hook: Hook
    age: int | None
    sex: str
    deceased: bool
    obs: tuple[Obs, ...]
    meds: tuple[Med, ...]
    problems: tuple[Problem, ...]
    hits: frozenset[tuple[str, str]]

    def __str__(self) -> str:
        return self.sentence


def _items(text: str) -> list[str]:
    return [part.strip() for part in text.split("|") if part.strip()]


def parse_obs(text: str) -> Obs:
    match = re.fullmatch(r"(\w+)=(\S*)(?: (\S+))?@(\?|[+-]?[\d.]+)((?:;[^;]*)*)", text)
    assert match, f"not an observation of the grammar: {text}"
    name, value, unit, when, rest = match.groups()
    status, ref, note = "final", None, ""
    for option in filter(None, (rest or "").split(";")):
        if option.startswith("ref="):
            low, high = option[4:].split("-")
            ref = (float(low), float(high))
        elif option.startswith("note="):
            note = option[5:]
        else:
            status = option
    days = None if when == "?" else -float(when)
    return Obs(Analyte(name), value, unit or "", days, status, ref, note)


def _options(parts: list[str]) -> tuple[tuple[str, str], ...]:
    return tuple((key.strip(), value.strip()) for key, value in (part.split("=", 1) for part in parts))


def parse_med(text: str) -> Med:
    head, *rest = text.split(",")
    name, _, status = head.partition("@")
    return Med(name.strip(), status.strip() or "active", _options(rest))


def parse_problem(text: str) -> Problem:
    head, *rest = text.split(",")
    concept, _, status = head.partition("@")
    return Problem(concept.strip(), status.strip() or "active", _options(rest))


def row(sentence: str, hook: str, who: str, *, obs: str = "", meds: str = "", problems: str = "", hits: str) -> Row:
    """One row; ``hits="none"`` for silence. The sentence is printed on the rule's page under "Proven by"."""
    match = re.fullmatch(r"(\d+|\?)\s*([FMU])", who)
    assert match, f"age and sex: {who}"
    expected = [] if hits == "none" else [part.strip() for part in hits.split(",")]
    listed = _items(problems)
    return Row(
        sentence=sentence,
        hook=HOOKS[hook],
        age=None if match[1] == "?" else int(match[1]),
        sex=match[2],
        deceased="deceased" in listed,
        obs=tuple(parse_obs(item) for item in _items(obs)),
        meds=tuple(parse_med(item) for item in _items(meds)),
        problems=tuple(parse_problem(item) for item in listed if item != "deceased"),
        hits=frozenset((hit.rsplit(":", 1)[0], hit.rsplit(":", 1)[1]) for hit in expected),
    )


# -- a Chart straight from a row ---------------------------------------------------------------------------------

UNITS: dict[str, dict[str, tuple[float, str]]] = {
    "K": {"mmol/L": (1, "mmol/L"), "mEq/L": (1, "mmol/L"), "meq/L": (1, "mmol/L")},
    "Na": {"mmol/L": (1, "mmol/L"), "mEq/L": (1, "mmol/L")},
    **{
        analyte: {"mmol/L": (1, "mmol/L"), "mEq/L": (0.5, "mmol/L"), "meq/L": (0.5, "mmol/L"), "mg/dL": (1, "mg/dL")}
        for analyte in ("Ca", "adjCa", "iCa", "Mg")
    },
    "Alb": {"g/L": (1, "g/L"), "g/dL": (10, "g/L")},
    "BUN": {"mg/dL": (1, "mg/dL")},
    "urea": {"mmol/L": (1, "mmol/L")},
    "Cr": {"mg/dL": (1, "mg/dL"), "umol/L": (1 / 88.42, "mg/dL")},
    "eGFR": {"mL/min/{1.73_m2}": (1, "mL/min/1.73 m2"), "mL/min": (1, "mL/min/1.73 m2")},
    "CrCl": {"mL/min": (1, "mL/min")},
    "CK": {"U/L": (1, "U/L"), "ukat/L": (60, "U/L")},
    "TSH": {"m[IU]/L": (1, "mIU/L"), "mIU/L": (1, "mIU/L"), "u[IU]/mL": (1, "mIU/L")},
    "ALT": {"U/L": (1, "U/L")},
    "WBC": {"10*9/L": (1, "10*9/L"), "10*3/uL": (1, "10*9/L")},
    "Temp": {"Cel": (1, "Cel"), "[degF]": (5 / 9, "Cel")},
    "HR": {"/min": (1, "/min")},
    "RR": {"/min": (1, "/min")},
    "SBP": {"mm[Hg]": (1, "mmHg")},
    "DBP": {"mm[Hg]": (1, "mmHg")},
    "GCS": {"{score}": (1, "{score}"), "": (1, "{score}")},
    "QTc": {"ms": (1, "ms")},
    "weight": {"kg": (1, "kg"), "g": (0.001, "kg"), "[lb_av]": (0.45359237, "kg")},
}
HAEMOLYSED = re.compile(r"(?<!not )ha?emoly[sz]", re.IGNORECASE)
PLAUSIBLE = {
    "K": (1, 12), "Ca": (0.5, 6), "adjCa": (0.5, 6), "iCa": (0.2, 3), "Mg": (0.1, 10), "Na": (90, 200), "Alb": (10, 60),
    "Temp": (25, 45), "HR": (20, 300), "RR": (3, 80), "SBP": (40, 300), "DBP": (20, 200), "GCS": (3, 15),
    "CK": (1, 1_000_000),
}  # fmt: skip
"""Section E, ``plausible.*``; calcium and magnesium in mmol/L."""
MILLIMOLES = {"Ca": 4.008, "adjCa": 4.008, "iCa": 4.008, "Mg": 2.4305}


def _is_plausible(analyte: str, value: float, unit: str) -> bool:
    amount = value / MILLIMOLES[analyte] if unit == "mg/dL" and analyte in MILLIMOLES else value
    low, high = PLAUSIBLE.get(analyte, (0, math.inf))
    return low <= amount <= high


def _result(obs: Obs, now: float) -> LabResult | None:
    if (
        obs.days_ago is None
        or obs.days_ago < -1 / 24
        or obs.status not in ("final", "amended", "corrected", "preliminary")
    ):
        return None
    if obs.analyte is Analyte.AVPU:
        return _avpu(obs, now)
    conversion = UNITS[obs.analyte].get(obs.unit)
    if conversion is None:
        return None
    comparator = re.match(r"[<>]=?", obs.text)
    number = float(obs.text.lstrip("<>="))
    factor, unit = conversion
    value = (number - 32) * 5 / 9 if obs.unit == "[degF]" else number * factor
    if not _is_plausible(obs.analyte, value, unit):
        return None
    if comparator and comparator[0] in "<>":
        value = math.nextafter(value, -math.inf if comparator[0] == "<" else math.inf)
    low, high = obs.ref or (None, None)
    return LabResult(
        analyte=obs.analyte,
        value=value,
        unit=unit,
        reported=f"{obs.text} {obs.unit}".strip(),
        time=now - obs.days_ago * DAY,
        age_days=obs.days_ago,
        preliminary=obs.status == "preliminary",
        revised=obs.status if obs.status in ("amended", "corrected") else None,
        reference_low=None if low is None else low * factor,
        reference_high=None if high is None else high * factor,
        haemolysed=bool(HAEMOLYSED.search(obs.note)),
        reference=f"Observation/{obs.analyte.value}-{obs.days_ago:g}",
    )


def _avpu(obs: Obs, now: float) -> LabResult:
    assert obs.days_ago is not None
    return LabResult(
        analyte=Analyte.AVPU, value=0.0, unit="", reported=obs.text, time=now - obs.days_ago * DAY,
        age_days=obs.days_ago, answer=obs.text, preliminary=obs.status == "preliminary",
        reference="Observation/avpu",
    )  # fmt: skip


def _moment(days: float | None, now: float) -> float | None:
    return None if days is None else now - days * DAY


STATES = {
    "active": MedicationState.ACTIVE,
    "on-hold": MedicationState.ON_HOLD,
    "stopped": MedicationState.ENDED,
    "completed": MedicationState.ENDED,
    "cancelled": MedicationState.ENDED,
    "draft": MedicationState.NEW,
    "draft-unselected": MedicationState.DRAFT,
}


@cache
def terminology() -> Terminology:
    return load_terminology()


def _medication(med: Med, hook: Hook, now: float, index: int) -> MedicationExposure | None:
    state = STATES.get(med.status)
    if med.status == "draft-unselected" and hook is Hook.ORDER_SIGN:
        state = MedicationState.NEW
    drafted = state in (MedicationState.NEW, MedicationState.DRAFT)
    if state is None or med.get("dnp") == "true" or (drafted and not hook.is_order):
        return None
    match = terminology().drug((), med.name)
    assert match.ingredients, f"unknown ingredient in a test row: {med.name}"
    route, dose, reason = med.get("route"), med.get("dose"), med.get("reason")
    return MedicationExposure(
        name=med.name,
        ingredients=match.ingredients,
        classes=match.classes,
        ingredient_classes=match.ingredient_classes,
        state=state,
        start=_moment(med.days("start"), now) if med.get("start") != "?" else None,
        end=_moment(med.days("end"), now),
        route=Route(route) if route else None,
        daily_dose_mg=float(dose.split()[0]) if dose else None,
        reasons=(Concept(reason),) if reason and reason in set(Concept) else (),
        has_reason=reason is not None,
        reference=f"MedicationRequest/{med.name.replace(' ', '-')}-{index}",
    )


def _test_order(med: Med, hook: Hook, now: float) -> TestOrder:
    test = LabTest(med.name.removeprefix("lab:"))
    tests = frozenset({test}) | PANEL_MEMBERS.get(test, frozenset())
    in_call = med.status.startswith("draft") and hook.is_order
    days = med.days("start")
    authored = now - (days if days is not None else 0.0) * DAY
    return TestOrder(tests=tests, in_this_call=in_call, authored=authored)


def _fact(problem: Problem, now: float) -> ConditionFact | None:
    verification = problem.get("ver") or "confirmed"
    if verification in ("refuted", "entered-in-error"):
        return None
    onset = problem.get("onset")
    abated = problem.get("abated")
    past = problem.status in ("inactive", "remission", "resolved")
    moment = None if onset == "?" else now - (-float(onset) if onset else 3.0) * DAY
    concept = Concept(problem.concept)
    return ConditionFact(
        concept=concept,
        kind=FactKind.ALLERGY if concept is Concept.STATIN_INTOLERANCE else FactKind.CONDITION,
        activity=Activity.PAST if past else Activity.ACTIVE,
        onset=moment,
        abated=None if abated is None else now + float(abated) * DAY,
        uncertain=verification in ("provisional", "differential", "unconfirmed"),
        this_encounter=problem.get("enc") == "true",
        severe=problem.get("severity") == "severe",
        progressive=problem.get("course") == "progressive",
        reference=f"Condition/{problem.concept.replace(':', '-')}",
    )


def _reason_facts(meds: list[MedicationExposure], now: float) -> list[ConditionFact]:
    return [
        ConditionFact(concept=reason, kind=FactKind.ORDER_REASON, onset=now, this_encounter=True)
        for medication in meds
        if medication.state is MedicationState.NEW
        for reason in medication.reasons
    ]


def _grouped(results: list[LabResult]) -> dict[Analyte, tuple[LabResult, ...]]:
    newest = sorted(results, key=lambda result: -result.time)
    return {analyte: tuple(r for r in newest if r.analyte is analyte) for analyte in {r.analyte for r in newest}}


def chart_of(row: Row, now: float = NOW) -> Chart:
    """The Chart that a perfect reader would make of the row."""
    results = [result for result in (_result(obs, now) for obs in row.obs) if result is not None]
    drugs = [med for med in row.meds if not med.name.startswith("lab:")]
    meds = [m for m in (_medication(med, row.hook, now, i) for i, med in enumerate(drugs)) if m is not None]
    labs = [med for med in row.meds if med.name.startswith("lab:")]
    facts = [fact for fact in (_fact(problem, now) for problem in row.problems) if fact is not None]
    return Chart(
        now=now,
        patient=Patient(age=row.age, sex={"F": Sex.FEMALE, "M": Sex.MALE}.get(row.sex), deceased=row.deceased),
        results=_grouped([result for result in results if not result.preliminary]),
        preliminary=_grouped([result for result in results if result.preliminary]),
        medications=tuple(meds),
        conditions=(*facts, *_reason_facts(meds, now)),
        test_orders=tuple(_test_order(med, row.hook, now) for med in labs),
    )


__all__ = ["NOW", "Case", "Row", "chart_of", "row"]
