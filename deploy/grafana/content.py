"""What do notes hold, and has that changed?"""

from deploy.grafana.model import INFO, TARGET, Board, Panel, selector, total

ENRICHED = total("notes_published_total", status="enriched")


def yesterday(metric: str, **labels: str) -> str:
    """The hour's sum of a counter a day ago, at the workers of that time."""
    return f"sum (increase({selector(metric, labels)}[1h] offset 1d) and on ({TARGET}) ({INFO} offset 1d))"


def drift(metric: str, **labels: str) -> str:
    """A counter for each note in the last hour, over that of the same hour of yesterday."""
    now = f"{total(metric, over='1h', **labels)} / {total('notes_published_total', over='1h', status='enriched')}"
    before = f"{yesterday(metric, **labels)} / {yesterday('notes_published_total', status='enriched')}"
    return f"({now}) / ({before})"


def share(name: str) -> str:
    """How many of a qualifier's decisions are yes."""
    return f"{total('qualified_total', name=name, value='true')} / {total('qualified_total', name=name)}"


UNLINKED = f"({total('unlinked_attributes_total')} + {total('relations_total')})"

ENTITIES = (
    Panel(
        1,
        "Entities by label",
        "Entities a second in published events.",
        "ops",
        {"{{label}}": total("entities_total", "label")},
        "stack",
    ),
    Panel(
        2,
        "Entities by language",
        "Entities a second in published events.",
        "ops",
        {"{{language}}": total("entities_total", "language")},
        "stack",
    ),
    Panel(
        3,
        "Entities in a note",
        "By label.",
        "short",
        {"{{label}}": f"{total('entities_total', 'label')} / on () group_left () {ENRICHED}"},
    ),
    Panel(
        4,
        "Links by type",
        "Links of drugs and attributes a second.",
        "ops",
        {"{{type}}": total("relations_total", "type")},
    ),
)

QUALITY = (
    Panel(
        5,
        "Share of attributes without a drug",
        "Unlinked attributes among all links and unlinked attributes.",
        "percentunit",
        {"unlinked": f"{total('unlinked_attributes_total')} / {UNLINKED}"},
        most=1,
        warn_above=0.4,
    ),
    Panel(
        6,
        "Attributes without a drug, by label",
        "A second.",
        "ops",
        {"{{label}}": total("unlinked_attributes_total", "label")},
        "stack",
    ),
    Panel(
        7,
        "Share of entities that are history",
        "Of all that the history qualifier has judged.",
        "percentunit",
        {"history": share("history")},
        most=1,
    ),
    Panel(
        8,
        "Share of the other qualifiers",
        "Of all that each has judged.",
        "percentunit",
        {name: share(name) for name in ("negation", "family", "hypothesis", "allergy")},
        most=1,
    ),
)

DRIFT = (
    Panel(
        9,
        "Entities a note against yesterday",
        "The last hour over the same hour of the day before; 1 is no change, below 0.5 is an alert.",
        "short",
        {"entities": drift("entities_total")},
        warn_below=0.5,
    ),
    Panel(
        10,
        "Drugs and history against yesterday",
        "As above: drugs a note, entities in history a note, unlinked attributes a note.",
        "short",
        {
            "drugs": drift("entities_total", label="DRUG"),
            "history": drift("qualified_total", name="history", value="true"),
            "unlinked": drift("unlinked_attributes_total"),
        },
    ),
)

BOARD = Board(
    "anamnesis-content",
    "Anamnesis: clinical content",
    "What do notes hold, and has that changed? Figures of how well it is read are in the documentation, not here.",
    {"Entities": ENTITIES, "Links and qualifiers": QUALITY, "Drift": DRIFT},
)
