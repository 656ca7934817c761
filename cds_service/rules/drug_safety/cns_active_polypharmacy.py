"""Three or more centrally acting medicines in an older adult, one of them new.

Muscle relaxants with baclofen and tizanidine, benzodiazepines, Z-drugs, opioids, gabapentinoids, antipsychotics,
antidepressants, antiseizure medicines; each ingredient once, those of a combination product singly.

Silent when: age unknown or below 65; fewer than three; local use. Source: document D32, D38 (extension).
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import DrugClass, Source
from cds_service.guidance.drug_safety import order_finding
from cds_service.guidance.finding import Family, Finding, Indicator, OverrideSet
from cds_service.guidance.rule import ORDERS, Rule
from cds_service.guidance.wording import names

CNS_ACTIVE = (
    DrugClass.SMR_BEERS, DrugClass.SMR_SPASTICITY, DrugClass.BACLOFEN, DrugClass.BENZODIAZEPINE, DrugClass.Z_DRUG,
    DrugClass.OPIOID, DrugClass.GABAPENTINOID, DrugClass.ANTIPSYCHOTIC, DrugClass.ANTIDEPRESSANT, DrugClass.ANTISEIZURE,
)  # fmt: skip


def check(case: Case) -> Finding | None:
    """A new CNS-active medicine that makes at least three."""
    orders = tuple(one for one in case.new_orders(*CNS_ACTIVE) if not one.is_local)
    if not orders or not case.is_older:
        return None
    everything = [one for one in case.active_or_drafted(*CNS_ACTIVE) if not one.is_local]
    number = len({name for one in everything for name in one.ingredients_of(frozenset(CNS_ACTIVE))})
    if number < case.limits["cns.count"]:
        return None
    would = f"be CNS-active drug number {number}" if len(names(orders)) == 1 else f"make {number} CNS-active drugs"
    return order_finding(
        case,
        orders,
        Indicator.WARNING,
        f"{{drugs}} would {would} at age {case.age}",
        why="Three or more centrally acting medicines raise the risk of falls and fractures in older adults.",
        consider=(
            "Review whether one of the centrally acting medicines can be reduced or stopped; avoid starting two at once.",
        ),
        decided=(f"age {case.limits.text('older.age')}; {case.limits.text('cns.count')} active or drafted",),
        partners=tuple(one for one in everything if not one.is_new),
        removable=False,
    )


RULE = Rule(
    id="cns-active-polypharmacy",
    title="Three or more CNS-active drugs in an older adult",
    family=Family.DRUG_SAFETY,
    hooks=ORDERS,
    needs=frozenset({*CNS_ACTIVE, Source.PATIENT}),
    check=check,
    override=OverrideSet.DRUG,
    documents=("D32", "D38"),
    evidence=("R-BEERS2023",),
    extension=True,
)
