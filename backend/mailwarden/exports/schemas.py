"""What is asked for and told. The body of a request is one model for each report, told apart by ``report``."""

from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, create_model

from mailwarden.core.api import Wire
from mailwarden.core.ids import ExportId, UserId
from mailwarden.exports.registry import ALL
from mailwarden.exports.report import Report
from mailwarden.exports.rules import Format, ReportName, Status

BOM = "CSV: begins with U+FEFF, so that Excel takes it for the UTF-8 that it is."
BACKGROUND = "Made in the background whatever its size."


class AskedExport(Wire):
    """What the models of all reports share."""

    report: ReportName
    format: Format
    filters: Any
    bom: bool = Field(True, description=BOM)
    background: bool = Field(False, description=BACKGROUND)


def _request_of(report: Report) -> type[AskedExport]:
    title = report.name.title().replace("_", "")
    told = "The page's own filters; none: everything that the page would show."
    made: type[AskedExport] = create_model(
        f"{title}Export",
        __base__=AskedExport,
        report=(Literal[report.name], ...),  # type: ignore[arg-type]  # known at run time only
        filters=(report.filters, Field(default_factory=report.filters, description=told)),
    )
    return made


if TYPE_CHECKING:
    ExportRequest = AskedExport
else:
    ExportRequest = Annotated[reduce(or_, [_request_of(report) for report in ALL]), Field(discriminator="report")]


class ExportOut(Wire):
    """An export that is made in the background."""

    id: ExportId
    report: ReportName
    format: Format
    filters: dict[str, Any] = Field(description="As they were asked for.")
    time_zone: str
    status: Status
    rows_done: int
    rows_estimated: int | None = Field(description="Null until they are counted.")
    progress: float | None = Field(description="0..1; null while the number of rows is unknown.")
    complete: bool = Field(description="False: a PDF ends after 500 pages. The CSV has all rows.")
    file_name: str
    size: int | None = Field(description="Bytes of the file.")
    sha256: str | None = Field(description="Of the file, in hexadecimal.")
    error: str | None
    requested_by: UserId | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime | None = Field(description="Until then it can be downloaded.")
    download_path: str | None = Field(description="Null unless there is a file. Needs the same sign-in or key.")
