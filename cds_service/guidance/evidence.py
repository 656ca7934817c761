"""Evidence behind the rules (section I of the rule catalogue): citation and how far it was verified.

Verification: ``looked up`` = seen in stored pages while the catalogue was drafted; ``general knowledge``; both words
where parts differ. No named clinician has signed any of it off yet.
"""

from __future__ import annotations

from cds_service.clinical.fact import Fact


class Evidence(Fact):
    """One reference: key, bibliographic citation, how it was verified."""

    key: str
    citation: str
    verified: str


_ROWS: tuple[tuple[str, str, str], ...] = (
    (
        "R-UKKA",
        "UK Kidney Association, Treatment of Acute Hyperkalaemia in Adults, 2023 (bands 5.5–5.9 / 6.0–6.4 "
        "/ ≥ 6.5; ECG ≥ 6.0)",
        "looked up (summaries)",
    ),
    (
        "R-HYPOK",
        "RCEM Learning, disorders of potassium; Kardalas et al., Endocr Connect 2018",
        "looked up",
    ),
    (
        "R-CTCAE",
        "NCI CTCAE v4.03 (2010) / v5.0 (2017)",
        "Ca looked up; general knowledge and Mg values general knowledge",
    ),
    (
        "R-SFE-LOW",
        "Turner, Gittoes, Selby, Endocr Connect 2016;5(5):G7",
        "looked up",
    ),
    (
        "R-SFE-HIGH",
        "Walsh, Gittoes, Selby, Endocr Connect 2016;5(5):G9",
        "looked up (via adapted local guideline)",
    ),
    (
        "R-BMP-CA",
        "BMJ Best Practice hypercalcaemia severity bands",
        "looked up",
    ),
    (
        "R-KOST",
        "Kost, critical limits survey, JAMA 1990;263:704 (figures seen in a laboratory reference 2023–24)",
        "figures looked up, attribution general knowledge",
    ),
    (
        "R-NHS-MG",
        "NHS Highland, BNSSG, Ayrshire & Arran hypomagnesaemia guidance",
        "looked up",
    ),
    (
        "R-HUANG",
        "Huang & Kuo, J Am Soc Nephrol 2007;18:2649",
        "general knowledge (mechanism looked up second-hand)",
    ),
    (
        "R-HTN2017",
        "ACC/AHA hypertension guideline 2017 (a 2025 update exists: check)",
        "looked up second-hand",
    ),
    (
        "R-HF2022",
        "AHA/ACC/HFSA heart failure guideline 2022",
        "looked up",
    ),
    (
        "R-EAS2015",
        "Stroes et al., Eur Heart J 2015;36:1012",
        "looked up",
    ),
    (
        "R-ESCEAS2019",
        "ESC/EAS dyslipidaemia guideline 2019",
        "looked up second-hand; actions general knowledge",
    ),
    (
        "R-CTT2022",
        "CTT Collaboration, Lancet 2022;400:832",
        "looked up",
    ),
    (
        "R-FDA-SIMVA",
        "FDA simvastatin labelling 2011 and current label",
        "looked up",
    ),
    (
        "R-LIPITOR",
        "Atorvastatin US label",
        "looked up",
    ),
    (
        "R-AAFP2011",
        "Statin interactions table, Am Fam Physician 2011;83:711",
        "looked up",
    ),
    (
        "R-AHA2016",
        "Wiggins et al., Circulation 2016;134:e468",
        "general knowledge",
    ),
    (
        "R-IEC2011",
        "Gurrera et al., J Clin Psychiatry 2011;72:1222",
        "looked up",
    ),
    (
        "R-IEC2017",
        "Gurrera et al., J Clin Psychopharmacol 2017;37:67 (AUC, sensitivity and specificity; cut-off 74 from general knowledge)",
        "looked up/general knowledge",
    ),
    (
        "R-LEV1985",
        "Levenson, Am J Psychiatry 1985;142:1137",
        "criteria looked up",
    ),
    (
        "R-DSM",
        "DSM-IV-TR research criteria (2000); DSM-5 and DSM-5-TR text (2013, 2022)",
        "looked up second-hand",
    ),
    (
        "R-CAROFF",
        "Caroff & Mann criteria, 1993 (7 d; depot 2–4 weeks)",
        "looked up second-hand",
    ),
    (
        "R-NMSRECH",
        "Rosebush et al., J Clin Psychiatry 1989;50:295",
        'looked up abstract; "2 weeks" looked up second-hand',
    ),
    (
        "R-TDP2010",
        "Drew et al., Circulation 2010;121:1047",
        "looked up; QTc percentiles general knowledge",
    ),
    (
        "R-DYST",
        "van Harten et al., BMJ 1999; Pierre, Drug Saf 2005",
        "looked up second-hand",
    ),
    (
        "R-BEERS2023",
        "AGS Beers Criteria 2023, J Am Geriatr Soc, doi 10.1111/jgs.18372",
        "looked up second-hand",
    ),
    (
        "R-GEORGE2025",
        "George et al., J Am Geriatr Soc 2025 (baclofen/tizanidine injuries)",
        "looked up second-hand",
    ),
    (
        "R-FDA-BZD2016",
        "FDA safety communications",
        "looked up / general knowledge",
    ),
    (
        "R-FDA-GABA2019",
        "FDA safety communications",
        "looked up / general knowledge",
    ),
    (
        "R-GBP",
        "US labels gabapentin, pregabalin, duloxetine, baclofen",
        "looked up / looked up / general knowledge / looked up",
    ),
    (
        "R-PGB",
        "US labels gabapentin, pregabalin, duloxetine, baclofen",
        "looked up / looked up / general knowledge / looked up",
    ),
    (
        "R-DLX",
        "US labels gabapentin, pregabalin, duloxetine, baclofen",
        "looked up / looked up / general knowledge / looked up",
    ),
    (
        "R-BAC",
        "US labels gabapentin, pregabalin, duloxetine, baclofen",
        "looked up / looked up / general knowledge / looked up",
    ),
    (
        "R-AAFP2012",
        "Allen & Kirby, Am Fam Physician 2012;86:350; FPIN 2017;96(7)",
        "looked up",
    ),
    (
        "R-AAFP2017",
        "Allen & Kirby, Am Fam Physician 2012;86:350; FPIN 2017;96(7)",
        "looked up",
    ),
    (
        "R-BUNCR",
        "BUN:creatinine cohort (PMC5783213)",
        "looked up",
    ),
    (
        "R-CIRRH",
        "Angeli 1996; Abrams 1996; Roberts 2024 (Aliment Pharmacol Ther)",
        "looked up",
    ),
    (
        "R-BONT",
        "Hammoud & Jankovic, Dystonia 2022; ACS/ASCO head-and-neck survivorship guidance",
        "looked up / looked up second-hand",
    ),
    (
        "R-ACSHN",
        "Hammoud & Jankovic, Dystonia 2022; ACS/ASCO head-and-neck survivorship guidance",
        "looked up / looked up second-hand",
    ),
    (
        "R-CKDEPI",
        "Inker, N Engl J Med 2021; Cockcroft & Gault 1976",
        "general knowledge",
    ),
    (
        "R-CG",
        "Inker, N Engl J Med 2021; Cockcroft & Gault 1976",
        "general knowledge",
    ),
    (
        "R-ALERT",
        "override 49–96 % as cited in Ancker et al., BMC Med Inform Decis Mak 2017",
        "looked up",
    ),
    (
        "R-FDACDS",
        "FDA Clinical Decision Support Software guidance, Sept 2022; revised 6 Jan 2026",
        "looked up second-hand",
    ),
)

EVIDENCE: dict[str, Evidence] = {
    key: Evidence(key=key, citation=citation, verified=how) for key, citation, how in _ROWS
}
CITATIONS: dict[str, str] = {key: one.citation for key, one in EVIDENCE.items()}
