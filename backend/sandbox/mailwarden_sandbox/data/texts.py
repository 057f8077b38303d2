"""Names and subjects, some of them in scripts that break careless exports."""

_OCCASIONS = (
    "Spring sale", "Summer edit", "Back to school", "Autumn news", "Black week", "Winter clearance", "New arrivals",
    "Members' hour", "Product update", "Monthly digest", "Restock alert", "Anniversary", "Customer stories",
    "Event invite",
)  # fmt: skip
_AUDIENCES = ("all subscribers", "new customers", "loyal customers", "lapsed customers", "DACH", "Nordics", "wholesale")
_SUBJECTS = (
    "What is new this week", "Only until Sunday: 20 % off", "Your order history, wrapped", "Frühling ist da 🌷",
    "Nouveautés de la saison", "¿Listos para el verano?", "新商品のお知らせ", "Rabatt på allt, i dag",
    "=A1 is not a formula, it's a sale",
    "A note, with \"quotes\", commas; and more", "Back in stock: your favourites", "Скидки недели", "עדכון חודשי",
)  # fmt: skip


def campaign_name(draw: int, index: int) -> str:
    return f"{_OCCASIONS[draw % len(_OCCASIONS)]} {index + 1:04d} ({_AUDIENCES[(draw >> 20) % len(_AUDIENCES)]})"


def campaign_subject(draw: int) -> str:
    return _SUBJECTS[draw % len(_SUBJECTS)]
