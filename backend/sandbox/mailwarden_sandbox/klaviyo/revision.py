"""The revision header decides which shape of Klaviyo answers."""

import re
from datetime import UTC, date, datetime, timedelta

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.klaviyo import errors

_SHAPE = re.compile(r"(\d{4}-\d{2}-\d{2})(\.pre)?")
OMNI = "2026-10-15"
_OMNI_BETA = "2026-07-15.pre"
PAGE_SIZE_SINCE = "2026-04-15"
_SUPPORTED = timedelta(days=731)


def revision(call: Call) -> str:
    return call.headers.get("revision", "").strip()


def is_omni(call: Call) -> bool:
    """Campaigns, messages and variations are resources of their own; before, a campaign was all in one."""
    return revision(call) >= OMNI or revision(call) == _OMNI_BETA


def check_revision(call: Call) -> Response | None:
    header = revision(call)
    parameter = {"parameter": "revision"}
    if not header:
        return errors.invalid(call, errors.BadRequest("The revision header is required.", parameter))
    match = _SHAPE.fullmatch(header)
    try:
        day = date.fromisoformat(match[1] if match else "")
    except ValueError:
        return errors.invalid(call, errors.BadRequest(f"{header!r} is not a valid revision.", parameter))
    today = datetime.fromtimestamp(call.world.now(), UTC).date()
    if day <= today - _SUPPORTED:
        detail = f"Revision {header} has been retired. Please upgrade to a supported revision."
        return errors.problem(call, 410, "gone", "This API revision is no longer supported.", detail, parameter)
    return None
