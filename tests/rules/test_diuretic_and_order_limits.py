"""B2 to B4 to the second and the decimal: what the readable tables of the other files leave between their rows."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.rows import Row, row
from tests.rules_harness import check_row

CRAMP = "muscle-cramp@active,onset=-100"
K, CR, EGFR = "K=4.2 mmol/L@-3", "Cr=0.9 mg/dL@-3", "eGFR=80 mL/min/{1.73_m2}@-3"
WITHIN, BEYOND = 59 / 86_400, 61 / 86_400
"""A minute is the tolerance of every window."""


def days(number: float, more: float = 0.0) -> str:
    return f"{number + more:.9f}"


def at_the_order(cases: Iterable[tuple[str, str, str, str]], who: str = "70F") -> tuple[Row, ...]:
    """(sentence, results, medicines, hits) on order-select."""
    return tuple(row(text, "OS", who, obs=obs, meds=meds, hits=hits) for text, obs, meds, hits in cases)


def on_chart(cases: Iterable[tuple[str, str, str, str, str]], who: str = "58F") -> tuple[Row, ...]:
    """(sentence, results, medicines, problems, hits) on patient-view."""
    return tuple(
        row(text, "PV", who, obs=obs, meds=meds, problems=problems, hits=hits)
        for text, obs, meds, problems, hits in cases
    )


ORDERED_WITH = at_the_order(
    (f"{drug} ordered with {name}: {level}", f"{result}@-3 | {rest}", f"{drug}@draft",
     "none" if level == "silent" else f"diuretic-order-electrolytes:{level}")
    for name, result, rest, levels in (
        ("potassium 3.5", "K=3.5 mmol/L", CR, {"torasemide": "silent", "indapamide": "silent"}),
        ("potassium 3.49", "K=3.49 mmol/L", CR, {"torasemide": "info", "indapamide": "info"}),
        ("potassium 3.0", "K=3.0 mmol/L", CR, {"bumetanide": "info", "metolazone": "info"}),
        ("potassium 2.99", "K=2.99 mmol/L", CR, {"furosemide": "warning", "chlortalidone": "warning"}),
        ("potassium 2.5", "K=2.5 mEq/L", CR, {"furosemide": "warning", "hydrochlorothiazide": "warning"}),
        ("potassium 2.49", "K=2.49 mEq/L", CR, {"furosemide": "critical", "hydrochlorothiazide": "critical"}),
        ("potassium 2.9", "K=2.9 mmol/L", CR, {"acetazolamide": "silent", "amiloride": "silent", "eplerenone": "silent"}),
        ("magnesium 0.70", "Mg=0.70 mmol/L", f"{K} | {CR}", {"furosemide": "silent", "indapamide": "silent"}),
        ("magnesium 0.69", "Mg=0.69 mmol/L", f"{K} | {CR}", {"furosemide": "info", "indapamide": "info"}),
        ("magnesium 1.1 mg/dL", "Mg=1.1 mg/dL", f"{K} | {CR}", {"furosemide": "warning", "indapamide": "warning"}),
        ("magnesium 0.9 mg/dL", "Mg=0.9 mg/dL", f"{K} | {CR}", {"furosemide": "critical", "indapamide": "critical"}),
        ("ionised calcium 1.11", "iCa=1.11 mmol/L", f"{K} | {CR}", {"furosemide": "info", "indapamide": "silent"}),
        ("adjusted calcium 7.9 mg/dL", "adjCa=7.9 mg/dL", f"{K} | {CR}", {"furosemide": "warning", "indapamide": "silent"}),
        ("adjusted calcium 1.74", "adjCa=1.74 mmol/L", f"{K} | {CR}", {"furosemide": "critical", "indapamide": "silent"}),
        ("uncorrected calcium 1.95", "Ca=1.95 mmol/L", f"{K} | {CR}", {"furosemide": "info"}),
        ("uncorrected calcium 1.70", "Ca=1.70 mmol/L", f"{K} | {CR}", {"furosemide": "warning"}),
        ("uncorrected calcium 1.49", "Ca=1.49 mmol/L", f"{K} | {CR}", {"furosemide": "critical"}),
        ("adjusted calcium 2.62", "adjCa=2.62 mmol/L", f"{K} | {CR}", {"furosemide": "silent", "indapamide": "silent"}),
        ("adjusted calcium 2.63", "adjCa=2.63 mmol/L", f"{K} | {CR}", {"furosemide": "silent", "indapamide": "info"}),
        ("adjusted calcium 14.0 mg/dL", "adjCa=14.0 mg/dL", f"{K} | {CR}", {"furosemide": "silent", "indapamide": "critical"}),
        ("sodium 130", "Na=130 mmol/L", f"{K} | {CR}", {"indapamide": "silent", "furosemide": "silent"}),
        ("sodium below 130", "Na=<130 mEq/L", f"{K} | {CR}", {"indapamide": "warning", "furosemide": "silent"}),
    )
    for drug, level in levels.items()
)  # fmt: skip
ORDER_DETAILS = at_the_order((
    ("severe potassium of 7 d 59 s is fresh", f"K=2.4 mmol/L@-{days(7, WITHIN)} | {CR}", "furosemide@draft", "diuretic-order-electrolytes:critical"),
    ("severe potassium of 7 d 61 s is not", f"K=2.4 mmol/L@-{days(7, BEYOND)} | {CR}", "furosemide@draft", "diuretic-order-electrolytes:warning"),
    ("low potassium of 30 d 59 s counts", f"K=2.9 mmol/L@-{days(30, WITHIN)} | {CR}", "furosemide@draft", "diuretic-order-electrolytes:warning"),
    ("low potassium of 30 d 61 s does not", f"K=2.9 mmol/L@-{days(30, BEYOND)} | {CR}", "furosemide@draft", "none"),
    ("sodium 125 of 30 d 61 s does not count", f"Na=125 mmol/L@-{days(30, BEYOND)} | {K} | {CR}", "indapamide@draft", "none"),
    ("a preliminary sodium does not count", f"Na=125 mmol/L@-1;preliminary | {K} | {CR}", "indapamide@draft", "none"),
    ("mild potassium inside the laboratory's range does not count", f"K=3.4 mmol/L@-3;ref=3.3-5.1 | {CR}", "furosemide@draft", "none"),
    ("moderate potassium inside the laboratory's range counts", f"K=2.9 mmol/L@-3;ref=2.8-5.1 | {CR}", "furosemide@draft", "diuretic-order-electrolytes:warning"),
    ("mild potassium beside drafted replacement does not count", f"K=3.2 mmol/L@-3 | {CR}", "furosemide@draft | potassium chloride@draft-unselected", "none"),
    ("mild potassium beside amiloride does not count", f"K=3.2 mmol/L@-3 | {CR}", "furosemide@draft | amiloride@active", "none"),
    ("mild potassium and the ordered product itself spares potassium", f"K=3.2 mmol/L@-3 | {CR}", "co-amilofruse@draft", "none"),
    ("moderate potassium counts although the product spares potassium", f"K=2.9 mmol/L@-3 | {CR}", "co-amilofruse@draft", "diuretic-order-electrolytes:warning"),
    ("moderate potassium counts beside replacement", f"K=2.9 mmol/L@-3 | {CR}", "furosemide@draft | potassium chloride@active,start=-1", "diuretic-order-electrolytes:warning"),
    ("mild potassium and a stopped replacement counts", f"K=3.2 mmol/L@-3 | {CR}", "furosemide@draft | potassium chloride@stopped", "diuretic-order-electrolytes:info"),
    ("mild magnesium beside magnesium oxide does not count", f"Mg=0.60 mmol/L@-3 | {K} | {CR}", "furosemide@draft | magnesium oxide@active", "none"),
    ("mild magnesium beside potassium replacement counts", f"Mg=0.60 mmol/L@-3 | {K} | {CR}", "furosemide@draft | potassium chloride@active", "diuretic-order-electrolytes:info"),
    ("moderate magnesium beside magnesium oxide counts", f"Mg=0.45 mmol/L@-3 | {K} | {CR}", "furosemide@draft | magnesium oxide@active", "diuretic-order-electrolytes:warning"),
    ("an order not to give furosemide is no order", f"K=2.4 mmol/L@-3 | {CR}", "furosemide@draft,dnp=true", "none"),
    ("a thiazide inside a combination counts", f"Na=125 mmol/L@-3 | {K} | {CR}", "lisinopril / hydrochlorothiazide@draft", "diuretic-order-electrolytes:warning"),
    ("low potassium on order and without creatinine", "K=2.9 mmol/L@-3", "furosemide@draft", "diuretic-order-electrolytes:warning, diuretic-order-no-baseline:info"),
    ("baseline potassium of 90 d 59 s suffices", f"K=4.2 mmol/L@-{days(90, WITHIN)} | {CR}", "furosemide@draft", "none"),
    ("baseline potassium of 90 d 61 s does not", f"K=4.2 mmol/L@-{days(90, BEYOND)} | {CR}", "furosemide@draft", "diuretic-order-no-baseline:info"),
    ("baseline creatinine of 90 d 61 s does not suffice", f"{K} | Cr=0.9 mg/dL@-{days(90, BEYOND)}", "furosemide@draft", "diuretic-order-no-baseline:info"),
    ("a reported eGFR is a baseline of kidney function", f"{K} | eGFR=80 mL/min/{{1.73_m2}}@-90", "furosemide@draft", "none"),
    ("a preliminary potassium is no baseline", f"K=4.2 mmol/L@-1;preliminary | {CR}", "furosemide@draft", "diuretic-order-no-baseline:info"),
    ("no baseline before amiloride", "", "amiloride@draft", "diuretic-order-no-baseline:info"),
    ("acetazolamide asks for no baseline", "", "acetazolamide@draft", "none"),
    ("potassium drafted but creatinine missing", "", "furosemide@draft | lab:K@draft", "diuretic-order-no-baseline:info"),
    ("potassium drafted and creatinine on record", CR, "furosemide@draft | lab:K@draft", "none"),
    ("both tests drafted one by one", "", "furosemide@draft | lab:K@draft | lab:Cr@draft", "none"),
    ("a panel ordered 7 d 59 s ago is on its way", "", f"furosemide@draft | lab:BMP@active,start=-{days(7, WITHIN)}", "none"),
    ("a panel ordered 7 d 61 s ago is not", "", f"furosemide@draft | lab:BMP@active,start=-{days(7, BEYOND)}", "diuretic-order-no-baseline:info"),
    ("amiloride with potassium 5.49 warns", f"K=5.49 mmol/L@-3 | {EGFR}", "amiloride@draft", "potassium-raising-order:warning"),
    ("potassium citrate with potassium 5.5 is critical", f"K=5.5 mEq/L@-3 | {EGFR}", "potassium citrate@draft", "potassium-raising-order:critical"),
    ("potassium 4.99 is below the limit", f"K=4.99 mmol/L@-3 | {EGFR}", "potassium chloride@draft", "none"),
    ("potassium reported as above 4.9 and below 5.0 is silent", f"K=<5.0 mmol/L@-3 | {EGFR}", "spironolactone@draft", "none"),
    ("high potassium of 30 d 59 s is still critical", f"K=5.6 mmol/L@-{days(30, WITHIN)} | {EGFR}", "spironolactone@draft", "potassium-raising-order:critical"),
    ("high potassium of 30 d 61 s does not count", f"K=5.6 mmol/L@-{days(30, BEYOND)} | {EGFR}", "spironolactone@draft", "none"),
    ("a haemolysed potassium 5.2 is information", f"K=5.2 mmol/L@-3;note=haemolysed | {EGFR}", "spironolactone@draft", "potassium-raising-order:info"),
    ("a haemolysed potassium 5.2 with eGFR 30 warns", "K=5.2 mmol/L@-3;note=haemolysed | eGFR=30 mL/min/{1.73_m2}@-3", "spironolactone@draft", "potassium-raising-order:warning"),
    ("eGFR reported as below 30 counts for a supplement", f"{K} | eGFR=<30 mL/min/{{1.73_m2}}@-3", "potassium chloride@draft", "potassium-raising-order:warning"),
    ("eGFR below 30 and no potassium at all: the supplement warns", "eGFR=20 mL/min/{1.73_m2}@-3", "potassium chloride@draft", "potassium-raising-order:warning"),
    ("low potassium and eGFR 20: spironolactone still warns", "K=3.2 mmol/L@-3 | eGFR=20 mL/min/{1.73_m2}@-3", "spironolactone@draft", "potassium-raising-order:warning"),
    ("an ACE inhibitor drafted in the same call is a partner", f"K=4.2 mmol/L@-40 | {CR}", "spironolactone@draft | lisinopril@draft-unselected", "potassium-raising-order:info"),
    ("sacubitril-valsartan is a partner of amiloride", f"K=4.2 mmol/L@-40 | {CR}", "amiloride@draft | sacubitril / valsartan@active", "potassium-raising-order:info"),
    ("a stopped ACE inhibitor is no partner", f"K=4.2 mmol/L@-40 | {CR}", "spironolactone@draft | lisinopril@stopped", "none"),
    ("a supplement beside an ACE inhibitor without potassium is silent", f"K=4.2 mmol/L@-40 | {CR}", "potassium chloride@draft | lisinopril@active", "none"),
    ("an ACE inhibitor ordered with high potassium is another matter", f"K=5.6 mmol/L@-3 | {EGFR}", "lisinopril@draft", "none"),
    ("magnesium 1.10 is not high", f"Mg=1.10 mmol/L@-3 | {EGFR}", "magnesium oxide@draft", "none"),
    ("magnesium 2.7 mg/dL is", f"Mg=2.7 mg/dL@-3 | {EGFR}", "magnesium sulfate@draft", "magnesium-order-renal:warning"),
    ("high magnesium of 30 d 61 s does not count", f"Mg=1.5 mmol/L@-{days(30, BEYOND)} | {EGFR}", "magnesium oxide@draft", "none"),
    ("a preliminary high magnesium does not count", f"Mg=1.5 mmol/L@-1;preliminary | {EGFR}", "magnesium oxide@draft", "none"),
    ("eGFR 29 and magnesium unknown warns", "eGFR=29 mL/min/{1.73_m2}@-3", "magnesium hydroxide@draft", "magnesium-order-renal:warning"),
    ("eGFR 29 and an old low magnesium warns", f"Mg=0.60 mmol/L@-{days(30, BEYOND)} | eGFR=29 mL/min/{{1.73_m2}}@-3", "magnesium oxide@draft", "magnesium-order-renal:warning"),
))  # fmt: skip
AT_SIGNING = tuple(
    row(text, "SG", "70F", obs=obs, meds=meds, problems=problems, hits=hits)
    for text, obs, meds, problems, hits in (
        ("a mild potassium is not worth stopping the pen", f"K=3.2 mmol/L@-3 | {CR}", "furosemide@draft", "", "none"),
        ("a haemolysed potassium 5.2 neither", f"K=5.2 mmol/L@-3;note=haemolysed | {EGFR}", "spironolactone@draft", "", "none"),
        ("magnesium with eGFR 29 and low magnesium neither", "Mg=0.60 mmol/L@-3 | eGFR=29 mL/min/{1.73_m2}@-3", "magnesium oxide@draft", "", "none"),
        ("dehydration with heart failure neither", f"{K} | {CR}", "furosemide@draft", "dehydration | heart-failure,onset=-900", "none"),
        ("dehydration with past heart failure is", f"{K} | {CR}", "furosemide@draft", "dehydration | heart-failure@resolved,onset=-900", "diuretic-order-dehydration:warning"),
        ("comfort care lets a critical order through", f"K=5.6 mmol/L@-3 | {EGFR}", "spironolactone@draft", "comfort-care", "potassium-raising-order:critical"),
        ("comfort care silences a warning", f"K=5.2 mmol/L@-3 | {EGFR}", "spironolactone@draft", "hospice-care", "none"),
        ("magnesium in torsades is wanted", "Mg=1.2 mmol/L@-3 | eGFR=20 mL/min/{1.73_m2}@-3", "magnesium sulfate@draft", "torsades", "none"),
        ("magnesium after torsades is judged", "Mg=1.2 mmol/L@-3", "magnesium sulfate@draft", "torsades@resolved", "magnesium-order-renal:warning"),
        ("several drafts, each judged", f"K=2.9 mmol/L@-3 | Mg=1.2 mmol/L@-3 | {CR}", "furosemide@draft | magnesium oxide@draft-unselected", "", "diuretic-order-electrolytes:warning, magnesium-order-renal:warning"),
    )
)  # fmt: skip
CHART = on_chart((
    ("potassium of 365 d 59 s suffices on amiloride", f"K=4.2 mmol/L@-{days(365, WITHIN)}", "amiloride@active", "", "none"),
    ("potassium of 365 d 61 s does not", f"K=4.2 mmol/L@-{days(365, BEYOND)}", "amiloride@active", "", "diuretic-monitoring-gap:info"),
    ("potassium of 180 d 59 s suffices on finerenone", f"K=4.2 mmol/L@-{days(180, WITHIN)}", "finerenone@active", "", "none"),
    ("potassium of 180 d 61 s does not", f"K=4.2 mmol/L@-{days(180, BEYOND)}", "finerenone@active", "", "diuretic-monitoring-gap:info"),
    ("potassium of 200 d suffices for furosemide but not for spironolactone beside it", "K=4.2 mmol/L@-200", "furosemide@active | spironolactone@active", "", "diuretic-monitoring-gap:info"),
    ("acetazolamide has no such cadence", "", "acetazolamide@active", "", "none"),
    ("a start 27 d 23 h 59 min 1 s ago counts as 28 d", "", f"furosemide@active,start=-{days(28, -WITHIN)}", "", "diuretic-monitoring-gap:info"),
    ("a start 27 d 23 h 58 min 59 s ago does not", "", f"furosemide@active,start=-{days(28, -BEYOND)}", "", "none"),
    ("a start 90 d 59 s ago without potassium since", "K=4.2 mmol/L@-100", f"furosemide@active,start=-{days(90, WITHIN)}", "", "diuretic-monitoring-gap:info"),
    ("a start 90 d 61 s ago without potassium since", "K=4.2 mmol/L@-100", f"furosemide@active,start=-{days(90, BEYOND)}", "", "none"),
    ("a potassium of the day of the start suffices", "K=4.2 mmol/L@-40", "furosemide@active,start=-40", "", "none"),
    ("no potassium since the start stays information with a cramp", "K=4.2 mmol/L@-50", "furosemide@active,start=-40", CRAMP, "diuretic-monitoring-gap:info"),
    ("no potassium for a year warns with a cramp of three months ago", "", "furosemide@active", CRAMP, "diuretic-monitoring-gap:warning"),
    ("an undated cramp is a muscle symptom", "", "furosemide@active", "muscle-cramp@active,onset=?", "diuretic-monitoring-gap:warning"),
    ("a cramp of 180 d 61 s ago is not", "", "furosemide@active", f"muscle-cramp@active,onset=-{days(180, BEYOND)}", "diuretic-monitoring-gap:info"),
    ("a recent cramp brings the work-up too", "", "furosemide@active", "muscle-cramp", "diuretic-monitoring-gap:warning, muscle-symptom-workup:warning, muscle-symptom-medication-review:info, first-line-measures:info"),
    ("an order of 8 days ago no longer silences the gap", "", "furosemide@active | lab:K@active,start=-8", "", "diuretic-monitoring-gap:info"),
    ("an order for magnesium does not silence the gap", "", "furosemide@active | lab:Mg@active", "", "diuretic-monitoring-gap:info"),
    ("a combination of sparing and wasting diuretic counts for both sides: low", "K=2.9 mmol/L@-2", "co-amilofruse@active,start=-200", "", "potassium-low:warning, diuretic-potassium-low:warning"),
    ("a combination of sparing and wasting diuretic counts for both sides: high", "K=5.6 mmol/L@-2", "co-amilofruse@active,start=-200", "", "potassium-high:info, potassium-raising-drug-potassium-high:warning"),
    ("a cramp turns a mild low potassium on a thiazide into a warning", "K=3.4 mmol/L@-2", "indapamide@active,start=-200", CRAMP, "potassium-low:info, diuretic-potassium-low:warning"),
    ("aripiprazole does not", "K=3.4 mmol/L@-2", "indapamide@active,start=-200 | aripiprazole@active", "", "potassium-low:info, diuretic-potassium-low:info"),
    ("moderate low potassium, treated, on furosemide", "K=2.8 mmol/L@-2", "furosemide@active,start=-200 | potassium chloride@active,start=-1", "", "potassium-low:info, diuretic-potassium-low:info"),
    ("severe low magnesium on a thiazide", "Mg=0.39 mmol/L@-2 | K=4.2 mmol/L@-2", "metolazone@active,start=-200", "", "magnesium-low:critical, diuretic-magnesium-low:critical"),
    ("low magnesium on acetazolamide is no diuretic matter", "Mg=0.45 mmol/L@-2 | K=4.2 mmol/L@-2", "acetazolamide@active", "", "magnesium-low:warning"),
    ("low calcium on a thiazide is no diuretic matter", "adjCa=1.95 mmol/L@-2 | K=4.2 mmol/L@-2", "indapamide@active,start=-200", "", "calcium-low:warning"),
    ("uncorrected severe calcium on furosemide counts as moderate", "Ca=1.70 mmol/L@-2 | K=4.2 mmol/L@-2", "furosemide@active,start=-200", "", "calcium-low:warning, loop-diuretic-calcium-low:warning"),
    ("uncorrected moderate calcium on furosemide with a cramp warns as a mild one does", "Ca=1.95 mmol/L@-2 | K=4.2 mmol/L@-2", "furosemide@active,start=-200", CRAMP, "calcium-low:info, loop-diuretic-calcium-low:warning"),
    ("a cramp turns a mild high calcium on a thiazide into a warning", "adjCa=2.70 mmol/L@-2 | K=4.2 mmol/L@-2", "indapamide@active,start=-200", CRAMP, "calcium-high:info, thiazide-calcium-high:warning"),
    ("severe high calcium, eight days old, on a thiazide", "adjCa=3.60 mmol/L@-8 | K=4.2 mmol/L@-2", "indapamide@active,start=-200", "", "calcium-high:warning, thiazide-calcium-high:warning"),
    ("a gel that holds an NSAID does not raise potassium", "K=5.6 mmol/L@-2", "lisinopril@active | diclofenac@active,route=topical", "", "potassium-high:info, potassium-raising-drug-potassium-high:info"),
    ("eye drops of ciclosporin do not either", "K=5.6 mmol/L@-2", "ciclosporin@active,route=ophthalmic", "", "none"),
    ("a haemolysed mild potassium on an ACE inhibitor is silent", "K=5.6 mmol/L@-2;note=haemolysed", "lisinopril@active", "", "none"),
    ("a haemolysed mild potassium on spironolactone is information", "K=5.6 mmol/L@-2;note=haemolysed", "spironolactone@active,start=-20", "", "potassium-raising-drug-potassium-high:info"),
    ("an old, haemolysed, severe potassium was perhaps never real", "K=6.6 mmol/L@-60;note=haemolysed", "", "", "electrolyte-unresolved-result:info"),
    ("an old haemolysed potassium beside an old low magnesium", "K=6.6 mmol/L@-60;note=haemolysed | Mg=0.45 mmol/L@-60", "", "", "electrolyte-unresolved-result:warning"),
    ("moderate potassium on dialysis is shown", "K=6.0 mmol/L@-2", "", "dialysis,onset=-400", "potassium-high:warning, kidney-disease-electrolyte-risk:info"),
    ("preliminary uncorrected calcium in the severe band warns", "Ca=1.70 mmol/L@-1;preliminary", "", "", "calcium-low:warning"),
    ("preliminary uncorrected calcium in the moderate band is silent", "Ca=1.80 mmol/L@-1;preliminary", "", "", "none"),
    ("sodium 145 is not high", "Na=145 mmol/L@-2", "", CRAMP, "none"),
    ("sodium reported as above 145 is", "Na=>145 mmol/L@-2", "", CRAMP, "dehydration-evidence:info"),
    ("high sodium of 7 d 59 s counts", f"Na=150 mEq/L@-{days(7, WITHIN)}", "", CRAMP, "dehydration-evidence:info"),
    ("high sodium of 7 d 61 s does not", f"Na=150 mEq/L@-{days(7, BEYOND)}", "", CRAMP, "none"),
    ("an old electrolyte hit is a context for dehydration", "K=2.8 mmol/L@-60", "", "dehydration", "dehydration-evidence:info, electrolyte-unresolved-result:warning"),
    ("spironolactone alone is no context for dehydration", "K=4.2 mmol/L@-2", "spironolactone@active,start=-10", "dehydration", "none"),
    ("urea and creatinine in SI units", "urea=8.2 mmol/L@-1 | Cr=100 umol/L@-1", "", CRAMP, "dehydration-evidence:info"),
    ("urea and creatinine in SI units, ratio below the limit", "urea=8.0 mmol/L@-1 | Cr=100 umol/L@-1", "", CRAMP, "none"),
    ("five electrolyte findings and two organs", "K=2.8 mmol/L@-2 | Mg=0.45 mmol/L@-2 | adjCa=1.95 mmol/L@-2", "furosemide@active,start=-100", "cirrhosis,onset=-400 | ckd-3,onset=-400",
     "potassium-low:warning, diuretic-potassium-low:warning, magnesium-low:warning, diuretic-magnesium-low:warning, calcium-low:warning, loop-diuretic-calcium-low:warning, potassium-magnesium-low:warning, calcium-magnesium-low:warning, kidney-disease-electrolyte-risk:info, liver-disease-cramps:info"),
))  # fmt: skip
WHICH_CALCIUM = on_chart((
    ("ionised calcium 24 h 59 s older than the total decides", f"iCa=1.20 mmol/L@-{days(2, WITHIN)} | Ca=1.70 mmol/L@-1", "", "", "none"),
    ("ionised calcium 24 h 61 s older does not", f"iCa=1.20 mmol/L@-{days(2, BEYOND)} | Ca=1.70 mmol/L@-1", "", "", "calcium-low:warning"),
    ("low ionised calcium outranks a normal adjusted one of the next day", "iCa=0.85 mmol/L@-2 | adjCa=2.30 mmol/L@-1", "", "", "calcium-low:critical"),
    ("adjusted calcium older than the total is passed over", "adjCa=2.30 mmol/L@-2 | Ca=1.70 mmol/L@-1", "", "", "calcium-low:warning"),
    ("adjusted calcium of the moment of the total counts", "adjCa=2.30 mmol/L@-1 | Ca=1.70 mmol/L@-1", "", "", "none"),
    ("an albumin 72 h 59 s away corrects", f"Ca=1.70 mmol/L@-1 | Alb=15 g/L@-{days(4, WITHIN)}", "", "", "none"),
    ("an albumin 72 h 61 s away does not", f"Ca=1.70 mmol/L@-1 | Alb=15 g/L@-{days(4, BEYOND)}", "", "", "calcium-low:warning"),
    ("an albumin drawn three days later corrects", "Ca=1.70 mmol/L@-4 | Alb=15 g/L@-1", "", "", "none"),
    ("of two albumins the nearer one corrects", "Ca=1.70 mmol/L@-2 | Alb=40 g/L@-3 | Alb=15 g/L@-1.5", "", "", "none"),
    ("of two albumins the nearer one corrects, the other way round", "Ca=1.70 mmol/L@-2 | Alb=40 g/L@-2.2 | Alb=15 g/L@-1.5", "", "", "calcium-low:critical"),
    ("a preliminary albumin does not correct", "Ca=1.70 mmol/L@-1 | Alb=15 g/L@-1;preliminary", "", "", "calcium-low:warning"),
    ("an implausible albumin does not correct", "Ca=1.70 mmol/L@-1 | Alb=9 g/L@-1", "", "", "calcium-low:warning"),
    ("2.118 is rounded to 2.12 before grading", "Ca=1.85 mmol/L@-1 | Alb=26.6 g/L@-1", "", CRAMP, "none"),
    ("8.46 is rounded to 8.5 before grading", "Ca=7.5 mg/dL@-1 | Alb=2.8 g/dL@-1", "", CRAMP, "none"),
    ("8.36 is rounded to 8.4 before grading", "Ca=7.4 mg/dL@-1 | Alb=2.8 g/dL@-1", "", CRAMP, "calcium-low:info"),
    ("a high albumin lowers the calcium", "Ca=2.30 mmol/L@-1 | Alb=50 g/L@-1", "", CRAMP, "calcium-low:info"),
    ("a low albumin raises it", "Ca=2.60 mmol/L@-1 | Alb=30 g/L@-1", "", CRAMP, "calcium-high:info"),
    ("a total reported as below 2.12 stays below after correction", "Ca=<2.12 mmol/L@-1 | Alb=40 g/L@-1", "", CRAMP, "calcium-low:info"),
    ("a long QT interval raises the severe limit", f"adjCa=1.85 mmol/L@-1 | QTc=500 ms@-{days(30, WITHIN)}", "", "", "calcium-low:critical"),
    ("a long QT interval of 30 d 61 s ago does not", f"adjCa=1.85 mmol/L@-1 | QTc=500 ms@-{days(30, BEYOND)}", "", "", "calcium-low:warning"),
    ("a QTc of 499 does not", "adjCa=1.85 mmol/L@-1 | QTc=499 ms@-1", "", "", "calcium-low:warning"),
    ("the newest QTc counts", "adjCa=1.85 mmol/L@-1 | QTc=520 ms@-5 | QTc=440 ms@-1", "", "", "calcium-low:warning"),
    ("paraesthesia raises the severe limit", "adjCa=1.85 mmol/L@-1", "", "paraesthesia,onset=-100", "calcium-low:critical"),
    ("a past seizure does not", "adjCa=1.85 mmol/L@-1", "", "seizure@resolved,onset=-100", "calcium-low:warning"),
    ("an abdominal cramp does not", "adjCa=1.85 mmol/L@-1", "", "abdominal-cramp,onset=-100", "calcium-low:warning"),
    ("symptoms do not move the limits of ionised calcium", "iCa=0.91 mmol/L@-1", "", CRAMP, "calcium-low:warning"),
))  # fmt: skip


@pytest.mark.parametrize("row", (*ORDERED_WITH, *ORDER_DETAILS, *AT_SIGNING, *CHART, *WHICH_CALCIUM), ids=str)
def test_row(row: Row) -> None:
    check_row(row)
