"""What recipients see of us: pages of a few words, which need nothing but themselves. No script, no cookie.

They say the same of every link that is not ours, whatever was guessed.
"""

from html import escape

from starlette.responses import HTMLResponse, Response

from mailwarden.sending.tracking.unsubscribing import Wish

PIXEL = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)  # a GIF of one transparent dot
QUIET = {
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "cache-control": "no-store, no-cache, max-age=0, private",
}
CSP = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
STYLE = (
    "body{font:1.125rem/1.5 system-ui,sans-serif;max-width:34rem;margin:4rem auto;padding:0 1rem;color:#1b1b1b;"
    "background:#fff}button{font:inherit;padding:.6rem 1.4rem;border:0;border-radius:.4rem;background:#0b5cad;"
    "color:#fff;cursor:pointer}button:focus-visible{outline:3px solid #1b1b1b;outline-offset:2px}"
    "@media(prefers-color-scheme:dark){body{color:#f1f1f1;background:#161616}button{background:#8cc0ff;color:#0b1b2b}"
    "button:focus-visible{outline-color:#f1f1f1}}"
)
FORM = (
    '<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">'
    '<button type="submit">Unsubscribe</button></form>'
)


def pixel() -> Response:
    own = QUIET | {"cross-origin-resource-policy": "cross-origin"}  # it stands in other sites' pages
    return Response(PIXEL, media_type="image/gif", headers=own)


def no_pixel() -> Response:
    return Response(status_code=404, headers=QUIET)


def lead_to(url: str) -> Response:
    return Response(status_code=302, headers=QUIET | {"location": url})


def unknown() -> Response:
    words = "<p>It may have been cut off on its way. Please copy the whole link, or go back to the mail.</p>"
    return _page("This link leads nowhere", words, 404)


def ask(wish: Wish) -> Response:
    words = f"<p>Shall <b>{escape(wish.organization)}</b> send no more mail to <b>{escape(wish.address)}</b>?</p>"
    return _page("Unsubscribe", words + FORM)


def granted(wish: Wish) -> Response:
    words = f"<p><b>{escape(wish.organization)}</b> sends no more mail to <b>{escape(wish.address)}</b> over us.</p>"
    return _page("You are unsubscribed", words)


def not_understood() -> Response:
    return _page("Please confirm", "<p>Open the link of the mail again and press “Unsubscribe”.</p>", 400)


def _page(title: str, words: str, status: int = 200) -> Response:
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}</style></head><body><main><h1>{title}</h1>{words}</main></body></html>"
    )
    return HTMLResponse(html, status, QUIET | {"content-security-policy": CSP})
