"""Red flags with muscle symptoms.

Critical: saddle anaesthesia, urinary retention or faecal incontinence within 14 days, with back or muscle spasm or
weakness now, or with a nerve or cord condition on the chart. Warning, with a prompt symptom: severe or progressive
course, a neurological finding, dark urine or myoglobinuria. Information: a symptom present for 42 days or more.

Silent when: nothing of this is recorded; absence of coded findings is no reassurance. Source: document D2, D39, D40.
"""

from __future__ import annotations

from dataclasses import dataclass

from cds_service.clinical.case import Case
from cds_service.clinical.chart import ConditionFact
from cds_service.clinical.vocabulary import MUSCLE_SYMPTOMS, Concept, LabTest
from cds_service.guidance.electrolytes import SYMPTOM_NEEDS
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, Suggestion
from cds_service.guidance.muscle_symptoms import (
    NERVE_CONDITIONS,
    NEUROLOGICAL_FINDINGS,
    neurological_findings,
    section_finding,
    short_list,
    symptom_rows,
)
from cds_service.guidance.rule import PATIENT_VIEW, Rule
from cds_service.guidance.wording import listed

CAUDA_SIGNS = (Concept.SADDLE_ANAESTHESIA, Concept.URINARY_RETENTION, Concept.FAECAL_INCONTINENCE)
CAUDA_SYMPTOMS = frozenset({Concept.BACK_SPASM, Concept.MUSCLE_SPASM, Concept.MUSCLE_WEAKNESS})
URINE = (Concept.DARK_URINE, Concept.MYOGLOBINURIA)
NEEDS_CK = frozenset({*URINE, Concept.FOCAL_WEAKNESS, Concept.MUSCLE_WEAKNESS})


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag with its weight and basis."""

    indicator: Indicator
    words: tuple[str, ...]
    facts: tuple[ConditionFact, ...]


def check(case: Case) -> Finding | None:
    """The most severe flag that holds, all of them shown."""
    flags = [flag for flag in (_cauda(case), *_with_symptom(case)) if flag is not None]
    if not flags:
        return None
    indicator = max(flag.indicator for flag in flags)
    leading = [word for flag in flags if flag.indicator is indicator for word in flag.words]
    facts = tuple(dict.fromkeys(fact for flag in flags for fact in flag.facts))
    weakness = any(one.concept in NEEDS_CK for one in (*facts, *case.prompt_symptoms))
    wishes: tuple[Suggestion, ...] = (OrderTest(test=LabTest.CK),) if weakness else ()
    limits = case.limits
    urgent = ("Possible cauda equina or cord compression: emergency examination and imaging.",)
    return section_finding(
        case,
        f"Red flag with muscle symptoms: {short_list(leading)}",
        rows=symptom_rows(case, *facts),
        why="Severe, persistent or progressive symptoms and neurological findings may signal a disease that needs treatment.",
        consider=(
            *(urgent if indicator is Indicator.CRITICAL else ()),
            "Examine strength, sensation, reflexes, gait, bladder and bowel.",
            "Dark urine or marked weakness: CK, creatinine, potassium.",
        ),
        decided=(
            f"cauda signs within {limits['redflag.cauda_days']:g} d; neurological findings within "
            f"{limits['redflag.neuro_days']:g} d or undated; persistent from {limits['redflag.persistent_days']:g} d",
        ),
        indicator=indicator,
        suggestions=wishes,
        not_available=("Findings that are not coded are not seen; their absence here is not reassurance.",),
    )


def _cauda(case: Case) -> Flag | None:
    signs = case.dated_facts(case.limits["redflag.cauda_days"], *CAUDA_SIGNS)
    if not signs:
        return None
    weak = tuple(one for one in case.facts(Concept.FOCAL_WEAKNESS) if case.is_prompt(one))
    symptoms = (*(one for one in case.prompt_symptoms if one.concept in CAUDA_SYMPTOMS), *weak)
    nerve = case.facts(*NERVE_CONDITIONS)
    if not symptoms and not nerve:
        return None
    names = listed(list(dict.fromkeys(one.concept.title for one in signs)))
    return Flag(Indicator.CRITICAL, (f"{names}, possible cauda equina",), (*signs, *nerve, *weak))


def _with_symptom(case: Case) -> list[Flag]:
    symptoms = case.prompt_symptoms
    if not symptoms:
        return []
    flags = []
    serious = tuple(one for one in case.context_symptoms if one.severe or one.progressive)
    if serious:
        words = tuple(
            word
            for word, holds in (
                ("severe symptom", any(f.severe for f in serious)),
                ("progressive course", any(f.progressive for f in serious)),
            )
            if holds
        )
        flags.append(Flag(Indicator.WARNING, words, serious))
    findings = neurological_findings(case)
    if findings:
        flags.append(Flag(Indicator.WARNING, tuple(dict.fromkeys(one.concept.title for one in findings)), findings))
    urine = case.facts(*URINE)
    if urine:
        flags.append(Flag(Indicator.WARNING, (urine[0].concept.title,), urine))
    days = case.limits["redflag.persistent_days"]
    persistent = tuple(one for one in case.facts(*MUSCLE_SYMPTOMS) if case.clock.at_least_days_ago(one.onset, days))
    if persistent:
        flags.append(Flag(Indicator.INFO, (f"present for {days:g} days or more",), persistent))
    return flags


RULE = Rule(
    id="red-flags",
    title="Red flags with muscle symptoms",
    family=Family.RED_FLAGS,
    hooks=PATIENT_VIEW,
    needs=SYMPTOM_NEEDS | {*CAUDA_SIGNS, *URINE, *NERVE_CONDITIONS, *NEUROLOGICAL_FINDINGS},
    check=check,
    override=OverrideSet.LAB_ALTERNATIVE,
    documents=("D2", "D39", "D40"),
)
