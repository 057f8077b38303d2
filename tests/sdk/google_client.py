"""Runs in an environment of Google's official clients: ``python google_client.py STEP`` with arguments on stdin."""

import base64
import json
import os
import sys
from email.message import EmailMessage
from typing import Any

import google.auth.transport.requests  # type: ignore[import-not-found]
from google.auth.exceptions import RefreshError  # type: ignore[import-not-found]
from google.oauth2 import id_token  # type: ignore[import-not-found]
from google.oauth2.credentials import Credentials  # type: ignore[import-not-found]
from google_auth_oauthlib.flow import Flow  # type: ignore[import-not-found]
from googleapiclient.discovery import build, build_from_document  # type: ignore[import-not-found]
from googleapiclient.discovery_cache import get_static_doc  # type: ignore[import-not-found]
from googleapiclient.errors import HttpError  # type: ignore[import-not-found]
from googleapiclient.http import MediaInMemoryUpload  # type: ignore[import-not-found]

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # the sandbox speaks plain http on loopback
os.environ["OAUTHLIB_RELAX_TOKEN_SCOPE"] = "1"  # people may untick permissions
BACK = "http://localhost:8000/callback"


def flow(told: dict[str, Any]) -> Any:
    client = {
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
        "auth_uri": f"{told['base']}/o/oauth2/v2/auth",
        "token_uri": f"{told['base']}/token",
    }
    return Flow.from_client_config({"web": client}, scopes=told["scopes"], redirect_uri=BACK)


def credentials(told: dict[str, Any]) -> Any:
    return Credentials(
        told.get("access"),
        refresh_token=told["refresh"],
        token_uri=f"{told['base']}/token",
        client_id="sandbox-client",
        client_secret="sandbox-secret",
    )


def gmail(told: dict[str, Any]) -> Any:
    options = {"api_endpoint": told["base"]}
    return build("gmail", "v1", credentials=credentials(told), client_options=options, static_discovery=True).users()


def gmail_with_uploads(told: dict[str, Any]) -> Any:
    """Uploads keep the scheme of the discovery document, so the addresses in it are changed."""
    document = json.loads(get_static_doc("gmail", "v1"))
    document |= {"rootUrl": f"{told['base']}/", "baseUrl": f"{told['base']}/"}
    return build_from_document(document, credentials=credentials(told)).users()


def letter() -> bytes:
    message = EmailMessage()
    message["To"], message["Subject"] = "ada@somewhere.test", "Hello"
    message.set_content("Dear Ada")
    return message.as_bytes()


def consent(told: dict[str, Any]) -> Any:
    """The address of the consent page; the client adds PKCE by itself."""
    started = flow(told)
    url, state = started.authorization_url(access_type="offline", prompt="consent", include_granted_scopes="true")
    return {"url": url, "state": state, "verifier": started.code_verifier}


def exchange(told: dict[str, Any]) -> Any:
    finished = flow(told)
    finished.code_verifier = told["verifier"]
    finished.fetch_token(authorization_response=told["returned"])
    held = finished.credentials
    transport = google.auth.transport.requests.Request()
    claims = id_token.verify_token(held.id_token, transport, "sandbox-client", f"{told['base']}{told['certs']}")
    return {
        "access": held.token,
        "refresh": held.refresh_token,
        "granted": sorted(held.granted_scopes),
        "sub": claims["sub"],
        "iss": claims["iss"],
    }


def renew(told: dict[str, Any]) -> Any:
    held = credentials(told)
    try:
        held.refresh(google.auth.transport.requests.Request())
    except RefreshError as error:
        return {"refused": error.args[1], "retryable": error.retryable}
    return {"access": held.token, "refresh": held.refresh_token}


def mail(told: dict[str, Any]) -> Any:
    users = gmail_with_uploads(told)
    me = users.getProfile(userId="me").execute()
    raw = base64.urlsafe_b64encode(letter()).decode()
    sent = users.messages().send(userId="me", body={"raw": raw}).execute()
    media = MediaInMemoryUpload(letter(), mimetype="message/rfc822")
    uploaded = users.messages().send(userId="me", body={}, media_body=media).execute()
    draft = users.drafts().create(userId="me", body={"message": {"raw": raw}}).execute()
    users.drafts().send(userId="me", body={"id": draft["id"]}).execute()
    shown = (
        users.messages().get(userId="me", id=sent["id"], format="metadata", metadataHeaders=["Message-ID"]).execute()
    )
    history = users.history().list(userId="me", startHistoryId=me["historyId"]).execute()
    watch = users.watch(userId="me", body={"topicName": "projects/p/topics/mail"}).execute()
    users.stop(userId="me").execute()
    return {
        "address": me["emailAddress"],
        "listed": len(users.messages().list(userId="me", labelIds=["SENT"]).execute()["messages"]),
        "threads": len({sent["threadId"], uploaded["threadId"]}),
        "message_id": shown["payload"]["headers"][0]["value"],
        "changes": len(history["history"]),
        "watched": sorted(watch),
        "aliases": len(users.settings().sendAs().list(userId="me").execute()["sendAs"]),
    }


def refused(told: dict[str, Any]) -> Any:
    try:
        gmail(told).getProfile(userId="me").execute()
    except HttpError as error:
        return {"status": error.resp.status, "reason": error.reason, "details": error.error_details}
    except RefreshError as error:
        return {"refused": error.args[1], "retryable": error.retryable}
    return {}


if __name__ == "__main__":
    step = {f.__name__: f for f in (consent, exchange, renew, mail, refused)}[sys.argv[1]]
    json.dump(step(json.load(sys.stdin)), sys.stdout)
