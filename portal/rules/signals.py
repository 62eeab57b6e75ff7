"""Signals for those who supervise: what is worth a question, with its thresholds. A signal accuses nobody."""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt


class Signal(StrEnum):
    END_IS_START = "fin_egale_debut"
    END_IS_POSTPONED = "fin_egale_report"
    IN_LOCKDOWN = "fin_pendant_confinement"
    EARLY = "resultats_avant_la_fin"
    HASTY = "resultats_aussitot"
    RATE = "taux_de_reussite"
    PAIR = "binome_de_jury"
    CORRECTIONS = "corrections_nombreuses"
    LATE = "convocations_tardives"
    DECLINED = "jury_decline"
    INCIDENTS = "incidents"
    MINUTES_LATE = "pv_en_retard"
    ATTENDANCE = "presences_et_resultats"


LABELS = {
    Signal.END_IS_START: "Fin réelle égale au début",
    Signal.END_IS_POSTPONED: "Fin réelle égale à la date reportée",
    Signal.IN_LOCKDOWN: "Fin réelle pendant le confinement",
    Signal.EARLY: "Résultats avant le dernier jour",
    Signal.HASTY: "Résultats aussitôt après la date réelle",
    Signal.RATE: "Taux de réussite éloigné",
    Signal.PAIR: "Même binôme de jury",
    Signal.CORRECTIONS: "Corrections nombreuses",
    Signal.LATE: "Convocations tardives",
    Signal.DECLINED: "Jury qui ne viendra pas",
    Signal.INCIDENTS: "Incidents à l’examen",
    Signal.MINUTES_LATE: "Procès-verbal en retard",
    Signal.ATTENDANCE: "Présences et résultats contraires",
}
# What each one asks, in words that ask.
QUESTIONS = {
    Signal.END_IS_START: "La session a-t-elle vraiment tenu en un jour ?",
    Signal.END_IS_POSTPONED: "L’examen a-t-il vraiment fini ce jour-là, ou la date reportée a-t-elle été recopiée ?",
    Signal.IN_LOCKDOWN: "L’examen a-t-il pu se tenir alors que les centres étaient fermés ?",
    Signal.EARLY: "Les résultats étaient-ils déjà délibérés ?",
    Signal.HASTY: "La date réelle a-t-elle été vérifiée avant la saisie ?",
    Signal.RATE: "Qu’est-ce qui explique cet écart : les candidats, la préparation, l’évaluation ?",
    Signal.PAIR: "D’autres membres habilités sont-ils disponibles ?",
    Signal.CORRECTIONS: "D’où viennent les erreurs de saisie ?",
    Signal.LATE: "Les candidats ont-ils eu le temps de se préparer ?",
    Signal.DECLINED: "Un remplaçant habilité est-il trouvé avant l’examen ?",
    Signal.INCIDENTS: "Les épreuves se sont-elles tenues dans les mêmes conditions pour tous ?",
    Signal.MINUTES_LATE: "Le jury a-t-il signé, et qu’est-ce qui retarde le dépôt ?",
    Signal.ATTENDANCE: "Qu’est-ce qui est juste : les présences notées, ou le résultat ?",
}

HASTY_MINUTES = 5  # less than so many between the real end date and the results
LEAST_EXAMINED = 10  # candidates, before a rate says anything
PAIR_SESSIONS = 5  # together on so many sessions of a year
CORRECTIONS = 3  # on one session
NOTICE_DAYS = 7  # convocations sent less than so many days before the start
INCIDENTS = 1  # on one session
CONTRARY = 1  # candidates of one session whose result says other than who was there
Z_95 = 1.959964  # the 97.5th percentile of the normal distribution


@dataclass(frozen=True)
class Interval:
    """A proportion lies here with 95 % confidence (Wilson, 1927); both between 0 and 1."""

    low: float
    high: float

    def holds(self, rate: float) -> bool:
        """Whether `rate`, between 0 and 1, lies within."""
        return self.low <= rate <= self.high


def wilson(successes: int, examined: int) -> Interval:
    """Wilson's score interval of `successes` among `examined` (at least one)."""
    if not 0 <= successes <= examined or examined < 1:
        raise ValueError("successes among examined")
    p, n, z = successes / examined, examined, Z_95
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def far(successes: int, examined: int, national: float) -> bool:
    """Whether a centre's rate differs from the title's national rate by more than its size explains."""
    return examined >= LEAST_EXAMINED and not wilson(successes, examined).holds(national)
