"""Checkout as a person sees it. Programs add ``_sandbox_card=ok`` or ``declined`` to the address."""

from html import escape

from starlette.responses import RedirectResponse, Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.responses import html_answer
from mailwarden_sandbox.stripe import engine
from mailwarden_sandbox.stripe.api import shown, state_of
from mailwarden_sandbox.stripe.events import tell
from mailwarden_sandbox.stripe.state import Object

_PAGE = """<!DOCTYPE html><html lang="en"><head><title>Checkout (sandbox)</title></head><body><main>
<h1>Subscribe</h1><p>{price}: {amount:.2f} USD a month</p><p role="alert">{said}</p><form method="post">
<button name="card" value="ok">Pay with a good card</button>
<button name="card" value="declined">Pay with a card that is declined</button>
<a href="{back}">Go back</a></form></main></body></html>"""


def checkout(call: Call) -> Response:
    session = state_of(call).sessions.get(call.params["id"])
    if session is None or session["status"] != "open" or session["expires_at"] <= engine.now_of(call.world):
        return html_answer("<h1>This page is no longer valid</h1>", 404)
    card = call.form.get("card") or call.one("_sandbox_card")
    if card == "ok" and session["customer"] not in state_of(call).declining:
        return _pay(call, session)
    return _show(call, session, "Your card was declined. Try a different card." if card else "")


def _show(call: Call, session: Object, said: str) -> Response:
    price = state_of(call).prices[session["_price"]]
    back = escape(session["cancel_url"] or session["success_url"])
    page = _PAGE.format(price=price["id"], amount=price["unit_amount"] / 100, said=said, back=back)
    return html_answer(page, 402 if said else 200)


def _pay(call: Call, session: Object) -> Response:
    sub = engine.subscribe(call.world, session["customer"], session["_price"])
    session |= {"status": "complete", "payment_status": "paid", "subscription": sub["id"], "url": None}
    tell(call.world, "checkout.session.completed", shown(session))
    url = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
    return RedirectResponse(url, 303)


def portal(_: Call) -> Response:
    return html_answer("<h1>Customer portal (sandbox)</h1><p>The card is changed over the control API.</p>")
