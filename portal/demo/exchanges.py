"""What people of the demonstration wrote to each other: requests, answers, and the first letter of information."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from portal.demo.data import EXPIRED
from portal.features.communication.letters import NewLetter, publish
from portal.features.requests.actions import Made, ask_expired, ask_postponement, refuse
from portal.rules.lifecycle import Status
from portal.store.places import centre
from portal.store.sessions import exam_session
from portal.store.titles import approval, title
from portal.store.work import Work

At = Callable[..., Work]

# The newsletter of 15 June 2020, in words of our own.
LETTER = NewLetter(
    "La version 1.9 est en ligne : les sessions du confinement",
    """\
La version 1.9 du portail est mise en ligne le **lundi 15 juin 2020, entre 12 h et 15 h** : il n’est pas utilisable pendant ce temps.

## Ce que la mesure a changé

Les centres étaient fermés du 17 mars au 11 mai 2020. Sans rien vous demander, un traitement a donc :

- annulé les sessions restées « En préparation » qui devaient finir au plus tard le 17 mars ;
- reporté au **24 août 2020** la fin des sessions actives qui tombaient pendant le confinement, ou qui commençaient avant le 31 mai.

Les sessions qui commencent à partir du 1er juin ne changent pas.

## Ce que vous avez à faire

1. Sur chaque session reportée, saisissez la **date réelle de fin** avant les résultats. Le portail vous le demande avant de valider.
2. Vérifiez cette date : une fois les résultats enregistrés, seule votre UD peut encore les corriger, et rien d’autre.

## Si une session à venir doit être déplacée

Tant qu’elle est « En préparation », changez vous-même ses dates. Ensuite, ouvrez-la et choisissez **Demander un report** : votre UD répond dans le portail.

Pour un titre échu dont la prolongation a pris fin pendant l’état d’urgence sanitaire, choisissez **Demander une session sur un titre échu** dans « Demandes ».
""",
    (),
    (),
    number=13,
)


def write(at: At, today: date) -> None:
    publish(at(today, "national@demo.example", 8), LETTER, "demonstration")
    main, other = at(today, "centre@demo.example", 8), at(today, "autre-centre@demo.example", 8)
    with main.db.reading() as conn:
        mine, theirs = (_movable(conn, work.actor.centre_id or 0, today) for work in (main, other))
    days: dict[str, Any] = {"starts_on": date(2020, 7, 20), "ends_on": date(2020, 7, 24)}
    reasons = ("La salle d’examen reste fermée jusqu’au 10 juillet.", "Deux candidats sont en quarantaine.")
    for i, ((number, version), reason) in enumerate(zip(mine[:2], reasons, strict=False)):
        ask_postponement(main, number, version, reason=reason, key=f"demonstration-{i}", **days)
    for i, (number, version) in enumerate(theirs[:2]):
        made = ask_postponement(other, number, version, reason=reasons[i], key=f"demonstration-{i}", **days)
        if i and isinstance(made, Made):
            refuse(at(today, "ud75@demo.example", 8), made.request_id, "Le jury n’est pas disponible en juillet.")
    with main.db.reading() as conn:
        held = conn.execute(
            select(approval.c.number, title.c.id)
            .join(title, title.c.id == approval.c.title_id)
            .join(centre, centre.c.id == approval.c.centre_id)
            .where(title.c.code == EXPIRED, centre.c.id == main.actor.centre_id)
        ).first()
    if held:
        ask_expired(
            main, title_id=held.id, approval_number=held.number, lockdown_cause=True, registered=True, key="demonstration-e", **days,
            reason="La session prévue du 20 au 24 avril n’a pas pu se tenir : le centre était fermé.",
        )  # fmt: skip


def _movable(conn: Connection, centre_id: int, today: date) -> Sequence[tuple[int, int]]:
    """The sessions of `cases.asked`: number and version."""
    rows = conn.execute(
        select(exam_session.c.id, exam_session.c.version)
        .where(
            exam_session.c.centre_id == centre_id,
            exam_session.c.id.between(224576, 224579),
            exam_session.c.starts_on > today,
            exam_session.c.status.in_([Status.DTE_REQUESTED.value, Status.CONVOKED.value]),
        )
        .order_by(exam_session.c.id)
        .limit(2)
    )
    return [(row.id, row.version) for row in rows]
