"""What is taken over from a file on screen: whose duty it is, how its columns are called, and by which act of the command line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from portal.core.imports import Imported
from portal.features.candidates.importing import import_candidates
from portal.features.reference.approvals import import_approvals
from portal.features.reference.importing import import_centres, import_titles
from portal.features.sessions.importing import import_sessions
from portal.files.civil import CELLS
from portal.files.found import Found
from portal.rules.duties import Duty
from portal.rules.lifecycle import Status
from portal.store.work import Work

SIRET = "900 001 017 00012"


@dataclass(frozen=True)
class Kind:
    """One kind of file. `act`: takes its rows over, all or nothing, under the key of their form; `columns`: by its code, how a
    column is called on screen, `required` of them at least; `words`: by the code of a column, how
    the screen calls what a cell holds as a code; `example`: lines to begin with."""

    key: str
    duty: Duty
    act: Callable[[Work, Found, str], Imported]
    columns: Mapping[str, str]
    required: int
    example: Sequence[Sequence[str]]
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def model(self) -> Sequence[Sequence[str]]:
        """The example, head first."""
        return [list(self.columns.values())[: len(self.example[0])], *self.example]


ALL = (
    Kind(
        "centres",
        Duty.KEEP_CENTRES,
        lambda work, found, _key: import_centres(work, found),
        {
            "siret": "SIRET",
            "name": "nom",
            "department": "département",
            "address": "adresse",
            "email": "adresse électronique",
            "phone": "téléphone",
        },
        3,
        (
            (SIRET, "Centre de formation de Créteil", "94", "12 rue des Écoles, 94000 Créteil", "contact@exemple.fr", "01 02 03 04 05"),
            ("900 001 025 00015", "Centre de formation de Paris", "75", "", "", ""),
        ),
    ),
    Kind(
        "titres",
        Duty.KEEP_TITLES,
        lambda work, found, _key: import_titles(work, found),
        {
            "code": "code",
            "decree_version": "arrêté du",
            "label": "intitulé",
            "level": "niveau",
            "certificates": "certificats",
            "expires_on": "échéance",
            "extension_months": "mois de prolongation",
            "rncp_code": "code RNCP",
        },
        5,
        (
            ("TP-01303", "20/04/2016", "Enseignant de la conduite", "5", "Former|Sensibiliser|CCS: Deux-roues", "19/04/2021", "12", "RNCP31127"),
            ("TP-00411", "04/03/2019", "Conducteur de car", "3", "Conduire", "", "", ""),
        ),
    ),
    Kind(
        "agrements",
        Duty.KEEP_APPROVALS,
        lambda work, found, _key: import_approvals(work, found),
        {"number": "numéro", "siret": "SIRET", "title": "titre", "valid_from": "valable du", "valid_to": "au"},
        5,
        (("AG-2020-001", SIRET, "TP-01303", "01/01/2020", "19/04/2021"),),
    ),
    Kind(
        "sessions",
        Duty.TAKE_OVER,
        lambda work, found, key: import_sessions(work, found, key=key),
        {
            "id": "numéro",
            "siret": "SIRET",
            "title": "titre",
            "kind": "type",
            "starts_on": "date de début",
            "ends_on": "date de fin",
            "status": "statut",
            "actual_end_on": "date réelle de fin",
            "planned_end_on": "fin prévue",
            "postponed_by": "mesure",
        },
        8,
        (
            ("300001", SIRET, "TP-01303", "titre", "14/09/2020", "18/09/2020", Status.PREPARATION.label, ""),
            ("", SIRET, "TP-01303", "ccp", "02/03/2020", "06/03/2020", Status.RESULTS.label, ""),
        ),
        {"status": {status.value: status.label for status in Status}},
    ),
    Kind(
        "candidats",
        Duty.TAKE_OVER,
        lambda work, found, _key: import_candidates(work, found),
        {
            "session": "session",
            "last_name": "nom",
            "first_name": "prénom",
            "born_on": "date de naissance",
            "email": "adresse électronique",
            **{name: cell.heading for name, cell in CELLS.items()},
        },
        4,
        (
            ("300001", "D’Aubigné", "Éloïse", "04/11/1995", "eloise.daubigne@exemple.fr"),
            ("300001", "Nguyễn", "Thị Hương", "23/02/1988", ""),
        ),
    ),
)  # fmt: skip
KINDS: Mapping[str, Kind] = {kind.key: kind for kind in ALL}
