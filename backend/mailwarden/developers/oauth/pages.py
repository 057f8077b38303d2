"""Two small pages: consent, and why a request leads nowhere. All that is shown is escaped; no script is needed."""

from collections.abc import Sequence
from html import escape
from urllib.parse import urlsplit

from fastapi.responses import HTMLResponse

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText }
main { width: min(26rem, calc(100vw - 2rem)); padding: 2rem 0 }
h1 { font-size: 1.4rem; line-height: 1.25 } ul { padding-left: 1.2rem } dt { font-weight: 600 } dd { margin: 0 0 .6rem }
form { display: flex; gap: .75rem; margin-top: 1.5rem }
button { font: inherit; padding: .55rem 1.1rem; border-radius: .5rem; border: 1px solid GrayText; cursor: pointer }
button[value=allow] { background: #1c6b4a; border-color: #1c6b4a; color: #fff }
small { color: GrayText }
"""


def _page(title: str, inner: str, status: int, form_action: str = "'self'") -> HTMLResponse:
    body = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} – Mailwarden</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><main>{inner}</main></body></html>"
    )
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none';"
        f" form-action {form_action}"
    )
    return HTMLResponse(body, status, {"Content-Security-Policy": policy, "Referrer-Policy": "same-origin"})


def consent(
    *,
    program: str,
    device: str,
    person: str,
    organization: str,
    scopes: Sequence[str],
    action: str,
    csrf: str,
    redirect_uri: str,
) -> HTMLResponse:
    """``form-action`` names the way back, too: browsers apply it to redirects after a form."""
    items = "".join(f"<li>{escape(one)}</li>" for one in scopes)
    facts = f"<dt>Device</dt><dd>{escape(device)}</dd><dt>Organization</dt><dd>{escape(organization)}</dd>"
    inner = (
        f"<h1>Let “{escape(program)}” act for you?</h1><dl>{facts}<dt>You</dt><dd>{escape(person)}</dd></dl>"
        f"<p>It will be able to:</p><ul>{items}</ul>"
        f'<form method="post" action="{escape(action)}"><input type="hidden" name="csrf" value="{escape(csrf)}">'
        '<button name="decision" value="allow">Allow</button>'
        '<button name="decision" value="deny">Cancel</button></form>'
        "<p><small>You can end this at any time under Developers, Devices. Only go on if you have just started this"
        " yourself.</small></p>"
    )
    there = urlsplit(redirect_uri)
    return _page("Allow access", inner, 200, f"'self' {there.scheme}://{there.netloc}")


def dead_end(reason: str) -> HTMLResponse:
    inner = (
        f"<h1>This request leads nowhere</h1><p>{escape(reason)}</p><p>Start again from the program you came from.</p>"
    )
    return _page("Cannot go on", inner, 400)
