"""Imports on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import Base64Bytes, Field, StringConstraints

from mailwarden.core.api import Wire
from mailwarden.core.ids import OutreachCampaignId, OutreachImportId

LARGEST = 20 << 20  # bytes of a file
Heading = Annotated[str, StringConstraints(max_length=120)]
Target = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


class OutreachImportIn(Wire):
    """A CSV file: UTF-8, UTF-16 or Windows-1252, its cells separated by commas, semicolons, tabs or bars."""

    file_name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    content: Annotated[Base64Bytes, Field(description=f"Base64 of at most {LARGEST >> 20} MiB and 200,000 rows.")]


class OutreachMapping(Wire):
    mapping: dict[Heading, Target] = Field(
        max_length=60,
        description="Column → `address`, `name`, `zone` or the name of a field. Columns not named are left out.",
        examples=[{"E-Mail": "address", "First Name": "first_name"}],
    )


class OutreachImportOut(Wire):
    """What was found in the file."""

    id: OutreachImportId
    campaign_id: OutreachCampaignId
    file_name: str
    encoding: str
    delimiter: str
    columns: list[str]
    rows: int
    sample: list[list[str]] = Field(description="The first rows of data.")
    suggested: dict[str, str] = Field(description="A mapping to begin with.")
    created_at: datetime
    finished_at: datetime | None = Field(description="When it was taken over; its rows are gone from here then.")
    added: int | None
    duplicates: int | None
    invalid: int | None
    suppressed: int | None


class OutreachImportError(Wire):
    row: int = Field(description="As a spreadsheet counts, the heading included.")
    code: str
    detail: str


class OutreachImportCountsOut(Wire):
    rows: int
    added: int = Field(description="Of a trial: would be added. With those that are suppressed.")
    duplicates: int = Field(description="In the campaign already, or a second time in the file.")
    invalid: int
    suppressed: int = Field(description="Of those added: they get no mail.")
    errors: list[OutreachImportError] = Field(description="The first of each kind, twenty at most.")
