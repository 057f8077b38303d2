"""IMAP4rev1 as far as we need it (RFC 9051), with every refusal in the server's own words."""

import re
from dataclasses import dataclass
from datetime import datetime

from mailwarden.providers.imap import sasl
from mailwarden.providers.imap.answers import bye_meaning, imap_meaning
from mailwarden.providers.imap.imap_words import Value, astring, literal_size, parsed, text_of
from mailwarden.providers.imap.problems import Kind, Said, Step
from mailwarden.providers.imap.sasl import MECHANISMS
from mailwarden.providers.imap.servers import Login
from mailwarden.providers.imap.wire import Wire

CODE = re.compile(r"^\[([A-Z0-9-]+)(?: ([^\]]*))?\] ?(.*)$", re.IGNORECASE | re.DOTALL)
MOST_ANSWERS = 20_000
ROLES = {"\\sent": "sent", "\\drafts": "drafts", "\\trash": "trash", "\\junk": "junk", "\\all": "all"}


@dataclass(frozen=True, slots=True)
class Folder:
    name: str
    role: str | None  # RFC 6154


@dataclass(frozen=True, slots=True)
class Selected:
    """A change of ``uid_validity`` makes every UID that is known worthless."""

    exists: int
    uid_validity: int
    uid_next: int | None


@dataclass(frozen=True, slots=True)
class Fetched:
    uid: int
    flags: frozenset[str]
    body: bytes
    at: datetime | None = None  # when the server took it


Answer = tuple[str, bytes, list[bytes]]  # first word, the line with literals marked, the literals


