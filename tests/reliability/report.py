"""docs/reliability.md: one line per row, of the last run that played it. The words above it stand in report.md here."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.reliability.row import Outcome
from tests.reliability.rows import ROWS
from tests.support.database import ROOT

PATH = ROOT / "docs" / "reliability.md"
WORDS = Path(__file__).with_name("report.md")
COLUMNS = (
    *("row", "fault", "what must hold", "N", "violations", "bound 3/N", "control noticed", "figures"),
    *("seconds", "scale", "seed"),
)


def line(outcome: Outcome, scale: float, seed: int) -> str:
    found, row = outcome.found, outcome.row
    cells = (
        *(row.id, row.title, row.demand, str(found.n), str(len(found.violations))),
        f"{found.bound:.2%}" if found.bound else "–",
        f"{len(row.noticed(outcome.control))}/{outcome.control.n}",
        "; ".join(f"{name}: {value:.4g}" for name, value in found.figures.items()),
        *(f"{outcome.seconds:.0f}", f"{scale:g}", str(seed)),
    )
    return "| " + " | ".join(cells) + " |"


def kept(text: str) -> dict[str, str]:
    """The lines of the rows that were told before, by row."""
    lines = (one for one in text.splitlines() if one.startswith("| "))
    return {one.split("|")[1].strip(): one for one in lines}


def told(lines: Mapping[str, str]) -> str:
    """Rows that were never played are named too."""
    head = ["| " + " | ".join(COLUMNS) + " |", "|---" * len(COLUMNS) + "|"]
    played = [lines[row.id] for row in ROWS if row.id in lines]
    missing = ", ".join(row.id for row in ROWS if row.id not in lines)
    return "\n".join([WORDS.read_text(), *head, *played, "", f"Not played yet: {missing or 'none'}."]) + "\n"


def write(outcomes: Iterable[Outcome], scale: float, seed: int) -> Path:
    before = kept(PATH.read_text()) if PATH.exists() else {}
    PATH.write_text(told(before | {one.row.id: line(one, scale, seed) for one in outcomes}))
    return PATH
