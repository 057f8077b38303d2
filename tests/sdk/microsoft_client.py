"""Runs in the environment of Microsoft's official clients: ``python microsoft_client.py STEP`` with arguments on stdin.

Unchanged but for authority, base URL and trusted certificates. Instance discovery is switched off, since it would ask
the real cloud whether our authority is one of its own.
"""

import asyncio
import base64
import json
import os
import sys
import time
from typing import Any

from azure.core.credentials import AccessToken  # type: ignore[import-not-found]
from kiota_abstractions.api_error import APIError  # type: ignore[import-not-found]
from kiota_abstractions.base_request_configuration import RequestConfiguration  # type: ignore[import-not-found]
from kiota_authentication_azure.azure_identity_authentication_provider import (  # type: ignore[import-not-found]
    AzureIdentityAuthenticationProvider,
)
from msal import ConfidentialClientApplication  # type: ignore[import-not-found]
from msgraph import GraphRequestAdapter, GraphServiceClient  # type: ignore[import-not-found]
from msgraph.generated.models.body_type import BodyType  # type: ignore[import-not-found]
from msgraph.generated.models.email_address import EmailAddress  # type: ignore[import-not-found]
from msgraph.generated.models.item_body import ItemBody  # type: ignore[import-not-found]
from msgraph.generated.models.message import Message  # type: ignore[import-not-found]
from msgraph.generated.models.recipient import Recipient  # type: ignore[import-not-found]
from msgraph.generated.users.item.send_mail.send_mail_post_request_body import (  # type: ignore[import-not-found]
    SendMailPostRequestBody,
)

os.environ.setdefault("REQUESTS_CA_BUNDLE", os.environ["SSL_CERT_FILE"])  # the variable of msal's HTTP client
SCOPES = ["User.Read", "Mail.Send", "Mail.ReadWrite"]
CLIENT = {"client_id": "sandbox-client", "client_credential": "sandbox-secret"}


def app(told: dict[str, Any]) -> Any:
    if told.get("oidc"):
        return ConfidentialClientApplication(**CLIENT, oidc_authority=f"{told['base']}/organizations/v2.0")
    return ConfidentialClientApplication(**CLIENT, authority=f"{told['base']}/organizations", instance_discovery=False)


def flow(told: dict[str, Any]) -> Any:
    return app(told).initiate_auth_code_flow(SCOPES, redirect_uri=told["back"])


def tokens(told: dict[str, Any]) -> Any:
    """Code, then two refreshes; the account comes of ``client_info``."""
    ours = app(told)
    first = ours.acquire_token_by_auth_code_flow(told["flow"], told["answer"])
    account = ours.get_accounts()[0]
    cached = ours.acquire_token_silent(SCOPES, account)
    fresh = ours.acquire_token_silent(SCOPES, account, force_refresh=True)
    return {
        "first": first["access_token"],
        "cached": cached["access_token"] == first["access_token"],
        "fresh": fresh["access_token"] != first["access_token"],
        "home": account["home_account_id"],
        "claims": first["id_token_claims"],
        "refresh": first["refresh_token"],
    }


def dead(told: dict[str, Any]) -> Any:
    answer = app(told).acquire_token_by_refresh_token(told["refresh"], SCOPES)
    return {name: answer.get(name) for name in ("error", "error_codes", "suberror")}


class Given:
    """A credential as the client wants one, for the token that we have."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self, *_: str, **__: Any) -> Any:
        return AccessToken(self._token, int(time.time()) + 3600)

    def close(self) -> None:
        return None


def graph(told: dict[str, Any]) -> Any:
    auth = AzureIdentityAuthenticationProvider(
        Given(told["access"]), scopes=["https://graph.microsoft.com/.default"], allowed_hosts=[]
    )
    adapter = GraphRequestAdapter(auth)
    adapter.base_url = f"{told['base']}/v1.0"
    return GraphServiceClient(request_adapter=adapter)


def me(told: dict[str, Any]) -> Any:
    async def ask() -> Any:
        try:
            found = await graph(told).me.get()
        except APIError as error:
            return {"refused": error.response_status_code, "code": error.error.code}
        return {"id": found.id, "mail": found.mail}

    return asyncio.run(ask())


def send(told: dict[str, Any]) -> Any:
    """Mail, a draft that is sent, and what delta then tells."""

    def letter(subject: str) -> Any:
        return Message(
            subject=subject,
            body=ItemBody(content_type=BodyType.Html, content="<p>Good day</p>"),
            to_recipients=[Recipient(email_address=EmailAddress(address=told["to"]))],
        )

    async def ask() -> Any:
        client = graph(told)
        await client.me.send_mail.post(SendMailPostRequestBody(message=letter("Sent"), save_to_sent_items=True))
        asked: Any = RequestConfiguration()
        asked.headers.add("Prefer", 'IdType="ImmutableId"')
        draft = await client.me.messages.post(letter("Drafted"), request_configuration=asked)
        await client.me.messages.by_message_id(draft.id).send.post()
        kept = await client.me.messages.by_message_id(draft.id).get(request_configuration=asked)
        folder = client.me.mail_folders.by_mail_folder_id("sentitems")
        page = await folder.messages.delta.get()
        return {
            "draft": kept.is_draft,
            "subjects": sorted(one.subject for one in page.value),
            "delta": bool(page.odata_delta_link),
            "folder": (await folder.get()).total_item_count,
        }

    return asyncio.run(ask())


def attachment(told: dict[str, Any]) -> Any:
    """MIME, which the client sends as it is."""

    async def ask() -> Any:
        client = graph(told)
        info = client.me.send_mail.to_post_request_information(SendMailPostRequestBody())
        info.headers.clear()
        info.set_stream_content(base64.b64encode(told["mime"].encode()), "text/plain")
        await client.request_adapter.send_no_response_content_async(info, {})
        return {}

    return asyncio.run(ask())


if __name__ == "__main__":
    step = {f.__name__: f for f in (flow, tokens, dead, me, send, attachment)}[sys.argv[1]]
    json.dump(step(json.load(sys.stdin)), sys.stdout)
