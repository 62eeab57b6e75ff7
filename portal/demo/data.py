"""The demonstration's cast: invented centres and people; titles are public facts, marked where an example fills a gap."""

from datetime import date

PASSWORD = "Demo-CERES-2020!"

# name; department
CENTRES = (
    ("PARIS VAL DE MARNE FORMATIONS", "94"),
    ("INSTITUT DES MÉTIERS DE BERCY", "75"),
    ("CENTRE DE FORMATION DE LA VALLÉE", "94"),
    ("ATELIERS PROFESSIONNELS DU CANAL", "75"),
    ("ÉCOLE DE L’YVETTE ET DE L’ORGE RÉUNIES POUR LA FORMATION PROFESSIONNELLE DES ADULTES", "91"),
    ("FORMATIONS DU RHÔNE", "69"),
)

# Where, at what hour, and whom to call.
WHERE = ("12 rue des Écoles, 94000 Créteil", "08:30", "Camille Roux, 01 00 00 00 00")
TOLD = (
    *((n, "centre") for n in (224561, 224562, 224563, 224564, 224566, 224568, 224569, 224570, 224571, 224572, 224576, 224577)),
    *((n, "centre") for n in range(224581, 224588)),
    *((n, "autre-centre") for n in (224578, 224579)),
)

# Examples of titles past their expiry: one whose prolongation ended during the state of health emergency (and of a CCS; no
# session of the demonstration is on it), and one whose prolongation runs.
EXPIRED, PROLONGED = "TP-EX001", "TP-EX002"

ACCOUNTS = (
    ("centre@demo.example", "Camille Roux", "centre", 0),
    ("autre-centre@demo.example", "Dominique Lefort", "centre", 1),
    ("ud94@demo.example", "Sacha Morel", "ud", "94"),
    ("ud75@demo.example", "Alix Garnier", "ud", "75"),
    ("region-idf@demo.example", "Maxime Vidal", "region", "Île-de-France"),
    ("national@demo.example", "Dominique Petit", "national", None),
)

# Names that break software, then ordinary ones.
NAMES = (
    ("D’Aubigné", "Éloïse"),
    ("Nguyễn", "Thị Hương"),
    ("O’Brien-Müller", "Jean-Noël"),
    ("Sukarno", ""),
    ("Roux-de La Tour d’Auvergne de Montmorency-Beaumont de Castelnau", "Marie-Antoinette-Joséphine"),
    ("Sall", "Fatou"),
    ("Œrsted", "Søren"),
    ("Łukasiewicz", "Zbigniew"),
    ("de Souza", "João"),
    ("Bernard", "Inès"),
    ("Petit", "Noé"),
    ("Garcia", "Lucía"),
)
LAST = ("Martin", "Thomas", "Robert", "Richard", "Durand", "Dubois", "Moreau", "Laurent", "Simon", "Michel", "Lefèvre", "Benali")
FIRST = ("Léa", "Hugo", "Chloé", "Yanis", "Zoé", "Adam", "Anaïs", "Malik", "Maëlle", "Théo", "Aïcha", "Loïc")

# Where people were born: code INSEE, code postal, commune, country; of whoever has none, nothing is known yet.
BIRTHPLACES = (
    ("94028", "", "Créteil", ""), ("", "69003", "Lyon", ""), ("2A004", "", "Ajaccio", ""), ("", "", "Hanoï", "Vietnam"),
    ("97411", "", "Saint-Denis", ""), None,
)  # fmt: skip
WAYS = ("continue", "continue", "professionnalisation", "vae", "apprentissage")


def civil(last_name: str, born_on: date) -> tuple[str, ...]:
    """What the deposit asks of a candidate, in the order of the import's columns; of one in six, nothing yet."""
    drawn = born_on.toordinal()
    place = BIRTHPLACES[drawn % len(BIRTHPLACES)]
    if place is None:
        return ("",) * 8
    married = drawn % 9 == 0
    return (
        LAST[drawn % 12] if married else last_name[:60],
        last_name[:60] if married else "",
        "FM"[drawn % 2],
        *place,
        WAYS[drawn % 5],
    )


STARTS = tuple(
    date.fromisoformat(d)
    for d in (
        "2019-12-31", "2020-01-01", "2020-02-15", "2020-03-16", "2020-03-17", "2020-03-18",
        "2020-05-10", "2020-05-11", "2020-05-12", "2020-05-31", "2020-06-01",
    )
)  # fmt: skip
ENDS = tuple(
    date.fromisoformat(d)
    for d in (
        "2020-03-16", "2020-03-17", "2020-03-18", "2020-05-10", "2020-05-11", "2020-05-12",
        "2020-06-12", "2020-08-23", "2020-08-24", "2020-08-25",
    )
)  # fmt: skip
