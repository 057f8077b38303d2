"""Settings that a domain publishes for mail programs (Mozilla's autoconfig, ``config-v1.1.xml``), read as hostile."""

from dataclasses import dataclass, field
from xml.parsers import expat

from mailwarden.providers.imap.servers import Security, Server

MOST_BYTES = 64 * 1024
DEEPEST = 12
SECURITY: dict[str, Security] = {"ssl": "tls", "starttls": "starttls"}  # plain text is not taken over


class NotAutoconfig(ValueError):
    """No settings that we could use."""


@dataclass(frozen=True, slots=True)
class Published:
    imap: Server
    smtp: Server
    username: str  # with %EMAILADDRESS%, %EMAILLOCALPART%, %EMAILDOMAIN% filled in
    label: str | None


@dataclass(slots=True)
class _Entry:
    kind: str
    fields: dict[str, str] = field(default_factory=dict)


class _Reader:
    """Collects the servers; declarations of types or entities end the reading, so nothing can expand or be fetched."""

    def __init__(self) -> None:
        self.servers: list[_Entry] = []
        self.label: str | None = None
        self._path: list[str] = []
        self._text = ""
        self._parser = expat.ParserCreate(namespace_separator=None)
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse

    def read(self, body: bytes) -> None:
        if len(body) > MOST_BYTES:
            raise NotAutoconfig("too large")
        try:
            self._parser.Parse(body, True)
        except expat.ExpatError as exc:
            raise NotAutoconfig("no XML") from exc

    def _refuse(self, *_: object) -> None:
        raise NotAutoconfig("declares a document type")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        if len(self._path) > DEEPEST:
            raise NotAutoconfig("too deep")
        self._text = ""
        if name in ("incomingServer", "outgoingServer"):
            self.servers.append(_Entry(attributes.get("type", "")))

    def _data(self, text: str) -> None:
        self._text += text

    def _end(self, name: str) -> None:
        text, parent = self._text.strip(), self._path[-2] if len(self._path) > 1 else ""
        if parent in ("incomingServer", "outgoingServer") and self.servers:
            self.servers[-1].fields.setdefault(name, text)
        elif name == "displayName" and parent == "emailProvider":
            self.label = text[:100] or None
        self._path.pop()
        self._text = ""


def read_autoconfig(body: bytes, address: str) -> Published:
    """Raises NotAutoconfig."""
    reader = _Reader()
    reader.read(body)
    imap, username = _first(reader.servers, "imap", address)
    smtp, _ = _first(reader.servers, "smtp", address)
    return Published(imap, smtp, username or address, reader.label)


def _first(entries: list[_Entry], kind: str, address: str) -> tuple[Server, str]:
    """The first protected one: they come in the order of preference."""
    for entry in entries:
        security = SECURITY.get(entry.fields.get("socketType", "").lower())
        host, port = _filled(entry.fields.get("hostname", ""), address).lower(), entry.fields.get("port", "")
        if entry.kind == kind and security and _is_host(host) and port.isdecimal() and 0 < int(port) < 65536:
            return Server(host, int(port), security), _filled(entry.fields.get("username", ""), address)
    raise NotAutoconfig(f"no protected {kind} server")


def _is_host(text: str) -> bool:
    return 0 < len(text) <= 253 and all(char.isalnum() or char in ".-" for char in text)


def _filled(text: str, address: str) -> str:
    local, _, domain = address.rpartition("@")
    for name, value in (("EMAILADDRESS", address), ("EMAILLOCALPART", local), ("EMAILDOMAIN", domain)):
        text = text.replace(f"%{name}%", value)
    return text[:320]
