"""A step as one recipient gets it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, or_

from mailwarden.mailboxes.html import clean_signature
from mailwarden.outreach.models import OutreachRecipient, OutreachStep
from mailwarden.outreach.personal.rules import Field, fields_of, fill_html, fill_subject, missing

ANSWER = "Re: "
OWN = ("email", "name")  # of every recipient; all else comes of their file


@dataclass(frozen=True, slots=True)
class Filled:
    subject: str
    html: str
    missing: tuple[str, ...]


def values_of(row: OutreachRecipient) -> dict[str, str]:
    given = {name: str(value) for name, value in row.fields.items() if value is not None}
    return given | {"email": row.address} | ({"name": row.name} if row.name else {})


def fill(step: OutreachStep, opening: str, row: OutreachRecipient) -> Filled:
    """``opening``: the subject that began the thread, for a step that has none of its own.

    Cleaned once more after it was filled: a field may stand where a link leads to.
    """
    values = values_of(row)
    subject = fill_subject(step.subject or opening, values)
    lacking = missing(fields_of(step.subject or opening, step.html), values)
    html = clean_signature(fill_html(step.html, values))
    return Filled(subject if step.subject else answering(subject), html, tuple(lacking))


def answering(subject: str) -> str:
    return subject if subject.lower().startswith("re:") else ANSWER + subject


def opening_of(steps: Sequence[OutreachStep], number: int) -> str:
    """The subject of the thread that step ``number`` goes on with, or begins."""
    return next((step.subject for step in reversed(steps[:number]) if step.subject), "")


def needed(steps: Iterable[OutreachStep]) -> list[Field]:
    """Fields that must have a value, since some text uses them without a fallback."""
    found = fields_of(*(text for step in steps for text in (step.subject or "", step.html)))
    return sorted({field for field in found if field.fallback is None}, key=lambda field: field.name)


def lacks(fields: Iterable[Field]) -> ColumnElement[bool]:
    """Of a recipient, in SQL: one of these has no value."""
    return or_(*[_is_empty(field.name) for field in fields])


def _is_empty(name: str) -> ColumnElement[bool]:
    if name == "email":
        return OutreachRecipient.address == ""
    stored: Any = OutreachRecipient.fields[name].astext
    if name == "name":
        stored = func.coalesce(func.nullif(func.btrim(OutreachRecipient.name), ""), stored)
    return func.coalesce(func.btrim(cast(stored, Text)), "") == ""
