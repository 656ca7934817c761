"""Class membership as the rule catalogue states it (section F, B5 to B8)."""

from __future__ import annotations

import pytest

from cds_service.clinical.vocabulary import DrugClass
from cds_service.terminology import load_terminology

EXACT = {
    DrugClass.QT_HIGHER: "haloperidol, chlorpromazine, thioridazine, pimozide, droperidol, levomepromazine, sulpiride, "
    "sertindole, quetiapine, olanzapine, risperidone, ziprasidone, amisulpride",
    DrugClass.QT_POSSIBLE: "clozapine, paliperidone, iloperidone, asenapine, pimavanserin, perphenazine",
    DrugClass.ANTIEMETIC_DA: "metoclopramide, prochlorperazine, promethazine, domperidone",
    DrugClass.DEPLETER: "tetrabenazine, deutetrabenazine, valbenazine",
    DrugClass.SMR_BEERS: "carisoprodol, chlorzoxazone, cyclobenzaprine, metaxalone, methocarbamol, orphenadrine",
    DrugClass.SMR_SPASTICITY: "tizanidine, dantrolene",
    DrugClass.BACLOFEN: "baclofen",
    DrugClass.QUININE: "quinine",
    DrugClass.DULOXETINE: "duloxetine",
}
CONTAINS = {
    DrugClass.LOOP: "furosemide, bumetanide, torasemide, etacrynic acid",
    DrugClass.THIAZIDE: "hydrochlorothiazide, chlortalidone, indapamide, metolazone, bendroflumethiazide, chlorothiazide",
    DrugClass.K_SPARING: "amiloride, triamterene, spironolactone, eplerenone, finerenone",
    DrugClass.MRA: "spironolactone, eplerenone, finerenone",
    DrugClass.CARBONIC_ANHYDRASE_INHIBITOR: "acetazolamide, methazolamide",
    DrugClass.K_SUPPLEMENT: "potassium chloride, potassium bicarbonate, potassium citrate",
    DrugClass.RAAS: "lisinopril, ramipril, losartan, valsartan, sacubitril, aliskiren",
    DrugClass.K_RAISING_OTHER: "trimethoprim, tacrolimus, ciclosporin, heparin, enoxaparin, ibuprofen, naproxen, celecoxib",
    DrugClass.ANTIPSYCHOTIC: "aripiprazole, brexpiprazole, cariprazine, lumateperone, lurasidone, fluphenazine, "
    "trifluoperazine, zuclopenthixol, flupentixol, loxapine, pimavanserin, droperidol, haloperidol, clozapine",
    DrugClass.DOPAMINERGIC: "levodopa, pramipexole, ropinirole, rotigotine, bromocriptine, cabergoline, apomorphine, "
    "amantadine, entacapone, opicapone",
    DrugClass.ANTIDEPRESSANT: "sertraline, venlafaxine, duloxetine, amitriptyline, phenelzine, mirtazapine, bupropion, trazodone",
    DrugClass.ANTISEIZURE: "carbamazepine, valproate, lamotrigine, levetiracetam, phenytoin, topiramate, phenobarbital",
    DrugClass.GABAPENTINOID: "gabapentin, pregabalin",
    DrugClass.STATIN_INTERACTOR: "clarithromycin, ciclosporin, gemfibrozil, danazol, fusidic acid, amiodarone, dronedarone, "
    "verapamil, diltiazem, ranolazine, amlodipine, colchicine, daptomycin, cobicistat, nefazodone, ritonavir",
    DrugClass.CYP3A4_STRONG: "clarithromycin, erythromycin, telithromycin, itraconazole, ketoconazole, posaconazole, "
    "voriconazole, ritonavir, nirmatrelvir, cobicistat, nefazodone, darunavir, atazanavir",
    DrugClass.TRIGGER_OTHER: "salbutamol, salmeterol, raloxifene, teriparatide, conjugated oestrogens, iron sucrose, "
    "fenofibrate, donepezil, omeprazole",
    DrugClass.Z_DRUG: "zolpidem, zopiclone, zaleplon, eszopiclone",
    DrugClass.OPIOID: "morphine, oxycodone, tramadol, methadone, buprenorphine, fentanyl, codeine, hydrocodone",
}
NEVER = [
    (DrugClass.ANTIPSYCHOTIC, "lithium, prochlorperazine, promethazine, metoclopramide, xanomeline"),
    (DrugClass.CARBONIC_ANHYDRASE_INHIBITOR, "dorzolamide, brinzolamide"),
    (DrugClass.ANTISEIZURE, "gabapentin, pregabalin, clonazepam, clobazam"),
    (DrugClass.STATIN_INTERACTOR, "fenofibrate, azithromycin"),
    (DrugClass.CYP3A4_STRONG, "fluconazole, ciclosporin, azithromycin, amiodarone, diltiazem"),
    (DrugClass.K_RAISING_OTHER, "acetylsalicylic acid, drospirenone"),
    (DrugClass.BENZODIAZEPINE, "zolpidem"),
    (DrugClass.ANTIDEPRESSANT, "linezolid, selegiline, lithium"),
    (DrugClass.DOPAMINERGIC, "carbidopa, benserazide, rasagiline"),
    (DrugClass.DIGOXIN, "digitoxin"),
    (DrugClass.QUININE, "quinidine"),
    (DrugClass.OPIOID, "naloxone, naltrexone, loperamide"),
]


def _listed(names: str) -> list[str]:
    return [name.strip() for name in names.split(",")]


@pytest.mark.parametrize(("drug_class", "names"), EXACT.items())
def test_exact_classes(drug_class: DrugClass, names: str) -> None:
    assert load_terminology().drug_class_members(drug_class) == sorted(_listed(names))


@pytest.mark.parametrize(("drug_class", "names"), CONTAINS.items())
def test_classes_hold_what_the_catalogue_names(drug_class: DrugClass, names: str) -> None:
    assert set(_listed(names)) <= set(load_terminology().drug_class_members(drug_class))


@pytest.mark.parametrize(("drug_class", "names"), NEVER)
def test_classes_leave_out(drug_class: DrugClass, names: str) -> None:
    assert not set(_listed(names)) & set(load_terminology().drug_class_members(drug_class))


@pytest.mark.parametrize("drug_class", list(DrugClass))
def test_every_class_has_members_that_are_found_by_their_name(drug_class: DrugClass) -> None:
    members = load_terminology().drug_class_members(drug_class)
    assert members
    lost = [name for name in members if drug_class not in load_terminology().drug([], name).classes]
    assert lost == []


def test_mra_are_potassium_sparing() -> None:
    mra = set(load_terminology().drug_class_members(DrugClass.MRA))
    assert mra <= set(load_terminology().drug_class_members(DrugClass.K_SPARING))


def test_combinations_belong_to_all_classes() -> None:
    match = load_terminology().drug([], "amlodipine 5 MG / hydrochlorothiazide 12.5 MG / valsartan 160 MG Oral Tablet")
    assert match.classes >= {DrugClass.STATIN_INTERACTOR, DrugClass.THIAZIDE, DrugClass.RAAS}
