"""What the NMS rules share: the criteria table, words for features, needs."""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.chart import ConditionFact, LabResult, MedicationExposure, MedicationState
from cds_service.clinical.fact import replace
from cds_service.clinical.nms_criteria import automatic_maximum
from cds_service.clinical.nms_exposure import DOPAMINE_ANTAGONISTS, window_hours
from cds_service.clinical.nms_features import Feature, State
from cds_service.clinical.nms_picture import NmsPicture
from cds_service.clinical.time import age_text
from cds_service.clinical.vocabulary import Analyte, Concept, DrugClass, LabTest, Source
from cds_service.guidance.finding import OrderTest, Row, Suggestion
from cds_service.guidance.rule import Need
from cds_service.guidance.wording import medication_row, names, preliminary_lines

MEASUREMENTS = (
    Analyte.TEMPERATURE, Analyte.HEART_RATE, Analyte.SYSTOLIC_BP, Analyte.DIASTOLIC_BP, Analyte.RESPIRATORY_RATE,
    Analyte.GCS, Analyte.AVPU, Analyte.CK, Analyte.WBC,
)  # fmt: skip
NMS_NEEDS: frozenset[Need] = frozenset(
    {
        *DOPAMINE_ANTAGONISTS, DrugClass.DOPAMINERGIC, Source.PATIENT, *MEASUREMENTS,
        Concept.NMS, Concept.RIGIDITY, Concept.ALTERED_MENTAL_STATUS, Concept.DELIRIUM, Concept.STUPOR, Concept.COMA,
        Concept.CATATONIA, Concept.DIAPHORESIS, Concept.URINARY_INCONTINENCE, Concept.DYSPHAGIA, Concept.TREMOR,
        Concept.MUTISM,
    }
)  # fmt: skip
DISCLAIMER = "Supports, does not replace, clinical judgement; do not wait for this service in an emergency."
MIMICS = (
    "Mimics: sepsis or meningitis, serotonin toxicity, malignant hyperthermia, anticholinergic toxicity, heat stroke, "
    "catatonia, intrathecal-baclofen withdrawal, thyroid storm."
)


def exposure_names(picture: NmsPicture) -> tuple[str, ...]:
    """Names of the medicines that count as exposure."""
    return names(picture.exposure.all)


def preposition(picture: NmsPicture) -> str:
    """ "on" an antagonist, "after stopping" a dopaminergic medicine."""
    return "on" if picture.exposure.antagonists else "after stopping"


IEC_ITEM = {
    "fever twice": "fever",
    "rigidity": "rigidity",
    "altered mental status": "mental_status",
    "CK": "ck",
    "autonomic lability": "sns_lability",
    "hypermetabolism": "hypermetabolism",
}
"""Which line of the criteria table earns which IEC priority points."""
ITEM_WORDS = {
    "fever": "fever twice",
    "mental_status": "mental status",
    "ck": "CK",
    "sns_lability": "lability",
}
MEASURED = {
    Analyte.GCS: "GCS",
    Analyte.AVPU: "AVPU",
    Analyte.SYSTOLIC_BP: "systolic",
    Analyte.DIASTOLIC_BP: "diastolic",
    Analyte.HEART_RATE: "heart rate",
    Analyte.RESPIRATORY_RATE: "respiratory rate",
}
FIRST_TO_LAST = {State.MET: 0, State.NOT_MET: 1, State.NO_DATA: 2}


def criteria_rows(case: Case, picture: NmsPicture) -> tuple[Row, ...]:
    """The criteria table: exposure, then every feature, met ones first, with value, time and criterion."""
    rows = [replace(medication_row(one), limit=_exposure_limit(case, one)) for one in picture.exposure.antagonists]
    rows += [
        Row(
            item=one.name,
            value="dopaminergic medicine stopped or held",
            when=case.clock.date_text(one.end),
            limit=f"exposure: within {case.limits['nms.exposure_oral_h']:g} h before the first feature",
            reference=one.reference,
        )
        for one in picture.exposure.withdrawn
    ]
    rows[0] = replace(rows[0], limit=f"{rows[0].limit} ({_points(case, 'exposure')})")
    features = sorted(picture.features, key=lambda one: FIRST_TO_LAST[one.state])
    return (*rows, *(_scored_row(case, feature) for feature in features))


def _exposure_limit(case: Case, medication: MedicationExposure) -> str:
    if medication.state is MedicationState.ACTIVE:
        return "exposure: active"
    hours = window_hours(case, medication)
    span = f"{hours:g} h" if hours <= 72 else f"{hours / 24:g} d"
    return f"exposure: ended within {span} before the first feature"


def _points(case: Case, item: str) -> str:
    return f"IEC {case.limits[f'nms.points.{item}']:g} points"


def _scored_row(case: Case, feature: Feature) -> Row:
    row = feature_row(case, feature)
    item = IEC_ITEM.get(feature.name)
    return row if item is None else replace(row, limit=f"{row.limit} ({_points(case, item)})")


