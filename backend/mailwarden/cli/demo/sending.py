"""Sending: one tracked mail, then a campaign that rotates over two mailboxes while one of them is cut off."""

from collections import Counter
from dataclasses import dataclass, field
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from typing import Any

from mailwarden.cli.demo.client import DemoFailed, Person, Progress

ROTATING = ("google", "microsoft")
GOES_ON, CUT_OFF = ROTATING
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
SPEED_S = 10  # the fastest that a mailbox may be set to
READERS = ("first@readers.test", "second@readers.test")
STEPS = ("A question", "One more word")
ONE_OFF = "The minutes of today"
CAMPAIGNS = "/v1/outreach-campaigns"


@dataclass
class Box:
    provider: str
    external_id: str
    connection_id: str
    mailbox_id: str
    address: str


@dataclass
class SendingStory:
    """``copies``: how often each step to each reader lies in the Sent folders of the sandbox."""

    boxes: dict[str, Box] = field(default_factory=dict)
    one_off: str = ""
    one_off_copies: int = 0
    one_off_tracked: bool = False
    campaign_id: str = ""
    paused: dict[str, Any] = field(default_factory=dict)
    campaign_meanwhile: str = ""
    before: int = 0
    meanwhile: int = 0
    back: dict[str, Any] = field(default_factory=dict)
    copies: Counter[tuple[str, str]] = field(default_factory=Counter)
    state: str = ""

    @property
    def differences(self) -> list[str]:
        clock = (self.paused.get("clock") or {}).get("kind")
        wanted = {(reader, subject): 1 for reader in READERS for subject in STEPS}
        promises = {
            f"the mail is {self.one_off}, with {self.one_off_copies} copies": self.one_off == "sent"
            and self.one_off_copies == 1,
            "the mail is not tracked": self.one_off_tracked,
            f"no nine days for the account that was cut off, but {clock}": clock == "nine_days",
            f"the campaign was {self.campaign_meanwhile} meanwhile": self.campaign_meanwhile == "running",
            "the other mailbox did not go on": self.meanwhile > self.before,
            "the clock went on after the reconnect": bool(self.back) and self.back["clock"] is None,
            f"the campaign is {self.state}": self.state == "finished",
        }
        found = [what for what, kept in promises.items() if not kept]
        return found + [
            f"{reader} got “{subject}” {self.copies[reader, subject]} times"
            for reader, subject in sorted(wanted.keys() | self.copies.keys())
            if self.copies[reader, subject] != wanted.get((reader, subject), 0)
        ]


def open_mailboxes(person: Person, story: SendingStory, tell: Progress) -> None:
    """Connected, and free to send at any hour, as fast as a mailbox may."""
    listed = person.sandbox("GET", "/accounts")["accounts"]
    for number, provider in enumerate(ROTATING):  # of two companies, so that their addresses differ
        external_id = [one["external_id"] for one in listed if one["provider"] == provider][number]
        tell(f"connect the {provider} mailbox {external_id}", None)
        started = person.post(f"/v1/integrations/{provider}/connect", {})
        landed = person.consent(started["authorize_url"], external_id)
        if "connected=" not in landed:
            raise DemoFailed(f"the mailbox at {provider} was not connected: {landed}")
        connection_id = landed.split("connected=")[1].split("&")[0]
        told = person.get("/v1/sending/usability")["mailboxes"]
        mine = next(one for one in told if one["connection_id"] == connection_id)
        story.boxes[provider] = Box(provider, external_id, connection_id, mine["mailbox_id"], mine["address"])
        hours = {"working_days": DAYS, "working_from": "00:00", "working_until": "23:59", "time_zone": "UTC"}
        person.change("PATCH", f"/v1/mailboxes/{mine['mailbox_id']}", {"send_interval_s": SPEED_S, **hours})


def send_one(person: Person, story: SendingStory, tell: Progress) -> None:
    box = story.boxes[GOES_ON]
    tell(f"send a mail from {box.address}", None)
    mail = {"mailbox_id": box.mailbox_id, "to": [{"address": READERS[0]}], "subject": ONE_OFF, "track_opens": True}
    draft = person.post("/v1/messages", mail | {"html": "<p>Here they are.</p>"})
    person.post(f"/v1/messages/{draft['id']}/send", {})

    def look() -> str | None:
        state: str = person.get(f"/v1/messages/{draft['id']}")["state"]
        return None if state in ("queued", "sending") else state

    story.one_off = person.wait(look, "the mail", 30)
    left = [one for one in sent_from(person, box) if one["Subject"] == ONE_OFF]
    story.one_off_copies = len(left)
    story.one_off_tracked = any("/t/o/" in _html(one) for one in left)


