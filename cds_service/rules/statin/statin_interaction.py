"""A statin together with a medicine that raises its level or its risk of muscle injury.

At the order, when at least one of the two is new: contraindicated pairs are critical; dose-limit pairs a warning with a
muscle symptom or raised CK, else information. On chart open, both active: contraindicated pairs are a warning,
dose-limit pairs a warning only with a symptom or raised CK.

Silent when: a topical, ophthalmic, otic or vaginal route; either drug not active; azithromycin, fenofibrate.
Source: document D6 (extension).
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.statin_pairs import Interaction, pair_for
from cds_service.clinical.vocabulary import Analyte, DrugClass, LabTest, Source
from cds_service.guidance.electrolytes import SYMPTOM_NEEDS
from cds_service.guidance.finding import Family, Finding, Indicator, OrderTest, OverrideSet, RemoveDraft, Row, Summary
from cds_service.guidance.rule import EVERY_HOOK, Rule
from cds_service.guidance.wording import fact_row, medication_row, pair_names, result_row

PARTNER_CLASSES = (DrugClass.STATIN_INTERACTOR, DrugClass.CYP3A4_STRONG)


def check(case: Case) -> Finding | None:
    """All pairs; the most severe decides."""
    take = case.active_or_drafted if case.at_order else case.taking
    statins = [one for one in take(DrugClass.STATIN) if not one.is_local]
    partners = [one for one in take(*PARTNER_CLASSES) if not one.is_local] if statins else []
    pairs = [
        Interaction(statin=statin, partner=partner, pair=pair)
        for statin in statins
        for partner in partners
        if (not case.at_order or statin.is_new or partner.is_new) and (pair := pair_for(statin, partner)) is not None
    ]
    if not pairs:
        return None
    ck = case.ck_recent
    raised = ck is not None and ck.ratio > case.limits["ck.symptom_x"]
    symptoms, limits = case.context_symptoms, case.limits
    indicator = _indicator(case, pairs, bool(symptoms) or raised)
    if indicator is None:
        return None
    worst = sorted(pairs, key=lambda one: not one.pair.contraindicated)
    first = worst[0]
    what = "contraindicated" if first.pair.contraindicated else "dose limit"
    new = dict.fromkeys(one for pair in worst for one in (pair.statin, pair.partner) if one.is_new)
    return Finding(
        indicator=indicator,
        summary=_summary(first, what),
        found=(
            *(medication_row(one) for one in dict.fromkeys(m for pair in worst for m in (pair.statin, pair.partner))),
            *(_pair_row(one) for one in worst),
            *(fact_row(case, one) for one in symptoms),
            *([result_row(case, ck.result, limits.text("ck.symptom_x"))] if ck is not None and raised else []),
        ),
        why="The partner raises the level of the statin or adds muscle toxicity: myopathy and rhabdomyolysis.",
        consider=(
            "A non-interacting alternative (for example another antimicrobial), a temporary hold of the statin, or "
            "pravastatin, rosuvastatin or fluvastatin where they fit.",
        ),
        decided=(
            "pairs and dose limits from the labels, whatever the dose",
            "contraindicated: critical at the order, a warning on chart open",
            f"dose limit: a warning with a muscle symptom within {limits['sym.context_days']:g} d, undated or of this "
            f"encounter, or CK {limits.text('ck.symptom_x')} within {limits['ck.window_d']:g} d",
        ),
        suggestions=(
            *(RemoveDraft(draft=one) for one in new),
            *((OrderTest(test=LabTest.CK),) if symptoms else ()),
        ),
        tier="contraindicated" if first.pair.contraindicated else "dose-limit",
    )


def _indicator(case: Case, pairs: list[Interaction], at_risk: bool) -> Indicator | None:
    contraindicated = any(one.pair.contraindicated for one in pairs)
    if case.at_order:
        if contraindicated:
            return Indicator.CRITICAL
        return Indicator.WARNING if at_risk else Indicator.INFO
    return Indicator.WARNING if contraindicated or at_risk else None


def _summary(first: Interaction, what: str) -> Summary:
    return Summary(template=f"{pair_names((first.statin,), (first.partner,))}: {what}, myopathy risk")


def _pair_row(one: Interaction) -> Row:
    kind = "contraindicated or avoid" if one.pair.contraindicated else "dose limit or monitor"
    dose = one.statin.daily_dose_mg
    kind += f"; statin dose {dose:g} mg a day" if dose is not None else "; statin dose not known"
    item = f"{' / '.join(one.statin.ingredients)} + {' / '.join(one.partner.ingredients)}"
    return Row(item=item, value=kind, limit=one.pair.advice)


RULE = Rule(
    id="statin-interaction",
    title="Statin plus interacting drug",
    family=Family.STATIN,
    hooks=EVERY_HOOK,
    only_with=frozenset({DrugClass.STATIN}),
    needs=SYMPTOM_NEEDS | {Analyte.CK, DrugClass.STATIN, Source.PATIENT, *PARTNER_CLASSES},
    check=check,
    override=OverrideSet.DRUG,
    documents=("D6",),
    evidence=("R-FDA-SIMVA", "R-LIPITOR", "R-AAFP2011", "R-AHA2016"),
    extension=True,
)
