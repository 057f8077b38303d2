"""One IMAP conversation."""

import asyncio
from collections.abc import Awaitable, Callable

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.data.mailbox import DELETED, DRAFTS, JUNK, SEEN, SENT, TRASH, Mailbox, Message
from mailwarden_sandbox.imap.fetching import fetched, found, reads_body
from mailwarden_sandbox.imap.replies import refused
from mailwarden_sandbox.imap.words import BadCommand, numbers, read_command, words
from mailwarden_sandbox.mail import login
from mailwarden_sandbox.mail.faults import strike
from mailwarden_sandbox.mail.line import Hangup, Line
from mailwarden_sandbox.mail.log import note
from mailwarden_sandbox.world import World

CAPABILITIES = "IMAP4rev1 LITERAL+ SASL-IR UIDPLUS SPECIAL-USE IDLE ID AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER"
SPECIAL = {SENT: " \\Sent", DRAFTS: " \\Drafts", TRASH: " \\Trash", JUNK: " \\Junk"}
FLAGS = "(\\Answered \\Flagged \\Deleted \\Seen \\Draft)"
TROUBLE = "* BYE Temporary System Error"
IDLE_POLL_S = 0.05
Handler = Callable[[str, list[str]], Awaitable[None]]


class ImapSession:
    def __init__(self, world: World, line: Line) -> None:
        self._world, self._line = world, line
        self._account: Account | None = None
        self._logged_in = False
        self._folder: str | None = None
        self._read_only = False
        before: dict[str, Handler] = {
            "CAPABILITY": self._capability, "NOOP": self._ok, "LOGOUT": self._logout, "STARTTLS": self._starttls,
            "LOGIN": self._login, "AUTHENTICATE": self._authenticate, "ID": self._id,
        }  # fmt: skip
        inside: dict[str, Handler] = {
            "LIST": self._list, "SELECT": self._select, "EXAMINE": self._select, "STATUS": self._status,
            "APPEND": self._append, "CREATE": self._create, "IDLE": self._idle, "SEARCH": self._search,
            "FETCH": self._fetch, "STORE": self._store, "EXPUNGE": self._expunge, "CLOSE": self._close,
        }  # fmt: skip
        self._before, self._inside = before, inside
        self._by_uid = False

    async def run(self) -> None:
        """Until Hangup."""
        if not await self._struck("", "GREETING"):
            await self._line.say(f"* OK [CAPABILITY {self._capabilities()}] sandbox ready")
        while True:
            text, literals = await read_command(self._line)
            tag, _, rest = text.partition(" ")
            try:
                await self._obey(tag, words(rest, literals))
            except (BadCommand, IndexError, login.BadSasl):
                await self._line.say(f"{tag or '*'} BAD Cannot parse this command")

    async def _obey(self, tag: str, said: list[str]) -> None:
        name = said.pop(0).upper()
        self._by_uid = name == "UID"
        if self._by_uid:
            name = said.pop(0).upper()
        handler = self._before.get(name) or (self._inside.get(name) if self._logged_in else None)
        if handler is None:
            await self._line.say(f"{tag} BAD Unknown command or not allowed now")
        elif name in ("LOGIN", "AUTHENTICATE") or not await self._struck(tag, name):
            await handler(tag, said)

    async def _struck(self, tag: str, command: str) -> bool:
        answer = await strike(self._world, self._line, self._account, f"/imap/{command}", TROUBLE)
        if answer is None:
            return False
        note(self._world, self._account, f"/imap/{command}", 401, fault=answer.names)
        await self._line.say(*answer.text.replace("{tag}", tag).split("\n"))
        if answer.close:
            raise Hangup
        return True

    async def _done(self, tag: str, command: str, text: str = "done", *, token: str | None = None) -> None:
        note(self._world, self._account, f"/imap/{command}", 200, token=token)
        await self._line.say(f"{tag} OK {text}")

    async def _no(self, tag: str, command: str, text: str, *, token: str | None = None) -> None:
        note(self._world, self._account, f"/imap/{command}", 401, token=token)
        await self._line.say(f"{tag} NO {text}")

    def _capabilities(self) -> str:
        return CAPABILITIES if self._line.tls else f"{CAPABILITIES} STARTTLS"

    # before login

    async def _capability(self, tag: str, _: list[str]) -> None:
        await self._line.say(f"* CAPABILITY {self._capabilities()}", f"{tag} OK done")

    async def _ok(self, tag: str, _: list[str]) -> None:
        await self._line.say(f"{tag} OK done")

    async def _id(self, tag: str, _: list[str]) -> None:
        await self._line.say('* ID ("name" "sandbox")', f"{tag} OK done")

    async def _logout(self, tag: str, _: list[str]) -> None:
        await self._line.say("* BYE Logging out", f"{tag} OK done")
        raise Hangup

    async def _starttls(self, tag: str, _: list[str]) -> None:
        if self._line.tls:
            await self._line.say(f"{tag} BAD TLS is active already")
            return
        await self._line.say(f"{tag} OK begin TLS")
        await self._line.start_tls()

    async def _login(self, tag: str, said: list[str]) -> None:
        await self._by_password(tag, "LOGIN", said[0], said[1])

    async def _authenticate(self, tag: str, said: list[str]) -> None:
        mechanism = said[0].upper()
        if mechanism not in ("PLAIN", "XOAUTH2", "OAUTHBEARER"):
            await self._line.say(f"{tag} NO [CANNOT] Unsupported mechanism")
            return
        response = said[1] if len(said) > 1 else await self._ask("")
        if mechanism == "PLAIN":
            await self._by_password(tag, "AUTHENTICATE", *login.plain(response))
        else:
            await self._by_token(tag, mechanism, *login.bearer(mechanism, response))

    async def _ask(self, challenge: str) -> str:
        await self._line.say(f"+ {challenge}")
        answer = await self._line.read()
        if answer == "*":
            raise BadCommand("cancelled")
        return answer

    async def _by_password(self, tag: str, command: str, user: str, password: str) -> None:
        account = self._account = login.find_account(self._world, user)
        if await self._struck(tag, command):
            return
        refusal = login.by_password(account, password)
        if refusal is None:
            self._logged_in = True
            await self._done(tag, command, f"[CAPABILITY {self._capabilities()}] Logged in")
        else:
            await self._no(tag, command, refused(refusal, account.provider if account else None))

    async def _by_token(self, tag: str, mechanism: str, user: str, token: str) -> None:
        account = self._account = login.find_account(self._world, user, token)
        if await self._struck(tag, "AUTHENTICATE"):
            return
        refusal = login.by_token(self._world, account, token, "imap")
        if refusal is None:
            self._logged_in = True
            await self._done(tag, "AUTHENTICATE", "Logged in", token=token)
            return
        await self._ask(login.challenge(mechanism))
        await self._no(tag, "AUTHENTICATE", refused(refusal, account.provider if account else None), token=token)

    # folders

    @property
    def _mailbox(self) -> Mailbox:
        if self._account is None:
            raise BadCommand("not logged in")
        return self._account.mailbox

    def _messages(self) -> list[Message]:
        if self._folder is None:
            raise BadCommand("no folder is selected")
        return sorted(self._mailbox.messages(self._folder), key=lambda message: message.uid)

    async def _list(self, tag: str, _: list[str]) -> None:
        for name in self._mailbox.folders():
            await self._line.say(f'* LIST (\\HasNoChildren{SPECIAL.get(name, "")}) "/" "{name}"')
        await self._done(tag, "LIST")

    def _known(self, name: str) -> str | None:
        return next((known for known in self._mailbox.folders() if known.upper() == name.upper()), None)

    async def _select(self, tag: str, said: list[str]) -> None:
        name = self._known(said[0])
        if name is None:
            await self._no(tag, "SELECT", "[NONEXISTENT] No such folder")
            return
        self._folder, mailbox = name, self._mailbox
        await self._line.say(
            f"* FLAGS {FLAGS}",
            f"* {len(mailbox.messages(name))} EXISTS",
            "* 0 RECENT",
            f"* OK [UIDVALIDITY {mailbox.uid_validity[name]}] valid",
            f"* OK [UIDNEXT {mailbox.next_uid(name)}] next",
        )
        await self._done(tag, "SELECT", "[READ-WRITE] selected")

    async def _status(self, tag: str, said: list[str]) -> None:
        name = self._known(said[0])
        if name is None:
            await self._no(tag, "STATUS", "[NONEXISTENT] No such folder")
            return
        mailbox, messages = self._mailbox, self._mailbox.messages(name)
        await self._line.say(
            f'* STATUS "{name}" (MESSAGES {len(messages)} UIDNEXT {mailbox.next_uid(name)} '
            f"UIDVALIDITY {mailbox.uid_validity[name]} UNSEEN {sum(SEEN not in m.flags for m in messages)})"
        )
        await self._done(tag, "STATUS")

    async def _create(self, tag: str, said: list[str]) -> None:
        self._mailbox.uid_validity.setdefault(said[0], 1)
        await self._done(tag, "CREATE")

    async def _append(self, tag: str, said: list[str]) -> None:
        name = self._known(said[0])
        if name is None:
            await self._no(tag, "APPEND", "[TRYCREATE] No such folder")
            return
        flags = {word for word in said[1:-1] if word.startswith("\\")}
        message = self._mailbox.add(name, said[-1].encode("utf-8", "surrogateescape"), flags)
        place = f"[APPENDUID {self._mailbox.uid_validity[name]} {message.uid}] stored"
        await self._done(tag, "APPEND", place)

    async def _idle(self, tag: str, _: list[str]) -> None:
        """Tells how many messages there are whenever that changes, until the client says DONE."""
        await self._line.say("+ idling")
        done, told = asyncio.ensure_future(self._line.read()), len(self._messages())
        try:
            while not done.done():
                await asyncio.wait({done}, timeout=IDLE_POLL_S)
                if (count := len(self._messages())) != told:
                    told = count
                    await self._line.say(f"* {count} EXISTS")
            await done
        finally:
            done.cancel()
        await self._done(tag, "IDLE")

    # messages

    async def _search(self, tag: str, said: list[str]) -> None:
        messages = self._messages()
        chosen = {m.key for m in found(messages, said)}
        hits = [m.uid if self._by_uid else place for place, m in enumerate(messages, 1) if m.key in chosen]
        await self._line.say(" ".join(["* SEARCH", *map(str, hits)]))
        await self._done(tag, "SEARCH")

    def _chosen(self, text: str) -> list[tuple[int, Message]]:
        placed = list(enumerate(self._messages(), 1))
        known = [m.uid if self._by_uid else place for place, m in placed]
        wanted = set(numbers(text, known))
        return [pair for pair, number in zip(placed, known, strict=True) if number in wanted]

    async def _fetch(self, tag: str, said: list[str]) -> None:
        items = said[1:]
        if self._by_uid and "UID" not in (item.upper() for item in items):
            items = ["UID", *items]
        for place, message in self._chosen(said[0]):
            if reads_body(items):
                self._mailbox.flag(message, message.flags | {SEEN})
            await self._line.send(fetched(place, message, items))
        await self._done(tag, "FETCH")

    async def _store(self, tag: str, said: list[str]) -> None:
        action, flags = said[1].upper(), {word for word in said[2:] if word not in "()"}
        for place, message in self._chosen(said[0]):
            new = message.flags | flags if action[0] == "+" else message.flags - flags if action[0] == "-" else flags
            self._mailbox.flag(message, new)
            if not action.endswith(".SILENT"):
                await self._line.send(fetched(place, message, ["UID", "FLAGS"] if self._by_uid else ["FLAGS"]))
        await self._done(tag, "STORE")

    async def _expunge(self, tag: str, said: list[str]) -> None:
        only = {m.key for _, m in self._chosen(said[0])} if self._by_uid and said else None
        gone = [m for m in self._messages() if DELETED in m.flags and (only is None or m.key in only)]
        for message in gone:
            place = [m.key for m in self._messages()].index(message.key) + 1
            self._mailbox.remove(message)
            await self._line.say(f"* {place} EXPUNGE")
        await self._done(tag, "EXPUNGE")

    async def _close(self, tag: str, _: list[str]) -> None:
        self._folder = None
        await self._done(tag, "CLOSE")
