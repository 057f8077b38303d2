"""The text part of a mail, made of its cleaned HTML: what a reader sees, and where its links lead. Pure."""

from html.parser import HTMLParser

PARAGRAPHS = frozenset({"p", "table", "ul", "ol", "dl", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "hr"})
LINES = frozenset({"div", "tr", "li", "br", "dt", "dd", "section", "article", "header", "footer", "center", "caption"})
LINES |= {"figure", "figcaption", "main", "aside"}
CELLS = frozenset({"td", "th"})


def to_text(clean: str) -> str:
    """``clean`` is what ``dress`` returns: HTML that no two parsers read differently."""
    reader = _Reader()
    reader.feed(clean)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line: list[str] = []  # its pieces, none of them empty
        self._kept = 0  # depth of <pre>
        self._hrefs: list[tuple[str, int]] = []  # where an open link leads, and where its words begin
        self._said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag)
        named = dict(attrs)
        if tag == "li":
            self._add("- ")
        elif tag in CELLS and self._line:
            self._add(" ")
        elif tag == "img":
            self._add(named.get("alt") or "")
        elif tag == "pre":
            self._kept += 1
        elif tag == "a":
            self._hrefs.append((named.get("href") or "", len(self._said)))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._hrefs:
            self._lead(*self._hrefs.pop())
        elif tag == "pre":
            self._kept -= 1
        if tag != "br":
            self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._kept:
            self._add(_joined(data))
            return
        first, *others = data.split("\n")
        self._add(first)
        for line in others:
            self._end_line()
            self._add(line)

    def text(self) -> str:
        """At most one empty line between paragraphs."""
        self._end_line()
        kept: list[str] = []
        for line in self._lines:
            if line or (kept and kept[-1]):
                kept.append(line)
        return "\n".join(kept).strip("\n")

    def _lead(self, href: str, since: int) -> None:
        """Anchors within the mail lead nowhere in a text; an address that is written out is not said twice."""
        words = "".join(self._said[since:]).strip()
        leads = href if not href.startswith(("mailto:", "tel:")) else href.partition(":")[2]
        if leads and not href.startswith("#") and leads != words:
            self._add(f" <{leads}>" if words else f"<{leads}>")

    def _break(self, tag: str) -> None:
        if tag == "br" or ((tag in LINES or tag in PARAGRAPHS) and self._line):
            self._end_line()
        if tag in PARAGRAPHS and self._lines and self._lines[-1]:
            self._end_line()

    def _end_line(self) -> None:
        self._lines.append("".join(self._line).rstrip())
        self._line = []

    def _add(self, words: str) -> None:
        if not self._kept and (not self._line or self._line[-1].endswith(" ")):
            words = words.lstrip(" ")
        if words:
            self._line.append(words)
            self._said.append(words)


def _joined(data: str) -> str:
    """As a browser runs blanks together; a no-break space is none of them."""
    words = " ".join(part for part in data.translate(_BLANKS).split(" ") if part)
    if not words:
        return " " if data else ""
    return (" " if data[0] in _BLANK else "") + words + (" " if data[-1] in _BLANK else "")


_BLANK = " \t\r\n\f"
_BLANKS = str.maketrans(dict.fromkeys(_BLANK, " "))
