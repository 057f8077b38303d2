"""Initial responses: PLAIN (RFC 4616), XOAUTH2 (Google, Microsoft), OAUTHBEARER (RFC 7628)."""

import base64

MECHANISMS = ("OAUTHBEARER", "XOAUTH2")  # for tokens, best first
FINAL_ANSWER = {"XOAUTH2": "", "OAUTHBEARER": "AQ=="}  # to the challenge that explains a refusal


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def plain(user: str, password: str) -> str:
    return encoded(f"\0{user}\0{password}")


def bearer(mechanism: str, user: str, token: str, host: str, port: int) -> str:
    if mechanism == "XOAUTH2":
        return encoded(f"user={user}\1auth=Bearer {token}\1\1")
    return encoded(f"n,a={user},\1host={host}\1port={port}\1auth=Bearer {token}\1\1")
