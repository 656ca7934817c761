"""The words that rules and tests use: analytes, drug classes, concepts, routes, orderable tests.

Each member's value is the name printed in the rule catalogue (section F), in kebab-case where the catalogue uses it.
Codes live in ``cds_service/terminology``; nothing here knows a code system.
"""

from __future__ import annotations

from enum import StrEnum


class Analyte(StrEnum):
    """A laboratory result, vital sign or score that a rule may read."""

    POTASSIUM = "K"
    CALCIUM = "Ca"
    ADJUSTED_CALCIUM = "adjCa"
    IONISED_CALCIUM = "iCa"
    ALBUMIN = "Alb"
    MAGNESIUM = "Mg"
    SODIUM = "Na"
    BUN = "BUN"
    UREA = "urea"
    CREATININE = "Cr"
    EGFR = "eGFR"
    CREATININE_CLEARANCE = "CrCl"
    CK = "CK"
    TSH = "TSH"
    ALT = "ALT"
    WBC = "WBC"
    TEMPERATURE = "Temp"
    HEART_RATE = "HR"
    SYSTOLIC_BP = "SBP"
    DIASTOLIC_BP = "DBP"
    RESPIRATORY_RATE = "RR"
    GCS = "GCS"
    AVPU = "AVPU"
    QTC = "QTc"
    WEIGHT = "weight"

    @property
    def title(self) -> str:  # type: ignore[override]
        """The name as a card prints it."""
        return _ANALYTE_TITLES[self]


_ANALYTE_TITLES: dict[Analyte, str] = {
    Analyte.POTASSIUM: "Potassium",
    Analyte.CALCIUM: "Total calcium",
    Analyte.ADJUSTED_CALCIUM: "Adjusted calcium",
    Analyte.IONISED_CALCIUM: "Ionised calcium",
    Analyte.ALBUMIN: "Albumin",
    Analyte.MAGNESIUM: "Magnesium",
    Analyte.SODIUM: "Sodium",
    Analyte.BUN: "Blood urea nitrogen",
    Analyte.UREA: "Urea",
    Analyte.CREATININE: "Creatinine",
    Analyte.EGFR: "eGFR",
    Analyte.CREATININE_CLEARANCE: "Creatinine clearance",
    Analyte.CK: "CK",
    Analyte.TSH: "TSH",
    Analyte.ALT: "ALT",
    Analyte.WBC: "White cell count",
    Analyte.TEMPERATURE: "Temperature",
    Analyte.HEART_RATE: "Heart rate",
    Analyte.SYSTOLIC_BP: "Systolic blood pressure",
    Analyte.DIASTOLIC_BP: "Diastolic blood pressure",
    Analyte.RESPIRATORY_RATE: "Respiratory rate",
    Analyte.GCS: "Glasgow Coma Scale",
    Analyte.AVPU: "AVPU",
    Analyte.QTC: "QTc",
    Analyte.WEIGHT: "Body weight",
}

CALCIUM_KINDS = (Analyte.IONISED_CALCIUM, Analyte.ADJUSTED_CALCIUM, Analyte.CALCIUM)


