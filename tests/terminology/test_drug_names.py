"""Medicines by name: salts, brands, case, accents, combinations, look-alikes."""

from __future__ import annotations

import pytest

from cds_service.clinical.vocabulary import DrugClass, Route
from cds_service.terminology import Coding, load_terminology

SUPPLEMENTS = frozenset({DrugClass.K_SUPPLEMENT, DrugClass.MG_SUPPLEMENT, DrugClass.CA_SUPPLEMENT})


@pytest.mark.parametrize(
    ("text", "ingredients"),
    [
        ("losartan potassium", "losartan"),
        ("Losartan Potassium 50 MG Oral Tablet", "losartan"),
        ("penicillin V potassium", "penicillin v"),
        ("rosuvastatin calcium", "rosuvastatin"),
        ("rosuvastatin (calcium) 10 mg tablets", "rosuvastatin"),
        ("atorvastatin calcium trihydrate 40 mg", "atorvastatin"),
        ("magnesium stearate", "magnesium stearate"),
        ("esomeprazole magnesium 20 mg", "esomeprazole"),
        ("diclofenac potassium 50 mg", "diclofenac"),
        ("amoxicillin / clavulanate potassium 875 mg/125 mg", "amoxicillin + clavulanate"),
        ("fosinopril sodium", "fosinopril"),
        ("calcium folinate", "calcium folinate"),
        ("potassium clorazepate", "potassium clorazepate"),
        ("clorazepate dipotassium 7.5 mg", "potassium clorazepate"),
        ("dexamethasone sodium phosphate 4 MG/ML", "dexamethasone"),
        ("magnesium trisilicate mixture", "magnesium trisilicate"),
        ("docusate calcium", "docusate"),
    ],
)
def test_a_salt_is_never_a_supplement(text: str, ingredients: str) -> None:
    match = load_terminology().drug([], text)
    assert " + ".join(sorted(match.ingredients)) == ingredients
    assert not match.classes & SUPPLEMENTS


@pytest.mark.parametrize(
    ("text", "ingredient", "drug_class"),
    [
        ("potassium chloride 20 MEQ Extended Release Oral Tablet", "potassium chloride", DrugClass.K_SUPPLEMENT),
        ("KCl 40 mmol/L", "potassium chloride", DrugClass.K_SUPPLEMENT),
        ("Potassium 99 mg tablet", "potassium", DrugClass.K_SUPPLEMENT),
        ("potassium citrate 10 mEq", "potassium citrate", DrugClass.K_SUPPLEMENT),
        ("Magnesium", "magnesium", DrugClass.MG_SUPPLEMENT),
        ("magnesium oxide 400 mg", "magnesium oxide", DrugClass.MG_SUPPLEMENT),
        ("Magnesium sulphate 2 g iv", "magnesium sulfate", DrugClass.MG_SUPPLEMENT),
        ("Calcium 600 mg tablets", "calcium", DrugClass.CA_SUPPLEMENT),
        ("calcium carbonate 1250 mg", "calcium carbonate", DrugClass.CA_SUPPLEMENT),
        ("Tums", "calcium carbonate", DrugClass.CA_SUPPLEMENT),
        ("calcitriol 0.25 mcg", "calcitriol", DrugClass.CA_SUPPLEMENT),
        ("alfacalcidol", "alfacalcidol", DrugClass.CA_SUPPLEMENT),
    ],
)
def test_a_supplement_is_one(text: str, ingredient: str, drug_class: DrugClass) -> None:
    match = load_terminology().drug([], text)
    assert match.ingredients == (ingredient,)
    assert drug_class in match.classes