def start_campaign(person: Person, story: SendingStory, tell: Progress) -> None:
    tell("start an outreach campaign", None)
    schedule = {"days": DAYS, "from": "00:00", "until": "24:00"}
    made = person.post(CAMPAIGNS, {"name": "Spring visits", "schedule": schedule})
    story.campaign_id, path = made["id"], f"{CAMPAIGNS}/{made['id']}"
    steps = [{"subject": subject, "html": "<p>Hello {{first_name|there}}</p>"} for subject in STEPS]
    person.change("PUT", f"{path}/steps", {"steps": steps}, of=path)
    for box in story.boxes.values():
        person.post(f"{path}/accounts", {"mailbox_id": box.mailbox_id})
    person.post(f"{path}/recipients", {"recipients": [{"address": reader} for reader in READERS]})
    person.post(f"{path}/start", {})


def cut_off(person: Person, story: SendingStory, tell: Progress) -> None:
    """The administrator takes our access away once the mailbox has written to somebody, who now waits for it."""
    box = story.boxes[CUT_OFF]
    tell(f"the campaign sends from {' and '.join(one.address for one in story.boxes.values())}", None)
    person.wait(lambda: _of_campaign(person, box) or None, f"a first mail from {box.address}", 40)
    person.sandbox("POST", f"/accounts/{box.provider}/{box.external_id}/faults", {"kind": "revoke"})
    story.before = len(_of_campaign(person, story.boxes[GOES_ON]))


def see_pause(person: Person, story: SendingStory, tell: Progress) -> None:
    """Its account alone pauses, with the nine days shown, and the campaign goes on from the other."""
    tell(f"{story.boxes[CUT_OFF].address}: paused", None)

    def look() -> dict[str, Any] | None:
        one = _account(person, story)
        return one if one["state"] == "paused" and one["clock"] else None

    story.paused = person.wait(look, "the pause of the account", 60)
    other = story.boxes[GOES_ON]
    tell(f"{other.address} goes on", None)
    person.wait(lambda: len(_of_campaign(person, other)) > story.before or None, "a mail of the other mailbox", 40)
    story.meanwhile = len(_of_campaign(person, other))
    story.campaign_meanwhile = person.get(f"{CAMPAIGNS}/{story.campaign_id}")["state"]


def mend(person: Person, story: SendingStory, tell: Progress) -> None:
    box = story.boxes[CUT_OFF]
    tell(f"reconnect {box.address}", None)
    started = person.post(f"/v1/connections/{box.connection_id}/reconnect", {})
    person.consent(started["authorize_url"], box.external_id)

    def look() -> dict[str, Any] | None:
        one = _account(person, story)
        return one if one["state"] == "active" else None

    story.back = person.wait(look, "the account's return to its campaign", 30)


def await_last_mail(person: Person, story: SendingStory, tell: Progress) -> None:
    tell("the campaign sends what is left", None)

    def look() -> str | None:
        state: str = person.get(f"{CAMPAIGNS}/{story.campaign_id}")["state"]
        return state if state == "finished" else None

    story.state = person.wait(look, "the end of the campaign", 90)
    mails = [mail for box in story.boxes.values() for mail in _of_campaign(person, box)]
    story.copies = Counter((str(mail["To"]).lower(), str(mail["Subject"])) for mail in mails)


def _account(person: Person, story: SendingStory) -> dict[str, Any]:
    told = person.get(f"{CAMPAIGNS}/{story.campaign_id}/trouble")["accounts"]
    mine = story.boxes[CUT_OFF].connection_id
    found: dict[str, Any] = next(one for one in told if one["connection_id"] == mine)
    return found


def sent_from(person: Person, box: Box) -> list[EmailMessage]:
    """What lies in the Sent folder of the mailbox, as its provider shows it."""
    path = f"/accounts/{box.provider}/{box.external_id}/messages"
    held = person.sandbox("GET", path, folder="Sent")["messages"]
    return [message_from_string(one["raw"], policy=default) for one in held]


def _of_campaign(person: Person, box: Box) -> list[EmailMessage]:
    return [one for one in sent_from(person, box) if str(one["Subject"]) in STEPS]


def _html(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    return str(part.get_content()) if part is not None else ""
