"""A support bundle as a file: the same bytes for the same bundle."""

import io
import json
import zipfile
from typing import Any

from mailwarden.diagnostics.models import SupportBundle

LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the least that the format can say
README = """Support bundle of Mailwarden

bundle.json      what was collected, redacted before it was stored
redactions.json  what was removed, masked, shortened or left out, where and why

Nothing was sent to anybody: look at it, then send it to your support, with a screenshot of what you saw.
"""


def archive(row: SupportBundle) -> bytes:
    files = {"README.txt": README, "bundle.json": _json(row.content), "redactions.json": _json(row.redactions)}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, text.encode())
    return out.getvalue()


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def file_name(row: SupportBundle) -> str:
    return f"mailwarden-support-{row.created_at:%Y%m%d-%H%M%S}.zip"
