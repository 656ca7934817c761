"""``terminology lookup``, ``class`` and ``compile``, one line in, one line out, without any command-line library."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from cds_service.clinical.vocabulary import DrugClass
from cds_service.terminology.model import Coding, DrugMatch
from cds_service.terminology.rrf import write_release
from cds_service.terminology.systems import ATC, NDC, RXNORM, SNOMED, normalise_system
from cds_service.terminology.tables import Terminology

_DRUG_SYSTEMS = {RXNORM: "RxNorm", ATC: "ATC", SNOMED: "SNOMED CT", NDC: "NDC"}


class LookupLine(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One answer of ``lookup --json``."""

    input: str
    ingredients: list[str]
    rxcuis: list[str]
    classes: list[str]
    matched_by: str


_SYSTEM = re.compile(r"(?:[a-z][a-z0-9+.-]{0,20}:|\d{1,10}(?:\.\d{1,10}){3,20})\S{0,500}", re.IGNORECASE)
"""What can only be a code system, whether or not we know it: a URI or an OID."""


def parse_line(line: str) -> tuple[list[Coding], str | None]:
    """A code as ``system|code`` (a further ``|text`` is its display), anything else is text."""
    written = line.strip().removeprefix("\ufeff")
    system, bar, rest = written.partition("|")
    if bar and (normalise_system(system) in _DRUG_SYSTEMS or _SYSTEM.fullmatch(system.strip())):
        code, _, display = rest.partition("|")
        return [Coding(system.strip(), code.strip(), display.strip() or None)], None
    return [], written


def look_up(terminology: Terminology, line: str) -> DrugMatch:
    """How one line is understood as a medicine."""
    codings, text = parse_line(line)
    return terminology.drug(codings, text)


def answer(terminology: Terminology, line: str) -> LookupLine:
    """The answer for one line; ``input`` is the line as given, without its line end (lone surrogates become ``?``)."""
    line = line.rstrip("\r\n").encode("utf-8", "replace").decode()
    match = look_up(terminology, line)
    return LookupLine(
        input=line,
        ingredients=list(match.ingredients),
        rxcuis=list(match.rxcuis),
        classes=sorted(match.classes),
        matched_by=match.matched_by,
    )


def json_lines(terminology: Terminology, lines: Iterable[str]) -> Iterator[str]:
    """One JSON object a line for each line that is not blank."""
    for line in lines:
        if line.strip():
            yield msgspec.json.encode(answer(terminology, line)).decode()


def explain(terminology: Terminology, line: str) -> str:
    """The answer in words: what was recognised, by which evidence, and what else was said about it."""
    codings, _ = parse_line(line)
    match = look_up(terminology, line)
    if match.matched_by == "none":
        where = f"{_DRUG_SYSTEMS.get(normalise_system(codings[0].system), 'unknown')} code" if codings else "text"
        return f"{line.strip()}: not recognised ({where} in no table)"
    said = [
        f"{line.strip()}: {' + '.join(match.ingredients) or 'a whole class'}",
        f"  RxCUI of ingredients: {', '.join(match.rxcuis) or 'none known'}",
        f"  classes: {', '.join(sorted(match.classes)) or 'none that a rule asks for'}",
        f"  matched by {_evidence(terminology, codings) if match.matched_by == 'code' else 'name'}",
    ]
    if match.local_route:
        said.append(f"  dose form: {match.local_route.value}")
    if match.strength_mg:
        said.append(f"  strength: {match.strength_mg:g} mg")
    if match.conflict:
        said.append(f"  conflict: {match.conflict}")
    return "\n".join(said)


def _evidence(terminology: Terminology, codings: list[Coding]) -> str:
    coding = codings[0]
    system = normalise_system(coding.system)
    name = terminology.product_name(coding.code or "") if system == RXNORM else None
    return f"{_DRUG_SYSTEMS[system]} code {coding.code}" + (f" ({name})" if name else "")


def class_lines(terminology: Terminology, name: str) -> list[str]:
    """Members of a class, one a line. Raises ``ValueError`` that lists the classes when there is none of that name."""
    try:
        wanted = DrugClass(name.strip().lower())
    except ValueError:
        known = ", ".join(sorted(member.value for member in DrugClass))
        raise ValueError(f"no drug class {name!r}; there are: {known}") from None
    return terminology.drug_class_members(wanted)


def compile_file(conso: Path, relations: Path, target: Path) -> str:
    """Compile an RxNorm release into ``target``; says how many codes it holds."""
    return f"{write_release(conso, relations, target)} product codes written to {target}"