def feature_row(case: Case, feature: Feature) -> Row:
    """One feature: ``MET: 38.9 °C (tympanic), highest of 3 such readings``."""
    told = (_fact_text(fact, feature.name) for fact in feature.facts)
    parts = [*map(_result_text, feature.results), *told, feature.note]
    said = ", ".join(part for part in parts if part)
    moments = [one.time for one in feature.results[:1]] or [one.onset for one in feature.facts if one.onset is not None]
    newest = max(moments, default=None)
    references = [one.reference for one in feature.results] + [fact.reference for fact in feature.facts]
    state = feature.state.value
    return Row(
        item=feature.name[0].upper() + feature.name[1:],
        value=f"{state.upper() if feature.met else state}{f' ({said})' if said else ''}",
        when=f"{case.clock.date_text(newest)}, {age_text(case.clock.now - newest)}" if newest is not None else "",
        limit=feature.criterion,
        reference=references[0] if feature.met and references else None,
    )


def _result_text(result: LabResult) -> str:
    """The value as reported; where it was taken, and whether the patient said so, are named."""
    label = MEASURED.get(result.analyte)
    text = f"{label} {result.reported}" if label else result.reported
    if result.analyte is Analyte.TEMPERATURE:
        text += f" {result.site or 'site not stated'}"
    if result.patient_reported:
        text += " patient-reported"
    return text


def _fact_text(fact: ConditionFact, name: str) -> str:
    """The finding, unless it is the feature itself, and what is uncertain about it."""
    words = [
        fact.concept.title if fact.concept.title != name else "",
        "not confirmed" if fact.uncertain else "",
        "matched by name" if fact.matched_by_name else "",
    ]
    return " ".join(word for word in words if word)


def met_features(picture: NmsPicture) -> tuple[str, ...]:
    """Names of the leading features that are met, for a summary."""
    leading = (picture.rigidity, picture.fever, picture.mental, picture.ck)
    found = [feature.name if feature.name != "CK" else "raised CK" for feature in leading if feature.met]
    if picture.autonomic:
        found.append("autonomic signs")
    return tuple(found)


def missing_lines(case: Case, picture: NmsPicture) -> tuple[str, ...]:
    """Exactly what is missing, by name, and what is only preliminary."""
    lines = {
        "rigidity": "Rigidity not documented (it is rarely coded: examine).",
        "CK": "CK not measured within the window.",
        "fever": "No temperature within the window.",
        "altered mental status": "No GCS or AVPU within the window.",
        "hypermetabolism": "Hypermetabolism not assessable: heart and respiratory rate need a recent value and a baseline.",
    }
    missing = [
        lines[feature.name] for feature in picture.features if feature.state is State.NO_DATA and feature.name in lines
    ]
    old = picture.rigidity.state is State.NO_DATA and picture.rigidity.note
    pending = preliminary_lines(case, case.limits["nms.vitals_window_h"] / 24, *MEASUREMENTS)
    return (*missing, *([picture.rigidity.note.capitalize() + "."] if old else []), *pending)


def score_lines(case: Case, picture: NmsPicture) -> tuple[str, ...]:
    """How each criteria set stands, with its parts; the score is never shown alone."""
    limits = case.limits
    parts = ", ".join(f"{ITEM_WORDS.get(item, item)} {points:g}" for item, points in picture.awarded)
    return (
        f"IEC priority points {picture.points} of {automatic_maximum(case)} automatically assessable (+7 clinician), "
        f"cut-off {limits['nms.iec_cutoff']:g}: {parts}",
        f"Levenson {_met(picture.levenson)}: {picture.levenson_majors} of 3 majors, {picture.levenson_minors} of 6 minors",
        f"DSM {_met(picture.dsm)}: rigidity {_yes(picture.rigidity)}, fever {_yes(picture.fever)}, "
        f"{picture.dsm_further} of 10 further signs",
        f"document tetrad {_met(picture.tetrad == 4)}: {picture.tetrad} of 4"
        + (", rigidity and fever among them, which is enough" if picture.tetrad_arm and picture.tetrad < 4 else ""),
        f"vital signs and CK within {limits['nms.vitals_window_h']:g} h, rigidity and mental status within "
        f"{limits['nms.sign_window_d']:g} d; preliminary results never count",
    )


def _met(met: bool) -> str:
    return "met" if met else "not met with the data at hand"


def _yes(feature: Feature) -> str:
    return {State.MET: "yes", State.NOT_MET: "no", State.NO_DATA: "no data"}[feature.state]


def ck_if_unmeasured(picture: NmsPicture) -> tuple[Suggestion, ...]:
    """S-CK when no CK is on record within the window."""
    return (OrderTest(test=LabTest.CK),) if picture.ck.state is State.NO_DATA else ()


def serotonergics(case: Case) -> tuple[str, ...]:
    """Active serotonergic medicines, for the list of mimics."""
    return names(case.taking(DrugClass.SEROTONERGIC))
