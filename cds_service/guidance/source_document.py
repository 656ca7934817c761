"""The source document "Causes of Muscle Spasms", bullet by bullet (D1 to D43), abridged, with what implements each.

``rules`` carry or quote the statement; ``text_in`` names rules that only quote it on their card. A test fails when a
bullet loses its rule. Citation marks of the document are not evidence: its reference list is missing (V9).
"""

from __future__ import annotations

from cds_service.clinical.fact import Fact


class Bullet(Fact):
    """One statement of the document."""

    id: str
    statement: str
    implementation: str


_ROWS: tuple[tuple[str, str, str], ...] = (
    (
        "D1",
        "Spasms mainly come from electrolytes, drugs, overuse, neurological, vascular factors",
        'whole catalogue; text only in muscle-symptom-workup ("Usual groups of causes")',
    ),
    (
        "D2",
        "Range from mild to severe, may signal disease needing treatment",
        "red-flags; text only in first-line-measures",
    ),
    (
        "D3",
        "Electrolyte abnormalities: K, Ca, Mg",
        "potassium-low, potassium-high, calcium-low, calcium-high, magnesium-low, magnesium-high, "
        "potassium-magnesium-low, calcium-magnesium-low, potassium-low-refractory, "
        "electrolyte-unresolved-result",
    ),
    (
        "D4",
        "Dehydration contributes",
        "dehydration-evidence, diuretic-order-dehydration",
    ),
    (
        "D5",
        "Metabolic disorders incl. kidney and liver disease",
        "kidney-disease-electrolyte-risk, liver-disease-cramps, potassium-raising-order, magnesium-order-renal",
    ),
    (
        "D6",
        "Statins: spasms and weakness",
        "statin-muscle-symptoms, statin-ck-elevated, statin-interaction, statin-hypothyroidism, "
        "statin-order-precaution, rhabdomyolysis-suspected, muscle-symptom-medication-review (V3)",
    ),
    (
        "D7",
        "Diuretics: electrolyte imbalance",
        "diuretic-potassium-low, diuretic-magnesium-low, loop-diuretic-calcium-low, "
        "thiazide-calcium-high, potassium-raising-drug-potassium-high, diuretic-monitoring-gap, "
        "diuretic-order-electrolytes, diuretic-order-no-baseline, potassium-raising-order",
    ),
    (
        "D8",
        "Antipsychotics: spasms by several mechanisms, incl. NMS",
        "nms-probable, nms-possible, nms-watch, nms-active-on-antagonist, antipsychotic-order-nms-active, "
        "antipsychotic-order-nms-history, antipsychotic-dystonia, antipsychotic-muscle-symptoms, "
        "antipsychotic-qt-electrolytes, antipsychotic-order-parkinson",
    ),
    (
        "D9",
        "Nerve compression or damage",
        "contributor-nerve, imaging-consider",
    ),
    (
        "D10",
        "Spinal cord injury (motoneuron excitability, inhibition)",
        "contributor-nerve; exempts baclofen-indication",
    ),
    (
        "D11",
        "Cervical dystonia, often after neck dissection/radiation",
        "cervical-dystonia-options, contributor-neurological (V2)",
    ),
    (
        "D12",
        "Muscle overload and fatigue",
        'text only: first-line-measures ("Triggers to ask about")',
    ),
    (
        "D13",
        "Inadequate warm-up",
        "text only: first-line-measures",
    ),
    (
        "D14",
        "Cold exposure",
        "text only: first-line-measures; contributor-vascular (Raynaud text)",
    ),
    (
        "D15",
        "Emotional stress",
        "text only: first-line-measures",
    ),
    (
        "D16",
        "Multiple sclerosis",
        "contributor-neurological; exempts baclofen-indication",
    ),
    (
        "D17",
        "Parkinson's disease: rigidity and spasms",
        "contributor-neurological, antipsychotic-order-parkinson; NMS rigidity caveat (chronic rigidity not counted)",
    ),
    (
        "D18",
        "Dystonia",
        "contributor-neurological, antipsychotic-dystonia",
    ),
    (
        "D19",
        "Peripheral arterial disease: claudication",
        "contributor-vascular",
    ),
    (
        "D20",
        "Venous insufficiency: oedema, skin changes",
        "contributor-vascular",
    ),
    (
        "D21",
        "Vasospastic diseases",
        "contributor-vascular",
    ),
    (
        "D22",
        "Endothelial dysfunction",
        "text only: contributor-vascular (V12: not a chart diagnosis)",
    ),
    (
        "D23",
        "IBS: smooth muscle spasm",
        "contributor-gi (V10)",
    ),
    (
        "D24",
        "Other functional GI disorders",
        "contributor-gi",
    ),
    (
        "D25",
        "Evaluate K, Ca, Mg",
        "muscle-symptom-workup (+ suggestions of every electrolyte rule)",
    ),
    (
        "D26",
        "Review medication history",
        "muscle-symptom-medication-review",
    ),
    (
        "D27",
        "Consider imaging (MRI, ultrasound) for suspected structural causes",
        "imaging-consider (V5)",
    ),
    (
        "D28",
        "Stretching and regular activity",
        "first-line-measures (V11)",
    ),
    (
        "D29",
        "Hydration and electrolyte balance",
        "first-line-measures, dehydration-evidence",
    ),
    (
        "D30",
        "Heat to affected muscles",
        "first-line-measures",
    ),
    (
        "D31",
        "Rest in a cool place for exercise spasms",
        "first-line-measures",
    ),
    (
        "D32",
        "Muscle relaxants: caution in older adults, falls",
        "muscle-relaxant-older-adult, cns-active-polypharmacy",
    ),
    (
        "D33",
        "Pregabalin, gabapentin, duloxetine for cervical dystonia and neuropathic pain",
        "cervical-dystonia-options, gabapentinoid-renal-dose, gabapentinoid-opioid, duloxetine-renal-hepatic (V2)",
    ),
    (
        "D34",
        "Benzodiazepines: limited efficacy, may be justified esp. with anxiety",
        "benzodiazepine-limited-benefit, benzodiazepine-older-adult, benzodiazepine-opioid (V6)",
    ),
    (
        "D35",
        "Baclofen for severe CNS spasticity",
        "baclofen-indication, baclofen-renal, baclofen-abrupt-stop (V7)",
    ),
    (
        "D36",
        '"Specialized treatments:"',
        "empty heading in the document: nothing to implement; text only in cervical-dystonia-options (referral) (V8)",
    ),
    (
        "D37",
        "Elderly: nocturnal cramps up to 60 %",
        "nocturnal-cramps-older-adult, quinine-cramps (V1)",
    ),
    (
        "D38",
        "Older adults more susceptible to drug side effects, muscle relaxants",
        "muscle-relaxant-older-adult, benzodiazepine-older-adult, cns-active-polypharmacy, "
        "gabapentinoid-renal-dose, baclofen-renal",
    ),
    (
        "D39",
        "Red flag: severe, persistent or progressive",
        "red-flags",
    ),
    (
        "D40",
        "Red flag: neurological findings",
        "red-flags, imaging-consider",
    ),
    (
        "D41",
        "Red flag: NMS signs (mental status, fever, rigidity, autonomic) on antipsychotics",
        "nms-probable, nms-possible, nms-watch, antipsychotic-order-nms-active",
    ),
    (
        "D42",
        "Understanding the cause is essential",
        "text only: muscle-symptom-workup closing line",
    ),
    (
        "D43",
        "Treat the specific cause, relieve symptoms meanwhile",
        "text only: first-line-measures closing line",
    ),
)

BULLETS: tuple[Bullet, ...] = tuple(Bullet(id=id, statement=text, implementation=how) for id, text, how in _ROWS)