class Imap:
    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._tag = 0
        self.capabilities: frozenset[str] = frozenset()

    # opening

    async def greet(self) -> None:
        self._wire.step = Step.GREETING
        word, line, _ = await self._untagged()
        if word == "BYE":
            raise self._bye(line)
        if word not in ("OK", "PREAUTH"):
            raise self._wire.trouble(Kind.PROTOCOL, "this is no IMAP server")
        if self._wire.server.security == "starttls":
            await self._start_tls()
        await self._learn()

    async def _start_tls(self) -> None:
        self._wire.step = Step.TLS
        status, said = (await self._ask("STARTTLS"))[:2]
        if status != "OK":
            raise self._wire.refusal(Kind.STARTTLS_MISSING, said)
        await self._wire.start_tls()

    async def _learn(self) -> None:
        """Asked anew inside TLS: what was said in the clear may have been anybody's."""
        for word, line, _ in await self._must("CAPABILITY"):
            if word == "CAPABILITY":
                self.capabilities = frozenset(line.decode("ascii", "replace").upper().split()[2:])

    # login

    async def login(self, login: Login) -> None:
        self._wire.step = Step.LOGIN
        if login.token is not None:
            await self._by_token(login.user, await login.token())
            return
        if "LOGINDISABLED" in self.capabilities and not self._wire.protected:
            raise self._wire.trouble(Kind.TLS_REQUIRED, "the server wants encryption before a login")
        self._wire.secrets += [login.password]
        if "AUTH=PLAIN" in self.capabilities:
            response = sasl.plain(login.user, login.password)
            self._wire.secrets += [response]
            status, said, _ = await self._authenticate("PLAIN", response, "")
        else:
            status, said, _ = await self._ask("LOGIN", astring(login.user), astring(login.password))
        self._judge(status, said, by_token=False)

    async def _by_token(self, user: str, token: str) -> None:
        mechanism = next((m for m in MECHANISMS if f"AUTH={m}" in self.capabilities), None)
        if mechanism is None:
            raise self._wire.trouble(Kind.NO_MECHANISM, "the server takes no access tokens")
        server = self._wire.server
        response = sasl.bearer(mechanism, user, token, server.host, server.port)
        self._wire.secrets += [token, response]
        status, said, _ = await self._authenticate(mechanism, response, sasl.FINAL_ANSWER[mechanism])
        self._judge(status, said, by_token=True)

    def _judge(self, status: str, said: Said, *, by_token: bool) -> None:
        if status == "NO":
            raise self._refused(said, at_login=True, by_token=by_token)
        if status != "OK":  # BAD speaks of the command, not of the password
            raise self._wire.refusal(Kind.PROTOCOL, said)

    async def _authenticate(self, mechanism: str, response: str, final: str) -> tuple[str, Said, list[Answer]]:
        """The challenge that a refused token gets says nothing reliable; the tagged answer decides."""
        inline = "SASL-IR" in self.capabilities
        words = ["AUTHENTICATE", mechanism, *([response] if inline else [])]
        return await self._ask(*words, answers=[final] if inline else [response, final])

    # folders and messages

    async def folders(self) -> list[Folder]:
        self._wire.step = Step.FOLDERS
        found = []
        for word, line, literals in await self._must("LIST", '""', '"*"'):
            values = parsed(line, literals) if word == "LIST" else []
            if len(values) >= 5 and isinstance(values[2], list):
                flags = [text_of(flag).lower() for flag in values[2]]
                role = next((ROLES[flag] for flag in flags if flag in ROLES), None)
                found.append(Folder(text_of(values[4]), role))
        return found

    async def select(self, folder: str = "INBOX", *, read_only: bool = True) -> Selected:
        self._wire.step = Step.FOLDERS
        answers = await self._must("EXAMINE" if read_only else "SELECT", astring(folder))
        exists = next((int(line.split()[1]) for word, line, _ in answers if word == "EXISTS"), 0)
        numbers = {
            name.upper(): int(number)
            for _, line, _ in answers
            for name, number in re.findall(r"\[(UIDVALIDITY|UIDNEXT) (\d+)\]", line.decode("ascii", "replace"))
        }
        return Selected(exists, numbers.get("UIDVALIDITY", 0), numbers.get("UIDNEXT"))

    async def search(self, *criteria: str | bytes) -> list[int]:
        """UIDs. Values go as literals or quoted strings: make them with ``astring``."""
        self._wire.step = Step.MESSAGE
        answers = await self._must("UID", "SEARCH", *criteria)
        return sorted(int(n) for word, line, _ in answers if word == "SEARCH" for n in line.split()[2:])

    async def fetch(self, uids: list[int], part: str = "", most: int | None = None) -> list[Fetched]:
        """``part``: a section such as ``HEADER``; empty: the whole message, or its first ``most`` bytes.

        Nothing is marked as read.
        """
        if not uids:
            return []
        self._wire.step = Step.MESSAGE
        wanted, cut = ",".join(map(str, uids)), f"<0.{most}>" if most else ""
        answers = await self._must("UID", "FETCH", wanted, f"(UID FLAGS INTERNALDATE BODY.PEEK[{part}]{cut})")
        return [_fetched(line, literals) for word, line, literals in answers if word == "FETCH"]

    async def store(self, uids: list[int], action: str, *flags: str) -> None:
        self._wire.step = Step.MESSAGE
        await self._must("UID", "STORE", ",".join(map(str, uids)), action, f"({' '.join(flags)})")

    async def append(self, folder: str, raw: bytes, *flags: str) -> int | None:
        """The message's UID where the server tells it (RFC 4315)."""
        self._wire.step = Step.MESSAGE
        status, said, _ = await self._ask("APPEND", astring(folder), f"({' '.join(flags)})", raw)
        if status != "OK":
            raise self._refused(said, at_login=False)
        return int(said.text.split()[-1]) if said.code == "APPENDUID" else None

    async def idle(self) -> int | None:
        """Waits for the selected folder to change; how many messages it then holds, None for another change.

        Ends with the wire's deadline if nothing happens. A live IDLE proves no live grant: Gmail keeps sessions open
        whose token is long dead.
        """
        self._wire.step = Step.MESSAGE
        tag = await self._write(["IDLE"], [])
        while (await self._wire.line())[:1] != b"+":
            pass
        word, line, _ = await self._untagged()
        await self._wire.send(b"DONE\r\n")
        await self._finish(tag, [])
        return int(line.split()[1]) if word == "EXISTS" else None

    async def logout(self) -> None:
        """Its answer is not waited for."""
        await self._wire.send(b"z LOGOUT\r\n")

    # the protocol

    async def _must(self, *words: str | bytes) -> list[Answer]:
        status, said, answers = await self._ask(*words)
        if status != "OK":
            raise self._refused(said, at_login=False)
        return answers

    async def _ask(self, *words: str | bytes, answers: list[str] | None = None) -> tuple[str, Said, list[Answer]]:
        left = list(answers or [])
        tag = await self._write(list(words), left)
        return await self._finish(tag, left)

    async def _write(self, words: list[str | bytes], _: list[str]) -> str:
        """Bytes travel as literals, each after the server's leave."""
        self._tag += 1
        tag, line = f"a{self._tag}", f"a{self._tag}"
        for word in words:
            if isinstance(word, str):
                line += f" {word}"
                continue
            await self._wire.send(f"{line} {{{len(word)}}}\r\n".encode())
            await self._leave(tag)
            await self._wire.send(word)
            line = ""
        await self._wire.send(f"{line}\r\n".encode())
        return tag

    async def _leave(self, tag: str) -> None:
        while True:
            line = await self._wire.line()
            if line.startswith(b"+"):
                return
            if line.startswith(tag.encode()):
                raise self._refused(_said(line)[1], at_login=self._wire.step is Step.LOGIN)

    async def _finish(self, tag: str, left: list[str]) -> tuple[str, Said, list[Answer]]:
        """Reads up to the tagged answer, and answers challenges with what is left to say."""
        answers: list[Answer] = []
        while len(answers) < MOST_ANSWERS:
            line = await self._wire.line()
            if line.startswith(b"+"):
                await self._wire.send(f"{left.pop(0) if left else '*'}\r\n".encode())
            elif line.startswith(f"{tag} ".encode()):
                return (*_said(line), answers)
            elif line.startswith(b"* "):
                answers.append(await self._whole(line))
                if answers[-1][0] == "BYE":
                    raise self._bye(line)
            else:
                raise self._wire.trouble(Kind.PROTOCOL, "the answer is no IMAP")
        raise self._wire.trouble(Kind.PROTOCOL, "the answer never ends")

    async def _untagged(self) -> Answer:
        line = await self._wire.line()
        if not line.startswith(b"* "):
            raise self._wire.trouble(Kind.PROTOCOL, "the answer is no IMAP")
        return await self._whole(line)

    async def _whole(self, line: bytes) -> Answer:
        """With its literals, which are marked in the line by a zero byte that no line may hold."""
        literals: list[bytes] = []
        line = line.replace(b"\0", b"")
        while (size := literal_size(line)) is not None:
            literals.append(await self._wire.exactly(size))
            line = line[: line.rindex(b"{")] + b"\0" + (await self._wire.line()).replace(b"\0", b"")
        words = line.split(b" ", 3)
        word = words[2] if len(words) > 2 and words[1].isdigit() else words[1]
        return word.decode("ascii", "replace").upper(), line, literals

    def _refused(self, said: Said, *, at_login: bool, by_token: bool = False) -> Exception:
        return self._wire.refusal(imap_meaning(said, at_login=at_login, by_token=by_token), said)

    def _bye(self, line: bytes) -> Exception:
        said = _said(line)[1]
        return self._wire.refusal(bye_meaning(said), said)