class DrugClass(StrEnum):
    """A group of ingredients that rules treat alike (section F). A combination belongs to every ingredient's classes."""

    STATIN = "statin"
    LOOP = "loop"
    THIAZIDE = "thiazide"
    K_SPARING = "k-sparing"
    MRA = "mra"
    CARBONIC_ANHYDRASE_INHIBITOR = "cai"
    K_SUPPLEMENT = "k-supplement"
    MG_SUPPLEMENT = "mg-supplement"
    CA_SUPPLEMENT = "ca-supplement"
    RAAS = "raas"
    K_RAISING_OTHER = "k-raising-other"
    ANTIPSYCHOTIC = "antipsychotic"
    QT_HIGHER = "qt-higher"
    QT_POSSIBLE = "qt-possible"
    ANTIEMETIC_DA = "antiemetic-da"
    DEPLETER = "depleter"
    DOPAMINERGIC = "dopaminergic"
    SMR_BEERS = "smr-beers"
    SMR_SPASTICITY = "smr-spasticity"
    BACLOFEN = "baclofen"
    BENZODIAZEPINE = "benzodiazepine"
    Z_DRUG = "z-drug"
    OPIOID = "opioid"
    GABAPENTINOID = "gabapentinoid"
    ANTIDEPRESSANT = "antidepressant"
    ANTISEIZURE = "antiseizure"
    STATIN_INTERACTOR = "statin-interactor"
    CYP3A4_STRONG = "cyp3a4-strong"
    DIGOXIN = "digoxin"
    LITHIUM = "lithium"
    QUININE = "quinine"
    DULOXETINE = "duloxetine"
    MAGNESIUM_SULFATE = "magnesium-sulfate"
    COLECALCIFEROL = "colecalciferol"
    TRIGGER_OTHER = "trigger-other"
    BETA2_AGONIST = "beta2-agonist"
    FIBRATE = "fibrate"
    CHOLINESTERASE_INHIBITOR = "cholinesterase-inhibitor"
    PPI = "ppi"
    SEROTONERGIC = "serotonergic"
    MG_WASTER = "mg-waster"
    HYPOCALCAEMIA_DRUG = "hypocalcaemia-drug"
    HYPOKALAEMIA_DRUG = "hypokalaemia-drug"
    QT_OTHER = "qt-other"


class Route(StrEnum):
    """How a medicine is given, as far as a rule cares."""

    ORAL = "oral"
    INTRAVENOUS = "iv"
    INTRAMUSCULAR = "im"
    DEPOT = "im-depot"
    DEPOT_3_MONTHLY = "im-depot-3m"
    INTRATHECAL = "intrathecal"
    SUBCUTANEOUS = "sc"
    TOPICAL = "topical"
    OPHTHALMIC = "ophthalmic"
    OTIC = "otic"
    VAGINAL = "vaginal"
    NASAL = "nasal"
    INHALED = "inhaled"
    TRANSDERMAL = "transdermal"
    RECTAL = "rectal"
    OTHER = "other"


LOCAL_ROUTES = frozenset({Route.TOPICAL, Route.OPHTHALMIC, Route.OTIC, Route.VAGINAL})
"""Routes that interaction rules leave out (0.10)."""


