"""Benzodiazepine or gabapentinoid with an opioid: every direction, state, route and weight (B7)."""

from __future__ import annotations

import pytest

from tests.rows import Row, row
from tests.rules_harness import check_row

BZO, GAO, OLDER = "benzodiazepine-opioid", "gabapentinoid-opioid", "benzodiazepine-older-adult:warning"
GOOD = "eGFR=90 mL/min/{1.73_m2}@-9"

BENZODIAZEPINE = (
    row("new opioid, active benzodiazepine", "SG", "64M", meds="diazepam@active | morphine@draft", hits=f"{BZO}:warning"),
    row("new benzodiazepine, active opioid", "SG", "64M", meds="diazepam@draft | morphine@active", hits=f"{BZO}:warning"),
    row("both new", "SG", "64M", meds="diazepam@draft | morphine@draft", hits=f"{BZO}:warning"),
    row("one selected, the other drafted", "OS", "64M", meds="diazepam@draft | morphine@draft-unselected", hits=f"{BZO}:warning"),
    row("the other way round", "OS", "64M", meds="diazepam@draft-unselected | morphine@draft", hits=f"{BZO}:warning"),
    row("neither selected", "OS", "64M", meds="diazepam@draft-unselected | morphine@draft-unselected", hits="none"),
    row("one drafted but not selected, the other active", "OS", "64M", meds="diazepam@draft-unselected | morphine@active", hits="none"),
    row("the selected one of two drafts of the same drug", "OS", "64M", meds="morphine@draft-unselected | morphine@draft | diazepam@active", hits=f"{BZO}:warning"),
    row("both active, something else new", "SG", "64M", meds="diazepam@active | morphine@active | paracetamol@draft", hits="none"),
    row("both active on chart open", "PV", "80M", meds="diazepam@active | morphine@active", hits="none"),
    row("a stopped opioid is no partner", "SG", "64M", meds="diazepam@draft | morphine@stopped,end=-1", hits="none"),
    row("an opioid on hold is no partner", "SG", "64M", meds="diazepam@draft | morphine@on-hold", hits="none"),
    row("a draft not to be performed is no partner", "SG", "64M", meds="diazepam@draft | morphine@draft,dnp=true", hits="none"),
    row("critical at 65", "SG", "65M", meds="diazepam@active | morphine@draft", hits=f"{BZO}:critical"),
    row("a warning when the age is unknown", "SG", "?M", meds="diazepam@active | morphine@draft", hits=f"{BZO}:warning"),
    *(row(f"critical with {disease} at 40", "SG", "40M", meds="diazepam@active | tramadol@draft", problems=f"{disease},onset=-900", hits=f"{BZO}:critical") for disease in ("sleep-apnoea", "copd", "respiratory-failure")),
    row("resolved respiratory failure leaves a warning", "SG", "40M", meds="diazepam@active | tramadol@draft", problems="respiratory-failure@resolved,onset=-900", hits=f"{BZO}:warning"),
    row("methadone for opioid use disorder at 70", "SG", "70M", meds="lorazepam@active | methadone@draft", problems="opioid-use-disorder,onset=-900", hits=f"{BZO}:warning"),
    row("buprenorphine with naloxone for opioid use disorder and COPD", "SG", "40M", meds="buprenorphine / naloxone@draft | lorazepam@active", problems="opioid-use-disorder,onset=-900 | copd,onset=-900", hits=f"{BZO}:warning"),
    row("levomethadone for opioid use disorder at 70", "SG", "70M", meds="lorazepam@active | levomethadone@draft", problems="opioid-use-disorder,onset=-900", hits=f"{BZO}:warning"),
    row("methadone and a further opioid in opioid use disorder", "SG", "70M", meds="lorazepam@active | methadone@active | oxycodone@draft", problems="opioid-use-disorder,onset=-900", hits=f"{BZO}:critical, cns-active-polypharmacy:warning"),
    row("methadone for pain at 70", "SG", "70M", meds="lorazepam@active | methadone@draft", hits=f"{BZO}:critical"),
    row("methadone, the disorder refuted", "SG", "70M", meds="lorazepam@active | methadone@draft", problems="opioid-use-disorder,ver=refuted", hits=f"{BZO}:critical"),
    row("a new benzodiazepine at 65 is two matters", "SG", "65M", meds="diazepam@draft | codeine@active", hits=f"{BZO}:critical, {OLDER}"),
    row("a vaginal benzodiazepine interacts with nothing", "SG", "40F", meds="diazepam@draft,route=vaginal | morphine@active", hits="none"),
    row("a topical opioid interacts with nothing", "SG", "40F", meds="diazepam@draft | morphine@active,route=topical", hits="none"),
    row("an intravenous opioid does", "SG", "40F", meds="midazolam@draft,route=iv | fentanyl@active,route=iv", hits=f"{BZO}:warning"),
    row("a Z-drug and an opioid are not this rule", "SG", "64M", meds="zolpidem@draft | morphine@active", hits="none"),
    row("naloxone and loperamide are no opioids here", "SG", "64M", meds="diazepam@draft | naltrexone@active | loperamide@active", hits="none"),
    row("for spasm beside an opioid at 70, on selection", "OS", "70M", meds="diazepam@draft,reason=muscle-spasm | oxycodone@active", hits=f"{BZO}:critical, {OLDER}, benzodiazepine-limited-benefit:info, first-line-measures:info"),
    row("comfort care keeps the critical pair", "SG", "80M", meds="diazepam@active | morphine@draft", problems="hospice-care,onset=-9", hits=f"{BZO}:critical"),
    row("comfort care silences the pair at 60", "SG", "60M", meds="diazepam@active | morphine@draft", problems="hospice-care,onset=-9", hits="none"),
)  # fmt: skip
GABAPENTINOID = (
    row("new opioid, active gabapentinoid at 64", "OS", "64M", obs=GOOD, meds="pregabalin@active | morphine@draft", hits=f"{GAO}:info"),
    row("new opioid, active gabapentinoid at 65", "OS", "65M", obs=GOOD, meds="pregabalin@active | morphine@draft", hits=f"{GAO}:warning"),
    row("the age unknown leaves information", "OS", "?M", obs=GOOD, meds="pregabalin@active | morphine@draft", hits=f"{GAO}:info"),
    row("both new", "OS", "50M", obs=GOOD, meds="pregabalin@draft | morphine@draft", hits=f"{GAO}:info"),
    row("gabapentinoid selected, opioid drafted", "OS", "50M", obs=GOOD, meds="pregabalin@draft | morphine@draft-unselected", hits=f"{GAO}:info"),
    row("opioid drafted only, gabapentinoid active", "OS", "50M", obs=GOOD, meds="pregabalin@active | morphine@draft-unselected", hits="none"),
    row("information is not shown at signing", "SG", "50M", obs=GOOD, meds="pregabalin@active | morphine@draft", hits="none"),
    *(row(f"a warning with {disease}", "SG", "40M", obs=GOOD, meds="gabapentin@active | tapentadol@draft", problems=f"{disease},onset=-900", hits=f"{GAO}:warning") for disease in ("sleep-apnoea", "copd", "respiratory-failure")),
    row("eGFR 59.9 is below 60", "SG", "40M", obs="eGFR=59.9 mL/min/{1.73_m2}@-9", meds="gabapentin@active | tapentadol@draft", hits=f"{GAO}:warning"),
    row("eGFR 60.0 is not", "SG", "40M", obs="eGFR=60.0 mL/min/{1.73_m2}@-9", meds="gabapentin@active | tapentadol@draft", hits="none"),
    row("eGFR from creatinine counts", "SG", "60F", obs="Cr=1.6 mg/dL@-9", meds="gabapentin@active | tapentadol@draft", hits=f"{GAO}:warning"),
    row("an eGFR 366 days old does not", "SG", "60F", obs="eGFR=20 mL/min/{1.73_m2}@-366", meds="gabapentin@active | tapentadol@draft", hits="none"),
    row("opioid use disorder is no exception here", "SG", "70M", obs=GOOD, meds="gabapentin@active | methadone@draft", problems="opioid-use-disorder,onset=-900", hits=f"{GAO}:warning"),
    row("a topical gabapentinoid interacts with nothing", "SG", "70M", obs=GOOD, meds="gabapentin@active,route=topical | morphine@draft", hits="none"),
    row("both active on chart open", "PV", "80M", obs=GOOD, meds="gabapentin@active | morphine@active", hits="none"),
    row("a stopped gabapentinoid is no partner", "SG", "70M", obs=GOOD, meds="gabapentin@stopped,end=-1 | morphine@draft", hits="none"),
)  # fmt: skip


@pytest.mark.parametrize("case", (*BENZODIAZEPINE, *GABAPENTINOID), ids=str)
def test_row(case: Row) -> None:
    check_row(case)
