"""A file that is no report we can count is refused with the reason, and nothing of it is kept."""

from mailwarden.core.errors import Invalid

CODE = "dmarc_report"


def refused(text: str, code: str = CODE) -> Invalid:
    return Invalid(text, code=code, errors=[{"pointer": "#/content", "code": code, "detail": text}])
