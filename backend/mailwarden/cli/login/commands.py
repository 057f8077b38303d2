"""`mailwarden login | logout | whoami`."""

import time
import webbrowser
from typing import Annotated

import httpx
import typer

from mailwarden.cli.commands import app, fail, load, out
from mailwarden.cli.login import store
from mailwarden.cli.login.flow import LoginError, fresh, sign_in, sign_out

TIMEOUT_S = 15


@app.command()
def login(
    server: Annotated[str, typer.Option(help="Address of the server; else the one of the settings.")] = "",
    browser: Annotated[bool, typer.Option(help="Open the browser by itself.")] = True,
) -> None:
    """Sign this computer in by the browser. End it under Developers, Devices, or with `mailwarden logout`."""

    def show(address: str) -> None:
        opened = browser and webbrowser.open(address)
        out.print("Decide in the browser." if opened else "Open this address in your browser:", highlight=False)
        out.print(address, soft_wrap=True, highlight=False, markup=False)

    file = store.default_file()
    try:
        with httpx.Client(timeout=TIMEOUT_S) as http:
            tokens = sign_in(http, (server or load().public_url).rstrip("/"), show, now=time.time)
    except LoginError as exc:
        raise fail(str(exc)) from exc
    store.save(file, tokens)
    out.print(f"Signed in at {tokens.server}. The tokens are in {file}, for you alone.", highlight=False)


@app.command()
def logout() -> None:
    """End this computer's access and forget its tokens."""
    file = store.default_file()
    tokens = store.load(file)
    store.forget(file)
    if tokens is None:
        out.print("Nobody was signed in.")
        return
    try:
        with httpx.Client(timeout=TIMEOUT_S) as http:
            sign_out(http, tokens)
    except LoginError as exc:
        raise fail(str(exc)) from exc
    out.print(f"Signed out of {tokens.server}.", highlight=False)


@app.command()
def whoami() -> None:
    """Who this computer acts for, and what it may."""
    file = store.default_file()
    tokens = store.load(file)
    if tokens is None:
        raise fail("Nobody is signed in. Run `mailwarden login`.")
    try:
        with httpx.Client(timeout=TIMEOUT_S) as http:
            tokens = fresh(http, tokens, time.time)
            store.save(file, tokens)
            answer = http.get(f"{tokens.server}/v1/me", headers={"Authorization": f"Bearer {tokens.access}"})
    except (LoginError, httpx.HTTPError) as exc:
        raise fail(str(exc)) from exc
    if answer.status_code != 200:
        raise fail(f"{tokens.server} says: {answer.json()['detail']} Run `mailwarden login`.")
    me = answer.json()
    out.print(
        f"{me['user']['email']}, {me['role']} of {me['organization']['name']} at {tokens.server}", highlight=False
    )
    out.print(", ".join(me["permissions"]), highlight=False)
