"""Red flags and imaging: every sign, finding and window, alone and together (B8)."""

from __future__ import annotations

import pytest

from tests.rows import Row, row
from tests.rules_harness import check_row

LABS = "K=4.2 mmol/L@-2 | Ca=2.3 mmol/L@-2 | Mg=0.85 mmol/L@-2"
FIRST, NERVE, IMAGING = "first-line-measures:info", "contributor-nerve:info", "imaging-consider:info"
SIGNS = ("saddle-anaesthesia", "urinary-retention", "faecal-incontinence")
NERVES = ("radiculopathy", "nerve-compression", "spinal-stenosis", "spinal-cord-injury", "peripheral-neuropathy")
FINDINGS = ("focal-weakness", "sensory-loss", "gait-disturbance", "hyperreflexia", "foot-drop", "fasciculation")

CAUDA = (
    *(row(f"{sign} 14 days ago with a back spasm", "PV", "40F", obs=LABS, problems=f"back-spasm | {sign},onset=-14", hits="red-flags:critical") for sign in SIGNS),
    *(row(f"{sign} a day with a radiculopathy and no symptom", "PV", "40F", problems=f"{sign},onset=-1 | radiculopathy,onset=?", hits="red-flags:critical") for sign in SIGNS),
    *(row(f"retention with {nerve} on record", "PV", "40F", problems=f"urinary-retention,onset=-1 | {nerve},onset=-900", hits="red-flags:critical") for nerve in NERVES),
    *(row(f"retention with {symptom}", "PV", "40F", obs=LABS, problems=f"urinary-retention,onset=-1 | {symptom}", hits="red-flags:critical") for symptom in ("back-spasm", "muscle-spasm", "muscle-weakness")),
    *(row(f"retention with {symptom} is no cord sign", "PV", "40F", obs=LABS, problems=f"urinary-retention,onset=-1 | {symptom}", hits=FIRST) for symptom in ("muscle-cramp", "myalgia", "muscle-stiffness", "neck-spasm")),
    row("retention with new focal weakness", "PV", "40F", obs=LABS, problems="urinary-retention,onset=-1 | focal-weakness,onset=-1", hits="red-flags:critical"),
    row("the window's end with tolerance", "PV", "40F", obs=LABS, problems="back-spasm | saddle-anaesthesia,onset=-14.0005", hits="red-flags:critical"),
    row("just beyond the window", "PV", "40F", obs=LABS, problems="back-spasm | saddle-anaesthesia,onset=-14.01", hits=FIRST),
    row("a back spasm 31 days ago is not prompt", "PV", "40F", problems="back-spasm,onset=-31 | saddle-anaesthesia,onset=-1", hits="none"),
    row("a back spasm of this encounter is", "PV", "40F", obs=LABS, problems="back-spasm,onset=-31,enc=true | saddle-anaesthesia,onset=-1", hits="red-flags:critical"),
    row("a resolved sign is none", "PV", "40F", obs=LABS, problems="back-spasm | saddle-anaesthesia@resolved,onset=-1", hits=FIRST),
    row("a refuted sign is none", "PV", "40F", obs=LABS, problems="back-spasm | saddle-anaesthesia,ver=refuted", hits=FIRST),
    row("a provisional sign counts", "PV", "40F", obs=LABS, problems="back-spasm | saddle-anaesthesia,ver=provisional", hits="red-flags:critical"),
    row("a resolved radiculopathy is no ground", "PV", "40F", problems="urinary-retention,onset=-1 | radiculopathy@resolved,onset=-900", hits="none"),
    row("multiple sclerosis is no ground", "PV", "40F", problems="urinary-retention,onset=-1 | multiple-sclerosis,onset=-900", hits="none"),
    row("spinal cord disease is not among the grounds", "PV", "40F", problems="urinary-retention,onset=-1 | spinal-cord-disease,onset=-900", hits="none"),
    row("urinary incontinence is not the sign", "PV", "40F", obs=LABS, problems="back-spasm | urinary-incontinence,onset=-1", hits=FIRST),
    row("critical with a foot drop asks for imaging as well", "PV", "40F", obs=LABS, problems="back-spasm | saddle-anaesthesia,onset=-1 | foot-drop,onset=-1", hits=f"red-flags:critical, {IMAGING}"),
    row("critical with stenosis and back spasm", "PV", "40F", obs=LABS, problems="back-spasm | saddle-anaesthesia,onset=-1 | spinal-stenosis,onset=-900", hits=f"red-flags:critical, {NERVE}"),
    row("not at the order", "OS", "40F", problems="back-spasm | saddle-anaesthesia,onset=-1", hits="none"),
    row("comfort care keeps it", "PV", "80F", problems="urinary-retention,onset=-1 | radiculopathy,onset=-900 | comfort-care", hits="red-flags:critical"),
)  # fmt: skip
WARNINGS = (
    *(row(f"{finding} 30 days ago with a cramp", "PV", "40F", obs=LABS, problems=f"muscle-cramp | {finding},onset=-30", hits=f"red-flags:warning, {IMAGING}, {FIRST}") for finding in FINDINGS),
    *(row(f"{finding} undated with a cramp", "PV", "40F", obs=LABS, problems=f"muscle-cramp | {finding},onset=?", hits=f"red-flags:warning, {IMAGING}, {FIRST}") for finding in FINDINGS),
    *(row(f"{finding} half a day too old", "PV", "40F", obs=LABS, problems=f"muscle-cramp | {finding},onset=-30.5", hits=FIRST) for finding in FINDINGS),
    *(row(f"{finding} without a symptom", "PV", "40F", problems=f"{finding},onset=-1", hits="none") for finding in FINDINGS),
    row("a finding with an undated cramp only", "PV", "40F", problems="muscle-cramp,onset=? | foot-drop", hits="none"),
    row("a resolved finding", "PV", "40F", obs=LABS, problems="muscle-cramp | foot-drop@resolved", hits=FIRST),
    row("paraesthesia is not among the findings", "PV", "40F", obs=LABS, problems="muscle-cramp | paraesthesia", hits=FIRST),
    row("a severe cramp", "PV", "40F", obs=LABS, problems="muscle-cramp,severity=severe", hits=f"red-flags:warning, {FIRST}"),
    row("a severe cramp 31 days ago", "PV", "40F", obs=LABS, problems="muscle-cramp,severity=severe,onset=-31", hits="none"),
    row("a progressive stiffness", "PV", "40F", obs=LABS, problems="muscle-stiffness,course=progressive", hits=f"red-flags:warning, {FIRST}"),
    row("severe and persistent is one warning", "PV", "40F", obs=LABS, problems="muscle-cramp,severity=severe,onset=-90,enc=true", hits=f"red-flags:warning, {FIRST}"),
    row("myoglobinuria with weakness", "PV", "40F", obs=LABS, problems="muscle-weakness | myoglobinuria", hits=f"red-flags:warning, {FIRST}"),
    row("dark urine without a symptom", "PV", "40F", problems="dark-urine", hits="none"),
    row("dark urine undated", "PV", "40F", obs=LABS, problems="myalgia | dark-urine,onset=?", hits=f"red-flags:warning, {FIRST}"),
    row("dark urine has no window", "PV", "40F", obs=LABS, problems="myalgia | dark-urine,onset=-60", hits=f"red-flags:warning, {FIRST}"),
    row("dark urine in the past", "PV", "40F", obs=LABS, problems="myalgia | dark-urine@resolved", hits=FIRST),
    row("abdominal cramp is no symptom for a flag", "PV", "40F", problems="abdominal-cramp,severity=severe | foot-drop", hits="none"),
)  # fmt: skip
PERSISTENT = (
    row("an old spasm beside a new cramp", "PV", "40F", obs=LABS, problems="muscle-cramp | back-spasm,onset=-42", hits=f"red-flags:info, {FIRST}"),
    row("an old spasm alone is not prompt", "PV", "40F", obs=LABS, problems="back-spasm,onset=-42", hits="none"),
    row("42 days with tolerance", "PV", "40F", obs=LABS, problems="muscle-cramp | back-spasm,onset=-41.9995", hits=f"red-flags:info, {FIRST}"),
    row("a quarter of an hour short of 42 days", "PV", "40F", obs=LABS, problems="muscle-cramp | back-spasm,onset=-41.99", hits=FIRST),
    row("an undated symptom is not known to persist", "PV", "40F", obs=LABS, problems="muscle-cramp | back-spasm,onset=?", hits=FIRST),
    row("a resolved old spasm does not persist", "PV", "40F", obs=LABS, problems="muscle-cramp | back-spasm@resolved,onset=-90", hits=FIRST),
)  # fmt: skip
STRUCTURE = (
    *(row(f"{nerve} with a cramp is no reason to image", "PV", "40F", obs=LABS, problems=f"muscle-cramp | {nerve},onset=-900", hits=f"{NERVE}, {FIRST}") for nerve in NERVES),
    row("a severe symptom without a date beside a new one", "PV", "40F", obs=LABS, problems="back-spasm,onset=?,severity=severe | muscle-cramp | radiculopathy,onset=-900", hits=f"red-flags:warning, {IMAGING}, {NERVE}, {FIRST}"),
    *(row(f"{nerve} with a severe cramp is", "PV", "40F", obs=LABS, problems=f"muscle-cramp,severity=severe | {nerve},onset=-900", hits=f"red-flags:warning, {IMAGING}, {NERVE}, {FIRST}") for nerve in NERVES),
    row("a progressive spasm with neuropathy", "PV", "40F", obs=LABS, problems="muscle-spasm,course=progressive | peripheral-neuropathy,onset=?", hits=f"red-flags:warning, {IMAGING}, {NERVE}, {FIRST}"),
    row("a severe spasm alone", "PV", "40F", obs=LABS, problems="back-spasm,severity=severe", hits=f"red-flags:warning, {FIRST}"),
    row("an imaging order of 7 days ago", "PV", "40F", obs=LABS, meds="lab:MRI@active,start=-7", problems="back-spasm | foot-drop", hits=f"red-flags:warning, {FIRST}"),
    row("an imaging order of 8 days ago", "PV", "40F", obs=LABS, meds="lab:MRI@active,start=-8", problems="back-spasm | foot-drop", hits=f"red-flags:warning, {IMAGING}, {FIRST}"),
    row("a drafted imaging order", "PV", "40F", obs=LABS, meds="lab:MRI@draft", problems="back-spasm | foot-drop", hits=f"red-flags:warning, {FIRST}"),
    row("persistent with radiculopathy is no reason to image", "PV", "40F", obs=LABS, problems="back-spasm,onset=-50,enc=true | radiculopathy,onset=-900", hits=f"red-flags:info, {NERVE}, {FIRST}"),
)  # fmt: skip


@pytest.mark.parametrize("case", (*CAUDA, *WARNINGS, *PERSISTENT, *STRUCTURE), ids=str)
def test_row(case: Row) -> None:
    check_row(case)
