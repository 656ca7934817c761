"""What the NMS rules share: the criteria table, words for features, needs."""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.nms_criteria import NmsPicture, automatic_maximum
from cds_service.clinical.nms_exposure import DOPAMINE_ANTAGONISTS
from cds_service.clinical.nms_features import Feature, State
from cds_service.clinical.time import age_text
from cds_service.clinical.vocabulary import Analyte, Concept, DrugClass, LabTest, Source
from cds_service.guidance.finding import OrderTest, Row, Suggestion
from cds_service.guidance.rule import Need
from cds_service.guidance.wording import medication_row, names

NMS_NEEDS: frozenset[Need] = frozenset(
    {
        *DOPAMINE_ANTAGONISTS, DrugClass.DOPAMINERGIC, Source.PATIENT,
        Analyte.TEMPERATURE, Analyte.HEART_RATE, Analyte.SYSTOLIC_BP, Analyte.DIASTOLIC_BP, Analyte.RESPIRATORY_RATE,
        Analyte.GCS, Analyte.AVPU, Analyte.CK, Analyte.WBC,
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


def criteria_rows(case: Case, picture: NmsPicture) -> tuple[Row, ...]:
    """The criteria table: exposure, then every feature as met, not met or no data, with value, time and criterion."""
    rows = [medication_row(one) for one in picture.exposure.antagonists]
    rows += [
        Row(
            item=one.name,
            value="dopaminergic medicine stopped or held",
            when=case.clock.date_text(one.end),
            reference=one.reference,
        )
        for one in picture.exposure.withdrawn
    ]
    return (*rows, *(feature_row(case, feature) for feature in picture.features))


def feature_row(case: Case, feature: Feature) -> Row:
    """One feature."""
    values = [f"{one.reported}{f' ({one.site})' if one.site else ''}" for one in feature.results]
    values += [f"{fact.concept.title}{' (matched by name)' if fact.matched_by_name else ''}" for fact in feature.facts]
    moments = [one.time for one in feature.results] + [fact.onset for fact in feature.facts if fact.onset is not None]
    when = f"{case.clock.date_text(max(moments))}, {age_text(case.clock.now - max(moments))}" if moments else ""
    parts = [feature.state.value.upper() if feature.met else feature.state.value, ", ".join(values), feature.note]
    references = [one.reference for one in feature.results] + [fact.reference for fact in feature.facts]
    reference = references[0] if feature.met and references else None
    name = feature.name[0].upper() + feature.name[1:]
    return Row(
        item=name,
        value=": ".join(part for part in parts if part),
        when=when,
        limit=feature.criterion,
        reference=reference,
    )


def met_features(picture: NmsPicture) -> tuple[str, ...]:
    """Names of the leading features that are met, for a summary."""
    leading = (picture.rigidity, picture.fever, picture.mental, picture.ck)
    found = [feature.name if feature.name != "CK" else "raised CK" for feature in leading if feature.met]
    if picture.autonomic:
        found.append("autonomic signs")
    return tuple(found)


def missing_lines(picture: NmsPicture) -> tuple[str, ...]:
    """Exactly what is missing, by name."""
    lines = {
        "rigidity": "Rigidity not documented (it is rarely coded: examine).",
        "CK": "CK not measured within the window.",
        "fever": "No temperature within the window.",
        "altered mental status": "No GCS or AVPU within the window.",
        "hypermetabolism": "Hypermetabolism not assessable: no baseline heart and respiratory rate.",
    }
    missing = [
        lines[feature.name] for feature in picture.features if feature.state is State.NO_DATA and feature.name in lines
    ]
    return (*missing, *([picture.rigidity.note.capitalize() + "."] if picture.rigidity.note else []))


def score_lines(case: Case, picture: NmsPicture) -> tuple[str, ...]:
    """How each criteria set stands; the score is never shown alone."""
    limits = case.limits
    return (
        f"IEC priority points {picture.points} of {automatic_maximum(case)} automatically assessable (+7 clinician), "
        f"cut-off {limits['nms.iec_cutoff']:g}",
        f"Levenson {_met(picture.levenson)}; DSM {_met(picture.dsm)}; document tetrad {_met(picture.tetrad)}",
        f"vital signs and CK within {limits['nms.vitals_window_h']:g} h, rigidity and mental status within "
        f"{limits['nms.sign_window_d']:g} d; preliminary results never count",
    )


def _met(met: bool) -> str:
    return "met" if met else "not met with the data at hand"


def ck_if_unmeasured(picture: NmsPicture) -> tuple[Suggestion, ...]:
    """S-CK, recommended, when no CK is on record within the window."""
    return (OrderTest(test=LabTest.CK, recommended=True),) if picture.ck.state is State.NO_DATA else ()


def serotonergics(case: Case) -> tuple[str, ...]:
    """Active serotonergic medicines, for the list of mimics."""
    return names(case.taking(DrugClass.SEROTONERGIC))