class Concept(StrEnum):
    """A problem, symptom, finding or goal of care (section F)."""

    MUSCLE_CRAMP = "muscle-cramp"
    MUSCLE_SPASM = "muscle-spasm"
    MYALGIA = "myalgia"
    MUSCLE_WEAKNESS = "muscle-weakness"
    MUSCLE_STIFFNESS = "muscle-stiffness"
    TETANY = "tetany"
    CARPOPEDAL_SPASM = "carpopedal-spasm"
    NECK_SPASM = "neck-spasm"
    BACK_SPASM = "back-spasm"
    NOCTURNAL_LEG_CRAMP = "nocturnal-leg-cramp"
    EXERTIONAL_LEG_PAIN = "exertional-leg-pain"
    ABDOMINAL_CRAMP = "abdominal-cramp"
    PARAESTHESIA = "paraesthesia"
    SEIZURE = "seizure"
    CKD_3 = "ckd-3"
    CKD_4 = "ckd-4"
    CKD_5 = "ckd-5"
    AKI = "aki"
    DIALYSIS = "dialysis"
    CIRRHOSIS = "cirrhosis"
    DECOMPENSATED_CIRRHOSIS = "decompensated-cirrhosis"
    CHRONIC_LIVER_DISEASE = "chronic-liver-disease"
    HEPATIC_FAILURE = "hepatic-failure"
    ACUTE_LIVER_FAILURE = "acute-liver-failure"
    DEHYDRATION = "dehydration"
    VOLUME_DEPLETION = "volume-depletion"
    GI_BLEED = "gi-bleed"
    HEART_FAILURE = "heart-failure"
    PULMONARY_OEDEMA = "pulmonary-oedema"
    HYPOTHYROIDISM = "hypothyroidism"
    RHABDOMYOLYSIS = "rhabdomyolysis"
    STATIN_MYOPATHY = "statin-myopathy"
    DARK_URINE = "dark-urine"
    MYOGLOBINURIA = "myoglobinuria"
    NMS = "neuroleptic-malignant-syndrome"
    RIGIDITY = "rigidity"
    ALTERED_MENTAL_STATUS = "altered-mental-status"
    DELIRIUM = "delirium"
    STUPOR = "stupor"
    COMA = "coma"
    CATATONIA = "catatonia"
    DIAPHORESIS = "diaphoresis"
    URINARY_INCONTINENCE = "urinary-incontinence"
    DYSPHAGIA = "dysphagia"
    TREMOR = "tremor"
    MUTISM = "mutism"
    ACUTE_DYSTONIA = "acute-dystonia"
    TORTICOLLIS = "torticollis"
    OCULOGYRIC_CRISIS = "oculogyric-crisis"
    TRISMUS = "trismus"
    LARYNGEAL_DYSTONIA = "laryngeal-dystonia"
    MULTIPLE_SCLEROSIS = "multiple-sclerosis"
    PARKINSON_DISEASE = "parkinson-disease"
    LEWY_BODY_DEMENTIA = "lewy-body-dementia"
    DYSTONIA = "dystonia"
    CERVICAL_DYSTONIA = "cervical-dystonia"
    SPINAL_CORD_INJURY = "spinal-cord-injury"
    SPINAL_CORD_DISEASE = "spinal-cord-disease"
    CEREBRAL_PALSY = "cerebral-palsy"
    STROKE_SPASTICITY = "stroke-spasticity"
    SPASTICITY = "spasticity"
    TRAUMATIC_BRAIN_INJURY = "traumatic-brain-injury"
    ALS = "als"
    RADICULOPATHY = "radiculopathy"
    NERVE_COMPRESSION = "nerve-compression"
    SPINAL_STENOSIS = "spinal-stenosis"
    PERIPHERAL_NEUROPATHY = "peripheral-neuropathy"
    PERIPHERAL_ARTERIAL_DISEASE = "peripheral-arterial-disease"
    VENOUS_INSUFFICIENCY = "venous-insufficiency"
    RAYNAUD = "raynaud"
    VASOSPASTIC_DISEASE = "vasospastic-disease"
    IRRITABLE_BOWEL_SYNDROME = "irritable-bowel-syndrome"
    FUNCTIONAL_GI_DISORDER = "functional-gi-disorder"
    FOCAL_WEAKNESS = "focal-weakness"
    SENSORY_LOSS = "sensory-loss"
    GAIT_DISTURBANCE = "gait-disturbance"
    HYPERREFLEXIA = "hyperreflexia"
    FOOT_DROP = "foot-drop"
    FASCICULATION = "fasciculation"
    SADDLE_ANAESTHESIA = "saddle-anaesthesia"
    URINARY_RETENTION = "urinary-retention"
    FAECAL_INCONTINENCE = "faecal-incontinence"
    FALLS = "falls"
    FRAGILITY_FRACTURE = "fragility-fracture"
    ANXIETY_DISORDER = "anxiety-disorder"
    SEVERE_GAD = "severe-gad"
    SEIZURE_DISORDER = "seizure-disorder"
    ALCOHOL_WITHDRAWAL = "alcohol-withdrawal"
    BENZODIAZEPINE_WITHDRAWAL = "benzodiazepine-withdrawal"
    REM_SLEEP_BEHAVIOUR_DISORDER = "rem-sleep-behaviour-disorder"
    PERIPROCEDURAL_SEDATION = "periprocedural-sedation"
    SLEEP_APNOEA = "sleep-apnoea"
    COPD = "copd"
    RESPIRATORY_FAILURE = "respiratory-failure"
    OPIOID_USE_DISORDER = "opioid-use-disorder"
    PRE_ECLAMPSIA = "pre-eclampsia"
    ECLAMPSIA = "eclampsia"
    TORSADES = "torsades"
    PREGNANCY = "pregnancy"
    MALARIA = "malaria"
    BABESIOSIS = "babesiosis"
    HICCUP = "hiccup"
    HOSPICE_CARE = "hospice-care"
    COMFORT_CARE = "comfort-care"
    STATIN_INTOLERANCE = "allergy:statin"

    @property
    def title(self) -> str:  # type: ignore[override]
        """The name as a card prints it: clinical English without codes."""
        return _CONCEPT_TITLES.get(self, self.value.replace("-", " "))


