"""Statin interaction pairs (rule catalogue, statin-interaction): data that a clinician reviews twice a year.

Class A is contraindicated or to be avoided, class B has a dose limit or needs monitoring. Partners are ingredients, or
the group of strong CYP3A4 inhibitors. Sources: R-FDA-SIMVA, R-LIPITOR, R-AAFP2011, R-AHA2016.
"""

from __future__ import annotations

from cds_service.clinical.chart import MedicationExposure
from cds_service.clinical.fact import Fact
from cds_service.clinical.vocabulary import DrugClass

EVERY_STATIN = "any"
STRONG = "strong CYP3A4 inhibitor"


class Pair(Fact):
    """One row: statins, partner ingredient (or ``STRONG``), class, what the labels say."""

    statins: frozenset[str]
    partners: frozenset[str]
    contraindicated: bool
    advice: str


def _row(statins: str, partners: str, contraindicated: bool, advice: str) -> Pair:
    return Pair(
        statins=frozenset(statins.split()),
        partners=frozenset(part.strip() for part in partners.split(",")),
        contraindicated=contraindicated,
        advice=advice,
    )


PAIRS: tuple[Pair, ...] = (
    _row("simvastatin lovastatin", STRONG, True, "contraindicated by label; pause the statin or choose a non-interacting drug"),
    _row("simvastatin lovastatin pitavastatin atorvastatin", "ciclosporin", True, "avoid by label"),
    _row("simvastatin lovastatin pravastatin", "gemfibrozil", True, "avoid; fenofibrate interacts less"),
    _row("simvastatin lovastatin", "danazol", True, "contraindicated (simvastatin) or limited (lovastatin) by label"),
    _row(EVERY_STATIN, "fusidic acid", True, "do not combine with systemic fusidic acid; pause the statin until 7 days after it"),
    _row("atorvastatin", STRONG, False, "caution above 20 mg with clarithromycin or itraconazole; lowest dose with others"),
    _row("pitavastatin", "erythromycin", False, "maximum 1 mg daily"),
    _row("rosuvastatin", "ciclosporin", False, "maximum 5 mg daily"),
    _row("pravastatin", "ciclosporin", False, "maximum 20 mg daily"),
    _row("fluvastatin", "ciclosporin", False, "maximum 20 mg twice daily"),
    _row("atorvastatin rosuvastatin pitavastatin fluvastatin", "gemfibrozil", False, "avoid where possible; rosuvastatin at most 10 mg"),
    _row("simvastatin", "verapamil, diltiazem, dronedarone", False, "maximum 10 mg daily"),
    _row("simvastatin", "amiodarone, amlodipine, levamlodipine, ranolazine", False, "maximum 20 mg daily"),
    _row("lovastatin", "verapamil, diltiazem, dronedarone", False, "maximum 20 mg daily"),
    _row("lovastatin", "amiodarone", False, "maximum 40 mg daily"),
    _row("lovastatin", "ranolazine", False, "consider a lower dose"),
    _row(EVERY_STATIN, "colchicine", False, "monitor for muscle symptoms, most of all with kidney disease"),
    _row(EVERY_STATIN, "daptomycin", False, "monitor CK weekly or pause the statin"),
)  # fmt: skip


class Interaction(Fact):
    """A pair found on the chart or in the orders."""

    statin: MedicationExposure
    partner: MedicationExposure
    pair: Pair


def pair_for(statin: MedicationExposure, partner: MedicationExposure) -> Pair | None:
    """The most severe row that fits the two medicines."""
    for pair in PAIRS:
        if _is_statin(statin, pair) and _is_partner(partner, pair):
            return pair
    return None


def _is_statin(medication: MedicationExposure, pair: Pair) -> bool:
    if DrugClass.STATIN not in medication.classes:
        return False
    return EVERY_STATIN in pair.statins or not pair.statins.isdisjoint(medication.ingredients)


def _is_partner(medication: MedicationExposure, pair: Pair) -> bool:
    if STRONG in pair.partners:
        return DrugClass.CYP3A4_STRONG in medication.classes
    return not pair.partners.isdisjoint(medication.ingredients)


PARTNERS = frozenset(partner for pair in PAIRS for partner in pair.partners if partner != STRONG)