@pytest.mark.parametrize(
    ("text", "ingredients"),
    [
        ("atorvastatin (LIPITOR) 80 MG tablet", {"atorvastatin"}),
        ("template non-formulary (medication) (Lipitor)", {"atorvastatin"}),
        ("Non-formulary: Lipitor", {"atorvastatin"}),
        ("lisinopriL", {"lisinopril"}),
        ("hydrALAZINE 25 mg", {"hydralazine"}),
        ("hydrOXYzine 25 mg", {"hydroxyzine"}),
        ("FLUoxetine 20mg cap", {"fluoxetine"}),
        ("Furosémide 40 mg", {"furosemide"}),
        ("frusemide 40mg", {"furosemide"}),
        ("torsemide", {"torasemide"}),
        ("cyclosporine", {"ciclosporin"}),
        ("chlorthalidone 25 MG", {"chlortalidone"}),
        ("ethacrynic acid 25 mg", {"etacrynic acid"}),
        ("Entresto 49/51", {"sacubitril", "valsartan"}),
        ("sacubitril-valsartan", {"sacubitril", "valsartan"}),
        ("amlodipine + benazepril", {"amlodipine", "benazepril"}),
        ("losartan and hydrochlorothiazide", {"losartan", "hydrochlorothiazide"}),
        ("lisinopril-HCTZ 20-12.5", {"lisinopril", "hydrochlorothiazide"}),
        ("co-trimoxazole 960 mg", {"trimethoprim", "sulfamethoxazole"}),
        ("Bactrim DS", {"trimethoprim", "sulfamethoxazole"}),
        ("co-amilofruse 5/40", {"amiloride", "furosemide"}),
        ("carbidopa 25 MG / levodopa 100 MG Oral Tablet [Sinemet]", {"carbidopa", "levodopa"}),
        ("Paxlovid", {"nirmatrelvir", "ritonavir"}),
        ("calcium + vitamin D3", {"calcium", "colecalciferol"}),
        ("Depakote ER 500 mg", {"valproate"}),
        ("haloperidol decanoate 50 mg/mL", {"haloperidol"}),
        ("Oxycodone HCl 5 mg", {"oxycodone"}),
        ("losartan/HCTZ", {"losartan", "hydrochlorothiazide"}),
        ("Losartan HCT 100-25", {"losartan", "hydrochlorothiazide"}),
        ("TRIAMTERENE/HYDROCHLOROTHIAZID 37.5-25MG TAB", {"triamterene", "hydrochlorothiazide"}),
        ("Dyazide", {"triamterene", "hydrochlorothiazide"}),
        ("K-Dur 20", {"potassium chloride"}),
        ("Slow-Mag", {"magnesium chloride"}),
        ("Kaon-Cl", {"potassium chloride"}),
        ("POTASSIUM CL 20MEQ SA TAB", {"potassium chloride"}),
        ("pot chloride 10 meq", {"potassium chloride"}),
        ("mag oxide 400", {"magnesium oxide"}),
        ("Ca carbonate 500 mg", {"calcium carbonate"}),
        ("Citracal + D", {"calcium citrate", "colecalciferol"}),
        ("Maalox", {"aluminum hydroxide", "magnesium hydroxide"}),
        ("Thorazine", {"chlorpromazine"}),
        ("Clexane 40 mg", {"enoxaparin"}),
        ("furosemide40mg", {"furosemide"}),
        ("penicillin VK 500 mg", {"penicillin v"}),
        ("acetaminophen w/ codeine", {"acetaminophen", "codeine"}),
    ],
)
def test_names_brands_case_and_combinations(text: str, ingredients: set[str]) -> None:
    match = load_terminology().drug([], text)
    assert set(match.ingredients) == ingredients
    assert match.matched_by == "name"
    assert match.known


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("fluticasone furoate", "furosemide"),
        ("hydrocortisone 1% cream", "cortisone"),
        ("chlorpheniramine", "chlorpromazine"),
        ("chlorpropamide", "chlorpromazine"),
        ("methylprednisolone", "prednisolone"),
        ("quinidine sulfate", "quinine"),
        ("hydroxychloroquine", "quinine"),
        ("levocetirizine", "cetirizine"),
        ("norethindrone acetate", "calcium acetate"),
        ("prednisone", "prednisolone"),
        ("cefotaxime sodium", "sodium chloride"),
        ("vinblastine", "atorvastatin"),
        ("nystatin", "atorvastatin"),
        ("glucosamine sulfate potassium", "potassium"),
        ("sodium phosphate enema", "potassium phosphate"),
        ("desvenlafaxine", "venlafaxine"),
        ("escitalopram", "citalopram"),
    ],
)
def test_look_alikes_are_told_apart(text: str, never: str) -> None:
    assert never not in load_terminology().drug([], text).ingredients


@pytest.mark.parametrize(
    "text", ["ADMINMED:543", "atorvastatinoid", "atorvastatn", "unknown tablet", "", "monocal", "no known medications",
             "avoid simvastatin", "hold furosemide", "discontinued: furosemide", "calcium channel blocker", "potassium-sparing diuretic",
             "statin", "loop diuretic", "not on furosemide", "allergic to penicillin v"],
)  # fmt: skip
def test_what_is_no_name_is_not_guessed(text: str) -> None:
    match = load_terminology().drug([], text)
    assert match.matched_by == "none"
    assert not match.known


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("ketoconazole 20 MG/ML Medicated Shampoo", Route.TOPICAL),
        ("tobramycin 3 MG/ML Ophthalmic Solution", Route.OPHTHALMIC),
        ("ciprofloxacin ear drops", Route.OTIC),
        ("Restasis", Route.OPHTHALMIC),
        ("metronidazole vaginal gel", Route.VAGINAL),
        ("rotigotine 2 MG/24HR Transdermal System", Route.TRANSDERMAL),
        ("diclofenac epolamine Medicated Patch", Route.TOPICAL),
        ("furosemide 10 MG/ML Injectable Solution", None),
        ("ketoconazole 200 MG Oral Tablet", None),
    ],
)
def test_dose_form_tells_local_routes(text: str, route: Route | None) -> None:
    assert load_terminology().drug([], text).local_route is route


