"""What a listing leaves out or understates when it is told to; the same campaigns each time, and for every page."""

from mailwarden_sandbox.data.book import CampaignBook
from mailwarden_sandbox.data.columns import DATED, SMS
from mailwarden_sandbox.data.figures import Figures

LOSE_CAMPAIGNS, LOSE_FIGURES = "lose_campaigns", "lose_figures"
LOSSES = frozenset({LOSE_CAMPAIGNS, LOSE_FIGURES})
_SALT = 77


def lost_campaigns(book: CampaignBook, share: float) -> frozenset[int]:
    """So many of the e-mails with a date, one at the least."""
    if share <= 0:
        return frozenset()

    def make() -> list[int]:
        columns = book.columns
        dated = [i for i, kind in enumerate(columns.kind) if kind == DATED and columns.channel[i] != SMS]
        dated.sort(key=lambda i: book.draw(i, _SALT))
        return dated[: max(1, round(share * len(dated)))]

    return frozenset(book.listed((LOSE_CAMPAIGNS, share, len(book)), make))


def understated(figures: Figures, share: float) -> Figures:
    """What people did is told too small; what was sent and delivered is not."""
    if share <= 0:
        return figures
    kept = 1 - share
    return figures._replace(
        opened=int(figures.opened * kept),
        clicked=int(figures.clicked * kept),
        opens=int(figures.opens * kept),
        clicks=int(figures.clicks * kept),
    )