_CONCEPT_TITLES: dict[Concept, str] = {
    Concept.CKD_3: "chronic kidney disease stage 3",
    Concept.CKD_4: "chronic kidney disease stage 4",
    Concept.CKD_5: "chronic kidney disease stage 5",
    Concept.AKI: "acute kidney injury",
    Concept.GI_BLEED: "gastrointestinal bleeding",
    Concept.PULMONARY_OEDEMA: "pulmonary oedema",
    Concept.NMS: "neuroleptic malignant syndrome",
    Concept.PARKINSON_DISEASE: "Parkinson's disease",
    Concept.LEWY_BODY_DEMENTIA: "Lewy body dementia",
    Concept.ALS: "amyotrophic lateral sclerosis",
    Concept.RAYNAUD: "Raynaud's phenomenon",
    Concept.FUNCTIONAL_GI_DISORDER: "functional gastrointestinal disorder",
    Concept.SEVERE_GAD: "severe generalised anxiety disorder",
    Concept.REM_SLEEP_BEHAVIOUR_DISORDER: "REM sleep behaviour disorder",
    Concept.COPD: "COPD",
    Concept.PRE_ECLAMPSIA: "pre-eclampsia",
    Concept.STROKE_SPASTICITY: "spasticity after stroke",
    Concept.STATIN_INTOLERANCE: "statin intolerance",
}

MUSCLE_SYMPTOMS = frozenset(
    {
        Concept.MUSCLE_CRAMP,
        Concept.MUSCLE_SPASM,
        Concept.MYALGIA,
        Concept.MUSCLE_WEAKNESS,
        Concept.MUSCLE_STIFFNESS,
        Concept.TETANY,
        Concept.CARPOPEDAL_SPASM,
        Concept.NECK_SPASM,
        Concept.BACK_SPASM,
        Concept.NOCTURNAL_LEG_CRAMP,
        Concept.EXERTIONAL_LEG_PAIN,
    }
)
"""Value set ``vs-muscle-symptom`` (section F). Abdominal cramp is not one of them."""


class LabTest(StrEnum):
    """Something that can be ordered or may already be ordered (B0.1, 0.12)."""

    POTASSIUM = "K"
    MAGNESIUM = "Mg"
    CALCIUM = "Ca"
    IONISED_CALCIUM = "iCa"
    ALBUMIN = "Alb"
    CREATININE = "Cr"
    BASIC_PANEL = "BMP"
    CK = "CK"
    TSH = "TSH"
    URINE_MYOGLOBIN = "UMYO"
    ECG = "ECG"
    IMAGING = "MRI"


PANEL_MEMBERS: dict[LabTest, frozenset[LabTest]] = {
    LabTest.BASIC_PANEL: frozenset({LabTest.POTASSIUM, LabTest.CALCIUM, LabTest.CREATININE}),
}
"""What a panel contains (D1 grammar: BMP = K + Ca + creatinine)."""


class Source(StrEnum):
    """A kind of FHIR data a rule may need, whatever codes it asks for. Values are FHIR resource type names."""

    PATIENT = "Patient"
    OBSERVATION = "Observation"
    MEDICATION_REQUEST = "MedicationRequest"
    MEDICATION_STATEMENT = "MedicationStatement"
    MEDICATION_ADMINISTRATION = "MedicationAdministration"
    CONDITION = "Condition"
    ENCOUNTER = "Encounter"
    SERVICE_REQUEST = "ServiceRequest"
    ALLERGY_INTOLERANCE = "AllergyIntolerance"
    CARE_PLAN = "CarePlan"