def _said(line: bytes) -> tuple[str, Said]:
    """(OK | NO | BAD | BYE, the rest with its response code taken off)."""
    _, status, text = (line.decode("utf-8", "replace") + "  ").split(" ", 2)
    found = CODE.match(text.strip())
    if found is None or found[1].upper() in ("ALERT", "WEBALERT"):  # these name no reason, the words do
        return status.upper(), Said(text.strip())
    rest = f"{found[3]} {found[2]}" if found[2] else found[3]
    return status.upper(), Said(rest.strip(), code=found[1].upper())


def _fetched(line: bytes, literals: list[bytes]) -> Fetched:
    values: list[Value] = parsed(line, literals)
    items = values[3] if len(values) > 3 and isinstance(values[3], list) else []
    pairs = {text_of(name).upper(): value for name, value in zip(items[::2], items[1::2], strict=False)}
    flags = pairs.get("FLAGS")
    body = next((value for name, value in pairs.items() if name.startswith("BODY[")), b"")
    return Fetched(
        int(text_of(pairs.get("UID", b"0"))),
        frozenset(text_of(flag) for flag in flags) if isinstance(flags, list) else frozenset(),
        body if isinstance(body, bytes) else b"",
        _moment(text_of(pairs.get("INTERNALDATE", b""))),
    )


def _moment(said: str) -> datetime | None:
    """As in ``" 1-Nov-2026 23:53:38 +0000"`` (RFC 9051 §9)."""
    try:
        return datetime.strptime(said.strip(), "%d-%b-%Y %H:%M:%S %z")
    except ValueError:
        return None