def test_a_gel_raises_no_potassium() -> None:
    tablet = load_terminology().drug([], "diclofenac 50 mg tablet")
    gel = load_terminology().drug([], "diclofenac 1% topical gel")
    assert DrugClass.K_RAISING_OTHER in tablet.classes
    assert DrugClass.K_RAISING_OTHER not in gel.classes


@pytest.mark.parametrize(
    ("text", "milligrams"),
    [
        ("gabapentin 300 MG Oral Capsule", 300),
        ("gabapentin 300mg capsules", 300),
        ("digoxin 125 micrograms tablet", 0.125),
        ("levothyroxine 50 MCG tablet", 0.05),
        ("metformin 1 g tablet", 1000),
        ("metformin 1,000 mg tablet", 1000),
        ("pregabalin 20 MG/ML Oral Solution", None),
        ("furosemide 10 MG/ML Injectable Solution", None),
        ("amlodipine 5 MG / benazepril 10 MG Oral Capsule", None),
        ("gabapentin", None),
    ],
)
def test_strength_of_single_tablets(text: str, milligrams: float | None) -> None:
    assert load_terminology().drug([], text).strength_mg == milligrams


def test_the_code_wins_and_the_conflict_is_said() -> None:
    match = load_terminology().drug([Coding("RxNorm", "197361", "Lisinopril 10 mg")], None)
    assert match.ingredients == ("amlodipine",)
    assert match.matched_by == "code"
    assert match.conflict == "code means amlodipine, the text says lisinopril"


def test_a_part_named_in_the_text_is_no_conflict() -> None:
    match = load_terminology().drug([Coding("RxNorm", "197361", "amlodipine (as besylate)")], "Norvasc")
    assert match.conflict is None


def test_type_ahead_finds_names() -> None:
    found = load_terminology().search_drugs("furo", 5)
    assert found[0] == "furosemide"
    assert len(load_terminology().search_drugs("a", 7)) == 7
    assert load_terminology().search_drugs("  ", 7) == []


@pytest.mark.parametrize(
    ("text", "ingredient"),
    [
        ("Furosemid AL 40 mg Tabletten", "furosemide"),
        ("furosemida 40 mg comprimidos", "furosemide"),
        ("FUROSÉMIDE ARROW 40 mg, comprimé sécable", "furosemide"),
        ("Hidroclorotiazida 25 mg", "hydrochlorothiazide"),
        ("idroclorotiazide", "hydrochlorothiazide"),
        ("Spironolacton 25 mg", "spironolactone"),
        ("espironolactona", "spironolactone"),
        ("Simvastatine Sandoz 20 mg", "simvastatin"),
        ("simvastatinum", "simvastatin"),
        ("Claritromicina 500", "clarithromycin"),
        ("Klaritromycin", "clarithromycin"),
        ("Haloperidolo gocce", "haloperidol"),
        ("Quetiapin 100 mg", "quetiapine"),
        ("Baklofen", "baclofen"),
        ("oksykodon", "oxycodone"),
        ("Digossina", "digoxin"),
        ("Kaliumchlorid Retard", "potassium chloride"),
        ("cloruro de potasio 20 mEq", "potassium chloride"),
        ("Takrolimus", "tacrolimus"),
        ("Lasilix 40", "furosemide"),
        ("suxamethonium", "suxamethonium"),
        ("pethidine", "pethidine"),
        ("phenobarbitone", "phenobarbital"),
    ],
)
def test_names_of_other_languages_mean_the_same(text: str, ingredient: str) -> None:
    assert load_terminology().drug([], text).ingredients == (ingredient,)


@pytest.mark.parametrize("text", ["losartan kalium", "losartan kalcium", "Rosuvastatin Calcium", "kalcium"])
def test_no_salt_of_another_language_becomes_a_supplement(text: str) -> None:
    assert not {"k-supplement", "ca-supplement"} & load_terminology().drug([], text).classes
