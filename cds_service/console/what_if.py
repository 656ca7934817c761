"""What if: one value moved over its range on a small chart, judged by the rules themselves with the limits in force."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cds_service.clinical.limits import Limits
from cds_service.console.chart_form import request_from_form
from cds_service.console.form_fields import FIELDS, unit_label
from cds_service.guidance.finding import Assessment, Hook
from cds_service.pipeline import Pipeline, read_request

INSTANCE = "00000000-0000-4000-8000-000000000000"
LEVELS = ("silent", "info", "warning", "critical")
LABEL_GAP = 8.0
"""Percent of the width that the label of a limit needs."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What else is on the chart."""

    title: str
    form: Mapping[str, str]


CRAMPS = {"problems": "muscle cramp; 2"}
NMS_SIGNS = {
    "medicines": "haloperidol 5 mg; 3", "problems": "rigidity; 1\ndelirium; 1", "value-HR": "124", "days-HR": "0.1",
    "value-RR": "28", "days-RR": "0.1",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A value to move."""

    name: str
    """Name of its field in the form."""
    unit: str
    low: float
    high: float
    step: float
    start: float
    limits: tuple[str, ...]
    settings: Mapping[str, Setting]
    times: str = ""
    """Parameter that multiplies the limits (CK: the upper limit of normal)."""
    twice: bool = False
    """Measured twice, six hours apart (fever counts when it is found twice)."""
    note: str = ""

    @property
    def title(self) -> str:
        return next(one.title for one in FIELDS if one.name == self.name)

    @property
    def shown_unit(self) -> str:
        return unit_label(self.unit)

    @property
    def digits(self) -> int:
        """Decimals of a step."""
        return len(f"{self.step:g}".partition(".")[2])

    def text(self, value: float) -> str:
        """A value of the range as written into the chart."""
        return f"{value:.{self.digits}f}"

    def nearest(self, text: str) -> float:
        """The step nearest to what was asked for, inside the range; the start when it is no number."""
        try:
            wanted = float(text)
        except ValueError:
            return self.start
        if wanted != wanted:
            return self.start
        return self.low + round((min(max(wanted, self.low), self.high) - self.low) / self.step) * self.step

    def values(self) -> list[float]:
        """Every step."""
        return [self.low + number * self.step for number in range(round((self.high - self.low) / self.step) + 1)]

    def place(self, value: float) -> float:
        """Percent of the way along the range."""
        return round(100 * (value - self.low) / (self.high - self.low), 2)


SUBJECTS: dict[str, Subject] = {
    "potassium": Subject(
        name="K", unit="mmol/L", low=2.0, high=7.5, step=0.1, start=2.9,
        limits=("k.low.severe", "k.low.moderate", "k.low.mild", "k.high.mild", "k.high.moderate", "k.high.severe"),
        settings={
            "cramps": Setting("muscle cramps for two days", CRAMPS),
            "furosemide": Setting("cramps, taking furosemide", CRAMPS | {"medicines": "furosemide 40 mg"}),
            "spironolactone": Setting("taking spironolactone and ramipril", {"medicines": "spironolactone 25 mg\nramipril 5 mg"}),
            "thiazide-order": Setting("ordering hydrochlorothiazide", {"hook": "order-sign", "drafts": "hydrochlorothiazide 25 mg"}),
            "haloperidol": Setting("taking haloperidol, QTc 490 ms", {"medicines": "haloperidol 5 mg", "value-QTc": "490"}),
            "nothing": Setting("nothing else", {}),
        },
    ),
    "magnesium": Subject(
        name="Mg", unit="mmol/L", low=0.3, high=3.0, step=0.05, start=0.55,
        limits=("mg.low.severe", "mg.low.moderate", "mg.low.mild", "mg.high.mild", "mg.high.moderate", "mg.high.severe"),
        settings={
            "cramps": Setting("muscle cramps for two days", CRAMPS),
            "diuretic": Setting("taking furosemide and omeprazole", {"medicines": "furosemide 40 mg\nomeprazole 20 mg"}),
            "potassium": Setting("cramps, potassium 3.2 mmol/L as well", CRAMPS | {"value-K": "3.2"}),
            "nothing": Setting("nothing else", {}),
        },
    ),
    "calcium": Subject(
        name="Ca", unit="mmol/L", low=1.4, high=4.0, step=0.05, start=1.85,
        limits=("ca.low.severe", "ca.low.moderate", "ca.low.mild", "ca.high.mild", "ca.high.moderate", "ca.high.severe"),
        settings={
            "cramps": Setting("cramps, albumin 40 g/L", CRAMPS | {"value-Alb": "40"}),
            "albumin": Setting("cramps, albumin 22 g/L: the corrected calcium decides", CRAMPS | {"value-Alb": "22"}),
            "uncorrected": Setting("cramps, no albumin on record", CRAMPS),
            "thiazide": Setting("albumin 40 g/L, taking indapamide", {"value-Alb": "40", "medicines": "indapamide 2.5 mg"}),
        },
        note="The limits are those of the albumin-corrected calcium; with albumin 40 g/L it equals the total.",
    ),
    "ck": Subject(
        name="CK", unit="U/L", low=50, high=9000, step=50, start=2500,
        limits=("ck.symptom_x", "ck.warn_x", "ck.critical_x", "ck.rhabdo_x"), times="ck.uln_female",
        settings={
            "statin": Setting("muscle pain, taking atorvastatin", {"medicines": "atorvastatin 40 mg", "problems": "myalgia; 2"}),
            "cramps": Setting("muscle cramps, no statin", CRAMPS),
            "creatinine": Setting("muscle pain on atorvastatin, creatinine 280 µmol/L", {
                "medicines": "atorvastatin 40 mg", "problems": "myalgia; 2", "value-Cr": "280"}),
        },
        note="The limits are multiples of the upper limit of normal: the laboratory's own where it sends one.",
    ),
    "sodium": Subject(
        name="Na", unit="mmol/L", low=115, high=165, step=1, start=150, limits=("na.low_thiazide", "na.high"),
        settings={
            "cramps": Setting("muscle cramps for two days", CRAMPS),
            "thiazide-order": Setting("ordering hydrochlorothiazide", {
                "hook": "order-sign", "drafts": "hydrochlorothiazide 25 mg", "value-K": "4.1", "value-Cr": "70"}),
        },
    ),
    "egfr": Subject(
        name="eGFR", unit="mL/min/{1.73_m2}", low=5, high=110, step=1, start=28,
        limits=("egfr.severe", "mra.egfr_min", "egfr.kidney_disease"),
        settings={
            "baclofen": Setting("ordering baclofen", {"hook": "order-sign", "drafts": "baclofen 10 mg"}),
            "spironolactone": Setting("ordering spironolactone, potassium 4.6 mmol/L", {
                "hook": "order-sign", "drafts": "spironolactone 25 mg", "value-K": "4.6"}),
            "magnesium": Setting("ordering magnesium oxide", {"hook": "order-sign", "drafts": "magnesium oxide 400 mg"}),
            "cramps": Setting("muscle cramps for two days", CRAMPS),
        },
    ),
    "temperature": Subject(
        name="Temp", unit="Cel", low=35.5, high=41.5, step=0.1, start=38.6, limits=("nms.temp_c",), twice=True,
        settings={
            "nms": Setting("third day of haloperidol: rigid, delirious, CK 4,200 U/L", NMS_SIGNS | {"value-CK": "4200", "days-CK": "0.2"}),
            "no-ck": Setting("the same without a CK", NMS_SIGNS),
            "no-drug": Setting("the same signs without an antipsychotic", {
                name: value for name, value in NMS_SIGNS.items() if name != "medicines"} | {"value-CK": "4200", "days-CK": "0.2"}),
        },
        note="Measured twice, six hours apart.",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A stretch of the range over which the most severe hit is the same."""

    level: str
    first: str
    last: str
    start: float
    width: float
    """Percent of the range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """The whole range: the most severe hit, and each rule that speaks in a part of it."""

    all: tuple[Band, ...]
    rules: tuple[tuple[str, tuple[Band, ...]], ...]
    always: tuple[str, ...]
    """Rules that say the same whatever the value is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A limit in force on the scale."""

    key: str
    text: str
    label: str
    place: float
    row: int


@dataclass(slots=True)
class WhatIf:
    """Runs the rules; remembers the sweeps, which depend on nothing but the limits in force."""

    pipeline: Pipeline
    known: dict[tuple[str, str], Sweep] = field(default_factory=dict)

    async def ask(self, subject: Subject, setting: str, value: float, now: float) -> tuple[dict[str, Any], Assessment]:
        """The answer for one value."""
        request = request_for(subject, setting, value, now)
        parsed = read_request(json.dumps(request).encode(), Hook(request["hook"]))
        answer, assessment, _ = await self.pipeline.answer(parsed, now)
        return answer, assessment

    async def sweep(self, about: str, setting: str, now: float) -> Sweep:
        """The whole range, asked step by step; other calls are let through in between."""
        found = self.known.get((about, setting))
        if found is None:
            subject, steps = SUBJECTS[about], []
            for value in subject.values():
                _, assessment = await self.ask(subject, setting, value, now)
                steps.append({hit.rule_id: int(hit.indicator) for hit in assessment.hits})
                await asyncio.sleep(0)
            found = self.known[(about, setting)] = swept(subject, steps)
        return found


def swept(subject: Subject, steps: list[dict[str, int]]) -> Sweep:
    """Bands from what each rule said at each step (rule → indicator)."""
    rules = dict.fromkeys(rule for step in steps for rule in step)
    levels = {rule: [step.get(rule, 0) for step in steps] for rule in rules}
    varying = sorted(
        (rule for rule in rules if len(set(levels[rule])) > 1), key=lambda rule: (-max(levels[rule]), rule)
    )
    return Sweep(
        all=merge(subject, [max(step.values(), default=0) for step in steps]),
        rules=tuple((rule, merge(subject, levels[rule])) for rule in varying),
        always=tuple(sorted(rule for rule in rules if rule not in varying)),
    )


def request_for(subject: Subject, setting: str, value: float, now: float) -> dict[str, Any]:
    """The hook request: a woman of 70 with the value of half a day ago and what the setting adds."""
    form = {"age": "70", "sex": "female", "hook": "patient-view"} | dict(subject.settings[setting].form)
    form |= {
        f"value-{subject.name}": subject.text(value),
        f"unit-{subject.name}": subject.unit,
        f"days-{subject.name}": "0.5",
    }
    request = request_from_form(form, now) | {"hookInstance": INSTANCE}
    if subject.twice:
        entries = request["prefetch"]["laboratory"]["entry"]
        first = next(one["resource"] for one in entries if one["resource"]["id"] == subject.name.lower())
        moment = datetime.fromisoformat(first["effectiveDateTime"]) - timedelta(hours=6)
        entries.append({"resource": first | {"id": f"{first['id']}-before", "effectiveDateTime": moment.isoformat()}})
    return request


def merge(subject: Subject, levels: list[int]) -> tuple[Band, ...]:
    """Neighbouring steps of one level as bands; a band's edge lies half-way between two steps."""
    values, bands, begin = subject.values(), [], 0
    for number in range(1, len(values) + 1):
        if number < len(values) and levels[number] == levels[begin]:
            continue
        left = subject.place(values[begin] - subject.step / 2) if begin else 0.0
        right = subject.place(values[number - 1] + subject.step / 2) if number < len(values) else 100.0
        bands.append(
            Band(
                level=LEVELS[levels[begin]], first=subject.text(values[begin]), last=subject.text(values[number - 1]),
                start=left, width=round(right - left, 2),
            )
        )  # fmt: skip
        begin = number
    return tuple(bands)


def marks(subject: Subject, limits: Limits) -> tuple[Mark, ...]:
    """The limits in force that lie in the range, labels in as many rows as they need."""
    factor = limits[subject.times] if subject.times else 1.0
    placed: list[Mark] = []
    ends: list[float] = []
    for key in sorted(subject.limits, key=lambda one: limits.in_unit(one, subject.unit)):
        number = limits.in_unit(key, subject.unit) * factor
        if not subject.low <= number <= subject.high:
            continue
        place = subject.place(number)
        row = next((at for at, end in enumerate(ends) if place - end >= LABEL_GAP), len(ends))
        ends[row : row + 1] = [place]
        text = limits.text(key, subject.unit if f"{key}.{subject.unit}" in limits.numbers else None)
        label = text.split()[1] if subject.unit == "mmol/L" else f"{number:g}"
        if subject.times:
            text += f" = {number:g} {subject.shown_unit}"
        placed.append(Mark(key=key, text=text, label=label, place=place, row=row))
    return tuple(placed)
