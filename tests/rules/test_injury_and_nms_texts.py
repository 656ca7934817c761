"""What the cards of B5 and B6 say, word for word where the catalogue gives the words: summary, suggestions, reasons, detail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from cds_service.cards.overrides import SETS
from cds_service.guidance.finding import OverrideSet
from tests.fhir_rows import request_for
from tests.rows import row
from tests.service import answer

LABS = "K=4.2 mmol/L@-2 | Ca=2.3 mmol/L@-2 | Mg=0.85 mmol/L@-2"
NMS = "neuroleptic-malignant-syndrome"
FEVER2 = "Temp=38.6 Cel@-0.2 | Temp=38.9 Cel@-0.1"
CONFUSED = "Temp=38.6 Cel@-0.2 | GCS=13 {score}@-0.1"
RIGID = "rigidity@active,onset=-1"
CK = "CK=1000 U/L@-0.5;ref=39-250"
SUPPORT = "Supports, does not replace, clinical judgement; do not wait for this service in an emergency."
DRUG, LAB, NMS_SET, INFO = OverrideSet.DRUG, OverrideSet.LAB, OverrideSet.NMS, OverrideSet.INFO


@dataclass(frozen=True)
class Text:
    """A chart, the summary of its card, the suggestions ("CK*" is the recommended one), and phrases of the detail."""

    rule: str
    summary: str
    suggestions: str
    reasons: OverrideSet
    phrases: tuple[str, ...] = ()
    hook: str = "PV"
    who: str = "60M"
    obs: str = ""
    meds: str = ""
    problems: str = ""
    priority: str = ""

    def __str__(self) -> str:
        return self.summary


TEXTS = (
    Text(
        "rhabdomyolysis-suspected", "CK 9000 U/L (45.0 x upper limit, 3 d ago): rhabdomyolysis range", "BMP CK UMYO",
        OverrideSet.LAB_ALTERNATIVE,
        ("statin, exertion, trauma, seizure, NMS, low potassium or phosphate, infection, toxins", "fluids per local pathway",
         "Low calcium is usually not corrected here unless symptomatic", "5 x or 1000 U/L, 10 x and 40 x are all in use",
         "(parameter ck.rhabdo\\_x: 40)", "lab range 39–200 U/L", "D6, D8", "R-EAS2015",
         "No creatinine 7 to 365 d old: no baseline to compare with."),
        obs="CK=9000 U/L@-3;ref=39-200", priority="stat",
    ),
    Text(
        "rhabdomyolysis-suspected", "CK 2500 U/L (12.5 x upper limit, 3 d ago): rhabdomyolysis range", "BMP CK UMYO",
        OverrideSet.LAB_ALTERNATIVE, ("1.5 x the median 88 µmol/L", "150 µmol/L"),
        obs="CK=2500 U/L@-3;ref=39-200 | Cr=150 umol/L@-3 | Cr=88 umol/L@-50", priority="stat",
    ),
    Text(
        "statin-ck-elevated", "CK 3081 U/L (10.0 x upper limit, 2 d ago) on atorvastatin", "CK Cr TSH", LAB,
        ("Stop the statin, check renal function, monitor CK every 2 weeks.", "exertion, intramuscular injection and hypothyroidism",
         "R-ESCEAS2019"),
        obs="CK=3081 U/L@-2;ref=39-308", meds="atorvastatin@active", priority="stat",
    ),
    Text(
        "statin-ck-elevated", "CK 900 U/L (4.7 x upper limit, 2 d ago) on atorvastatin", "CK Cr", LAB,
        ("Without symptoms: continue with CK monitoring.",),
        obs="CK=900 U/L@-2 | TSH=2 m[IU]/L@-300 | Cr=1 mg/dL@-2", meds="atorvastatin@active", priority="urgent",
    ),
    Text(
        "statin-ck-elevated", "CK 900 U/L (4.7 x upper limit, 2 d ago) on atorvastatin", "CK Cr TSH", LAB,
        ("With symptoms: stop the statin and recheck CK.",),
        obs="CK=900 U/L@-2", meds="atorvastatin@active", problems="myalgia,onset=-100", priority="urgent",
    ),
    Text(
        "statin-muscle-symptoms", "Muscle symptoms on atorvastatin: CK not measured in 30 days", "CK* TSH", LAB,
        ("More than 90 % of muscle symptoms on statins are not caused by the statin", "first year and with high intensity",
         "symmetrical, proximal, 4 to 6 weeks after start or dose rise", "Pause and rechallenge rather than a permanent stop",
         "weigh the cardiovascular benefit", "No CK within 30 d.", "R-CTT2022"),
        obs=LABS, meds="atorvastatin@active", problems="myalgia", priority="urgent",
    ),
    Text(
        "statin-muscle-symptoms", "Muscle symptoms on atorvastatin: CK 150 U/L", "CK*", LAB, ("0.8 x upper limit",),
        obs=f"{LABS} | CK=150 U/L@-5 | TSH=2 m[IU]/L@-5", meds="atorvastatin@active", problems="myalgia", priority="routine",
    ),
    Text(
        "statin-interaction", "simvastatin + clarithromycin: contraindicated, myopathy risk", "delete", DRUG,
        ("contraindicated or avoid", "statin dose not known", "temporary hold of the statin",
         "pravastatin, rosuvastatin or fluvastatin", "R-FDA-SIMVA", "Beyond the source document"),
        hook="SG", meds="simvastatin@active | clarithromycin@draft",
    ),
    Text(
        "statin-interaction", "simvastatin + amlodipine: dose limit, myopathy risk", "delete CK", DRUG,
        ("maximum 20 mg daily", "statin dose 40 mg a day", "Myalgia"),
        hook="SG", meds="simvastatin@draft,dose=40 mg/d | amlodipine@active", problems="myalgia,onset=-100", priority="urgent",
    ),
    Text(
        "statin-interaction", "simvastatin + verapamil: dose limit, myopathy risk", "", DRUG, ("maximum 10 mg daily", "&gt; 1 x ULN"),
        obs="CK=200 U/L@-2", meds="simvastatin@active | verapamil@active",
    ),
    Text(
        "statin-interaction", "rosuvastatin + ciclosporin: dose limit, myopathy risk", "delete", DRUG, ("maximum 5 mg daily",),
        hook="OS", meds="rosuvastatin@active | ciclosporin@draft",
    ),
    Text(
        "statin-interaction", "atorvastatin + itraconazole: dose limit, myopathy risk", "delete", DRUG,
        ("caution above 20 mg with clarithromycin or itraconazole",),
        hook="OS", meds="atorvastatin@active | itraconazole@draft",
    ),
    Text(
        "statin-hypothyroidism", "atorvastatin with TSH 12 mIU/L: untreated hypothyroidism raises myopathy risk", "TSH", LAB,
        ("R-EAS2015", "&gt; 10 mIU/L", "Beyond the source document"),
        hook="SG", obs="TSH=12 m[IU]/L@-100", meds="atorvastatin@draft", priority="urgent",
    ),
    Text(
        "statin-order-precaution", "atorvastatin ordered: previous statin myopathy", "CK delete", DRUG, ("R-ESCEAS2019",),
        hook="SG", meds="atorvastatin@draft", problems="statin-myopathy@resolved,onset=-900", priority="stat",
    ),
    Text(
        "statin-order-precaution", "atorvastatin ordered: decompensated cirrhosis (labelled contraindication)", "CK delete", DRUG,
        hook="SG", meds="atorvastatin@draft", problems="decompensated-cirrhosis", priority="stat",
    ),
    Text(
        "statin-order-precaution", "atorvastatin ordered: CK 800 U/L, 4.2 x upper limit", "CK", DRUG,
        ("Do not start above four times the upper limit of CK.",),
        hook="SG", obs="CK=800 U/L@-3", meds="atorvastatin@draft", priority="urgent",
    ),
    Text(
        "statin-order-precaution", "atorvastatin ordered: ALT 130 U/L, 3.2 x upper limit", "CK", DRUG, ("upper limit 40 U/L",),
        hook="SG", obs="ALT=130 U/L@-3", meds="atorvastatin@draft", priority="urgent",
    ),
    Text(
        "statin-order-precaution", "atorvastatin ordered: statin intolerance on record", "CK", DRUG,
        hook="SG", meds="atorvastatin@draft", problems="allergy:statin", priority="urgent",
    ),
    Text(
        "statin-order-precaution",
        "atorvastatin ordered: low potassium 2.9 mmol/L: correct first so that symptoms are not blamed on the statin", "CK", DRUG,
        hook="OS", obs="K=2.9 mmol/L@-3", meds="atorvastatin@draft", priority="routine",
    ),
    Text(
        "nms-probable", "Findings meet NMS criteria (IEC, Levenson, DSM and 3 of 4 tetrad signs) on haloperidol: urgent assessment",
        "CK BMP UMYO ECG", NMS_SET,
        (SUPPORT, "IEC priority points 78 of 93 automatically assessable (+7 clinician), cut-off 74",
         "exposure 20, fever twice 18, rigidity 17, mental status 13, CK 10", "bedside", "Stop or hold the dopamine antagonist",
         "restore the dopaminergic medicine", "blood gas and lactate", "coagulation", "infection screen", "Cooling, fluids, monitored setting",
         "Benzodiazepine, dantrolene, bromocriptine or ECT per specialist advice", "sepsis or meningitis", "serotonin toxicity",
         "malignant hyperthermia", "anticholinergic toxicity", "heat stroke", "catatonia", "intrathecal-baclofen withdrawal",
         "thyroid storm", "Serotonergic medicines on the chart: sertraline", "| Rigidity | MET |", "| Tachycardia | no data |",
         "| Fever | MET (38.9 °C site not stated, highest of 2 such readings) |", "| Altered mental status | MET (GCS 13) |",
         "D8, D41", "R-IEC2011", "R-IEC2017", "R-LEV1985", "R-DSM", "diagnosis of exclusion"),
        obs=f"{FEVER2} | GCS=13 {{score}}@-0.1 | {CK}", meds="haloperidol@active | sertraline@active", problems=RIGID, priority="stat",
    ),
    Text(
        "nms-probable", "Findings meet NMS criteria (3 of 4 tetrad signs) after stopping levodopa: urgent assessment", "CK BMP UMYO ECG",
        NMS_SET, ("dopaminergic medicine stopped or held", "which is enough"),
        obs=CONFUSED, meds="levodopa@stopped,end=-2", problems=RIGID, priority="stat",
    ),
    Text(
        "nms-possible", "Fever and altered mental status on quetiapine: check for rigidity, measure CK (NMS?)", "CK* BMP", NMS_SET,
        (SUPPORT, "Rigidity not documented", "CK not measured", "infection remains the commonest cause of fever with confusion",
         "IEC priority points 33 of 93 automatically assessable (+7 clinician)"),
        obs=CONFUSED, meds="quetiapine@active", priority="urgent",
    ),
    Text(
        "nms-possible", "Rigidity and raised CK on haloperidol: check for rigidity, measure CK (NMS?)", "CK BMP", NMS_SET,
        ("4.0 x the laboratory's upper limit of 250 U/L", "No temperature within the window.", "No GCS or AVPU within the window."),
        obs=CK, meds="haloperidol@active", problems=RIGID, priority="urgent",
    ),
    Text(
        "nms-watch", "Rigidity on haloperidol: NMS features to watch for", "CK", NMS_SET, ("IEC priority points 37 of 93",),
        meds="haloperidol@active", problems=RIGID, priority="routine",
    ),
    Text(
        "nms-watch", "Raised CK on haloperidol: NMS features to watch for", "", NMS_SET, obs=CK, meds="haloperidol@active",
    ),
    Text(
        "nms-watch", "Fever and autonomic signs on haloperidol: NMS features to watch for", "CK", NMS_SET,
        ("2 of 5 signs present",),
        obs="Temp=38.6 Cel@-0.2 | HR=101 /min@-0.1 | RR=21 /min@-0.1", meds="haloperidol@active", priority="routine",
    ),
    Text(
        "nms-active-on-antagonist", "NMS is an active diagnosis but haloperidol is still active", "", NMS_SET,
        ("Review and discontinue",), meds="haloperidol@active", problems=f"{NMS}@active",
    ),
    Text(
        "antipsychotic-order-nms-active", "quetiapine ordered: NMS active", "delete* CK", NMS_SET, (SUPPORT, "D8, D41"),
        hook="SG", meds="quetiapine@draft", problems=f"{NMS}@active", priority="stat",
    ),
    Text(
        "antipsychotic-order-nms-active", "olanzapine ordered: findings meet NMS criteria", "delete* CK", NMS_SET,
        ("IEC priority points 50 of 93", "| Rigidity | MET |"),
        hook="SG", obs=CONFUSED, meds="haloperidol@active | olanzapine@draft", problems=RIGID, priority="stat",
    ),
    Text(
        "antipsychotic-order-nms-active", "olanzapine ordered: possible NMS features", "delete* CK", NMS_SET,
        hook="SG", obs=CONFUSED, meds="haloperidol@active | olanzapine@draft", priority="urgent",
    ),
    Text(
        "antipsychotic-order-nms-history", "quetiapine ordered: previous NMS, resolved 10 d ago", "delete CK", DRUG,
        ("at least 2 weeks after full recovery; low dose, low potency or second generation, slow titration, no depot; monitor "
         "temperature and CK", "R-NMSRECH"),
        hook="SG", meds="quetiapine@draft", problems=f"{NMS}@resolved,onset=-40,abated=-10", priority="stat",
    ),
    Text(
        "antipsychotic-order-nms-history", "quetiapine ordered: previous NMS", "delete CK", DRUG,
        ("The date of recovery is not recorded.",),
        hook="SG", meds="quetiapine@draft", problems=f"{NMS}@resolved,onset=-40", priority="urgent",
    ),
    Text(
        "antipsychotic-qt-electrolytes", "haloperidol with K 2.9 mmol/L: torsades risk", "ECG* K Mg delete", DRUG,
        ("potassium 4.0 mmol/L or more, magnesium 2.0 mg/dL (0.82 mmol/L) or more", "intravenous haloperidol, other QT drugs, "
         "bradycardia, female sex, age, heart disease", "No QTc in 30 days.", "QT risk list: higher", "R-TDP2010",
         "Beyond the source document"),
        hook="SG", obs="K=2.9 mmol/L@-1", meds="haloperidol@draft", priority="stat",
    ),
    Text(
        "antipsychotic-qt-electrolytes", "clozapine with QTc 505 ms: torsades risk", "ECG* K Mg", DRUG, ("QT risk list: possible",),
        hook="SG", obs="QTc=505 ms@-1 | K=4.1 mmol/L@-1 | Mg=0.9 mmol/L@-1", meds="clozapine@draft", priority="urgent",
    ),
    Text(
        "antipsychotic-dystonia", "Torticollis 2 d after starting haloperidol: possible acute dystonic reaction", "iCa", NMS_SET,
        ("hours to 5 days", "young men", "high potency", "parenteral anticholinergic usually relieves within minutes, per local policy",
         "airway emergency", "low calcium and tetanus", "R-DYST"),
        who="22M", meds="haloperidol@active,start=-6", problems="torticollis@active,onset=-4", priority="urgent",
    ),
    Text(
        "antipsychotic-muscle-symptoms", "Muscle stiffness on risperidone: examine for rigidity, check temperature", "CK", INFO,
        obs=LABS, meds="risperidone@active", problems="muscle-stiffness", priority="routine",
    ),
    Text(
        "antipsychotic-muscle-symptoms", "Muscle spasm on risperidone: examine for rigidity, check temperature", "", INFO,
        obs=f"{LABS} | CK=100 U/L@-30", meds="risperidone@active", problems="muscle-spasm",
    ),
    Text(
        "antipsychotic-order-parkinson", "haloperidol ordered in Parkinson's disease: may worsen rigidity", "delete", DRUG,
        ("R-BEERS2023", "Beyond the source document"),
        hook="SG", meds="haloperidol@draft", problems="parkinson-disease@active,onset=-900",
    ),
    Text(
        "baclofen-abrupt-stop", "Fever 2 d after baclofen stopped: withdrawal?", "CK", NMS_SET,
        ("hallucinations, seizures and rebound spasticity", "pump and its refill", "Restart and taper per specialist advice", "R-BAC"),
        obs="Temp=38.6 Cel@-0.2", meds="baclofen@stopped,end=-2", priority="urgent",
    ),
)  # fmt: skip


def card_of(text: Text) -> dict[str, Any]:
    request = request_for(
        row("text", text.hook, text.who, obs=text.obs, meds=text.meds, problems=text.problems, hits="none")
    )
    cards = answer(request)["cards"]
    return next(card for card in cards if card["extension"]["org.muscle-spasm-cds"]["hits"][0]["rule"] == text.rule)


def offered(card: dict[str, Any]) -> str:
    """``CK* BMP delete``: what is suggested, the recommended one starred."""
    named = {
        "Order creatine kinase (CK)": "CK", "Order basic metabolic panel": "BMP", "Order urine myoglobin": "UMYO",
        "Order 12-lead ECG": "ECG", "Order creatinine": "Cr", "Order TSH": "TSH", "Order potassium": "K",
        "Order magnesium": "Mg", "Order ionised calcium": "iCa",
    }  # fmt: skip
    words = []
    for one in card.get("suggestions", []):
        word = "delete" if one["actions"][0]["type"] == "delete" else named[one["label"]]
        words.append(f"{word}{'*' if one.get('isRecommended') else ''}")
    return " ".join(words)


@pytest.mark.parametrize("text", TEXTS, ids=str)
def test_card(text: Text) -> None:
    card = card_of(text)
    assert card["summary"] == text.summary
    assert offered(card) == text.suggestions
    assert {one["code"] for one in card["overrideReasons"]} == set(SETS[text.reasons])
    for phrase in text.phrases:
        assert phrase in card["detail"], phrase
    orders = [
        one["actions"][0]["resource"] for one in card.get("suggestions", []) if one["actions"][0]["type"] == "create"
    ]
    assert {order["priority"] for order in orders} == ({text.priority} if text.priority else set())
    assert all(order["status"] == "draft" and order["intent"] == "order" for order in orders)
    assert "probability" not in card["detail"].casefold()


def test_every_criterion_stands_in_the_table_with_its_state() -> None:
    text = next(one for one in TEXTS if one.rule == "nms-possible")
    lines = card_of(text)["detail"].splitlines()
    for name in (
        "Rigidity", "Fever", "Fever twice", "Altered mental status", "CK", "CK (Levenson)", "Autonomic dysfunction",
        "Autonomic lability", "Hypermetabolism", "Blood pressure rise", "Blood pressure swing", "High blood pressure",
        "Tachycardia", "Tachypnoea", "Diaphoresis", "Urinary incontinence", "Leucocytosis", "Dysphagia", "Tremor", "Mutism",
    ):  # fmt: skip
        line = next((one for one in lines if one.startswith(f"| {name} |")), "")
        assert any(f"| {state}" in line for state in ("MET", "not met", "no data")), name


def test_no_decision_is_cut_short() -> None:
    for text in TEXTS:
        assert "…" not in card_of(text)["detail"]
