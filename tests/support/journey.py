"""From wherever a session is to its end, by people who do what their page says, and nothing else."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from portal.demo.signed import signed_minutes
from portal.rules.french import day, parse_day
from tests.support.hands import Hands

CENTRE = "centre"
MOST = 25
# What each button of a next step promises of the session.
AFTER = {
    "Demander le DTE": "Demande de DTE envoyée",
    "Envoyer le DTE": "DTE envoyé",
    "Envoyer les convocations": "Convocations envoyées",
    "Convoquer de nouveau": "Convocations envoyées",
    "Verrouiller la session": "Verrouillée",
}
ENTERED = (
    "Saisissez la date réelle de fin de session",
    "Saisissez les résultats",
    "Vérifiez la date réelle de fin",
    "Déposez le procès-verbal signé",
)
LACKS = ("Inscrire les candidats", "Choisir le jury", "Indiquer les jours d’examen", "Compléter les informations pratiques")
QUESTION = "Êtes-vous sûr d’avoir saisi la date RÉELLE de fin de session ?"


@dataclass
class Journey:
    """`people`: the centre, and each unit by its name on the pages; `exam_in`: after how many days its centre plans an exam."""

    number: int
    people: Mapping[str, Hands]
    today: date
    pass_days: Callable[[date], None]
    exam_in: int = 7
    who: str = CENTRE
    promised: str = ""
    walked: list[str] = field(default_factory=list)

    @property
    def hands(self) -> Hands:
        return self.people[self.who]

    def go(self, to: str = "Verrouillée") -> list[str]:
        """To this status; who read what on the way, and what it led to."""
        stays = False  # the session is as everybody's page says
        for _ in range(MOST):
            if not stays:
                self.hands.open(f"/sessions/{self.number}")
            status = self.hands.status()
            assert self.promised in ("", status), f"{self.walked[-1]}, and then it is {status}"
            self.promised = ""
            if status == to:
                return self.walked
            if not stays:
                self._look_on()
            was = self.who
            self._hop(self.hands.heading())
            stays = self.who != was
        raise AssertionError(f"it does not end: {self.walked}")

    def _look_on(self) -> None:
        """Whoever is not at it reads whose turn it is, or until when there is nothing to do."""
        for name, hands in self.people.items():
            if name != self.who:
                hands.open(f"/sessions/{self.number}")
                said, own = hands.block(), {*AFTER, *LACKS, *ENTERED} & {hands.heading(), *hands.offers()}
                told = own or ("UD" if name == CENTRE else "centre") in said
                assert told, f"{name} does not read whose turn it is: {said}"

    def _hop(self, heading: str) -> None:
        offered = self.hands.offers()
        act = next((words for words in AFTER if words in offered), "")
        lack = next((words for words in LACKS if words in offered), "")
        if "Vérifier le procès-verbal" in offered:
            self._check_minutes(heading)
        elif act:
            self._act(heading, act)
        elif lack:
            self._complete(heading, lack)
        elif heading in ENTERED:
            enters = (self._real_end, self._enter_results, self._check_real_end, self._deposit)
            enters[ENTERED.index(heading)](heading)
        elif until := re.search(r"jusqu’au (\d\d/\d\d/\d{4})", heading):
            self._wait(heading, until[1])
        else:
            self._ask_others(heading)

    def _note(self, heading: str, done: str) -> None:
        self.walked.append(f"{self.who} : {heading} → {done}")

    def _act(self, heading: str, act: str) -> None:
        self.hands.press(act)
        self.promised = AFTER[act]
        self._note(heading, self.promised)

    def _complete(self, heading: str, lack: str) -> None:
        """What is missing, behind the link that leads to it."""
        self.hands.press(lack)
        filled = (self._enrol, self._seat, self._state_days, self._tell_where)
        filled[LACKS.index(lack)]()
        self._note(heading, lack)

    def _enrol(self) -> None:
        self.hands.fill("Nom", "Nguyễn")
        self.hands.fill("Prénom", "Thị Hương")
        self.hands.fill("Date de naissance", "1988-02-23")
        self.hands.press("Ajouter le candidat")

    def _seat(self) -> None:
        for _ in range(2):
            self.hands.pick("Membre habilité")
            self.hands.press("Ajouter au jury")

    def _state_days(self) -> None:
        first = self.today + timedelta(self.exam_in)
        self.hands.fill("Premier jour", first.isoformat())
        self.hands.fill("Dernier jour", first.isoformat())
        self.hands.fill("Heure de convocation", "08:30")
        self._save("Enregistrer les jours d’examen")

    def _tell_where(self) -> None:
        self.hands.fill("Lieu", "12 rue des Écoles, 94000 Créteil")
        self.hands.fill("Heure de convocation", "08:30")
        self.hands.fill("Responsable de session", "Camille Roux, 01 00 00 00 00")
        self._save("Enregistrer")

    def _save(self, words: str) -> None:
        """What is unlikely about a date is asked once more; whoever is sure says so."""
        self.hands.press(words)
        if "Rien n’est encore enregistré" in self.hands.words():
            self.hands.press("Oui, c’est la bonne date")

    def _real_end(self, heading: str) -> None:
        self.hands.fill("Date réelle de fin de session", self.today.isoformat())
        self._save("Enregistrer la date réelle")
        assert f"Date réelle de fin enregistrée : {day(self.today)}" in self.hands.words()
        self._note(heading, "Enregistrer la date réelle")

    def _enter_results(self, heading: str) -> None:
        self.hands.press("Saisir les résultats")
        moved = "merci de saisir les dates RÉELLES" in self.hands.words()
        self.hands.tick_each("Titre obtenu" if "Titre obtenu" in self.hands.words() else "Acquis")
        self.hands.press("Valider la saisie des résultats")
        if moved:
            assert QUESTION in self.hands.words()
            self.hands.press("Oui, valider les résultats")
        self.promised = "Résultats saisis"
        self._note(heading, self.promised)

    def _check_real_end(self, heading: str) -> None:
        self.hands.press("Marquer comme vérifiée")
        self.hands.fill("Ce que vous avez vérifié", "Le responsable le confirme.")
        self.hands.press("Marquer comme vérifiée")
        self._note(heading, "vérifiée")

    def _deposit(self, heading: str) -> None:
        self.hands.press("Déposer le procès-verbal")
        self.hands.give("Procès-verbal signé (PDF)", signed_minutes(self.number))
        self.hands.press("Déposer le procès-verbal")
        assert "Procès-verbal déposé." in self.hands.words()
        self._note(heading, "déposé")

    def _check_minutes(self, heading: str) -> None:
        self.hands.press("Vérifier le procès-verbal")
        self.hands.press("PV vérifié")
        self._note(heading, "PV vérifié")

    def _wait(self, heading: str, until: str) -> None:
        later = parse_day(until)
        assert later and later > self.today, f"told to wait for a day that is here: {self.hands.block()}"
        self.today = later
        self.pass_days(later)
        self._note(heading, until)

    def _ask_others(self, heading: str) -> None:
        """Whoever has nothing to do is told whose turn it is."""
        said = self.hands.block()
        unit = re.search(r"UD \d\d", said)
        turn = unit[0] if unit and self.who == CENTRE else CENTRE if "Le centre doit" in said else ""
        assert turn in self.people, f"{self.who} is not told whose turn it is: {said}"
        self._note(heading, turn)
        self.who = turn
