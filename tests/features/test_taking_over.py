"""Sessions that a measure had moved elsewhere come in as such, and go out again to the byte."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import true

from portal.features.measures.actions import Applied, CannotRevert, NothingToChange, apply, revert
from portal.features.measures.catalogue import find
from portal.features.measures.writing import keep
from portal.features.postponements.actions import postpone
from portal.features.sessions.exporting import rows
from portal.features.sessions.importing import COLUMNS, import_sessions
from portal.features.standing.checking import verify
from portal.files.cells import lines
from portal.files.errors import BadFile
from portal.store.audit import audit_event
from tests.features.test_workshop import SHIFT
from tests.support.world import World

HEAD = "id;siret;title;kind;starts_on;ends_on;status;actual_end_on;planned_end_on;postponed_by"
MOVED = "20/04/2020;confinement-2020"


@pytest.fixture
def w(world: World) -> Iterator[World]:
    yield world
    world.close()


def take_over(w: World, *sessions: str, head: str = HEAD) -> None:
    """Each session from its dates on: « 02/03/2020;24/08/2020;convocations_envoyees;;20/04/2020;confinement-2020 »."""
    found = [f"{i};{w.sirets[0]};TP-01303;titre;{session}" for i, session in enumerate(sessions, 1)]
    import_sessions(w.operator(), "\n".join([head, *found, ""]).encode())


def exported(w: World) -> str:
    with w.db.snapshot() as conn:
        return "".join(lines(COLUMNS, rows(conn, true())))


def comes_back(w: World, text: str) -> str:
    """What is exported of the sessions of this export, taken over under other numbers."""
    import_sessions(w.operator(), re.sub(r"(?m)^(?=[0-9]+;)", "100", text).encode())
    head, *found = exported(w).splitlines(keepends=True)
    return head + "".join(line.removeprefix("100") for line in found if line.startswith("100"))


def test_what_a_measure_moved_goes_out_and_comes_back_to_the_byte(w: World) -> None:
    take_over(
        w,
        f"02/03/2020;24/08/2020;convocations_envoyees;;{MOVED}",
        "02/03/2020;24/08/2020;resultats_saisis;15/06/2020;24/08/2020;confinement-2020",
        "02/03/2020;24/08/2020;en_preparation;;02/03/2020;confinement-2020",
        "22/06/2020;26/06/2020;en_preparation;;;",
    )
    first = exported(w)
    assert first.splitlines()[0] == HEAD and f"convocations_envoyees;;{MOVED}" in first and first.splitlines()[4].endswith(";;;")
    assert comes_back(w, first) == first


def test_what_our_own_run_moved_goes_round_too_starts_included(w: World) -> None:
    w.session(1, "20/06/2020", "26/06/2020", candidates=0)
    w.session(2, "02/03/2020", "20/04/2020", candidates=0)
    keep(w.as_("national"), SHIFT.replace("jours = 14", "jours = 30"))
    with w.db.reading() as conn:
        shift = find("greve", conn)
    apply(w.as_("national"), *shift)
    w.measure()
    first = exported(w)
    assert ";20/07/2020;26/07/2020;convocations_envoyees;;26/06/2020;greve" in first, "the planned end lies before the start"
    assert comes_back(w, first) == first


def test_dates_that_somebody_set_since_still_go_round(w: World) -> None:
    take_over(w, f"16/06/2020;24/08/2020;convocations_envoyees;;{MOVED.replace('20/04', '20/06')}")
    postpone(w.as_("ud94"), 1, w.get(1).version, starts_on=date(2020, 9, 7), ends_on=date(2020, 9, 11), reason="Salle")
    first = exported(w)
    assert ";07/09/2020;11/09/2020;convocations_envoyees;;11/09/2020;confinement-2020" in first
    assert comes_back(w, first) == first


def test_the_two_columns_may_be_left_out(w: World) -> None:
    take_over(w, "02/03/2020;20/04/2020;convocations_envoyees;", head=HEAD.removesuffix(";planned_end_on;postponed_by"))
    assert not w.get(1).postponed and w.scalar("SELECT count(*) FROM measure_run") == 0


@pytest.mark.parametrize("column", ["planned_end_on", "postponed_by"])
def test_one_of_the_two_columns_alone_is_refused(w: World, column: str) -> None:
    head = f"{HEAD.removesuffix(';planned_end_on;postponed_by')};{column}"
    with pytest.raises(BadFile) as refused:
        take_over(w, "02/03/2020;24/08/2020;convocations_envoyees;;20/04/2020", head=head)
    assert [(e.line, "vont ensemble, ou aucune" in e.message) for e in refused.value.errors] == [(1, True)]


@pytest.mark.parametrize(
    ("planned", "key", "said"),
    [
        ("20/04/2020", "inconnue", "la mesure « inconnue » est inconnue (connues : confinement-2020)"),
        ("20/04/2020", "", "postponed_by : la mesure qui a déplacé cette fin manque"),
        ("", "confinement-2020", "planned_end_on : la fin d’avant la mesure manque"),
        ("25/08/2020", "confinement-2020", "planned_end_on : la fin d’avant la mesure suit la date de fin"),
        ("01/03/2020", "confinement-2020", "planned_end_on : la fin d’avant la mesure précède la date de début"),
        ("31/02/2020", "confinement-2020", "n’existe pas au calendrier"),
    ],
)
def test_what_is_wrong_of_it_stands_on_its_line(w: World, planned: str, key: str, said: str) -> None:
    with pytest.raises(BadFile) as refused:
        take_over(w, f"02/03/2020;24/08/2020;verrouillee;;{MOVED}", f"02/03/2020;24/08/2020;verrouillee;;{planned};{key}")
    assert [e.line for e in refused.value.errors] == [3] and said in refused.value.errors[0].message
    assert w.scalar("SELECT count(*) FROM exam_session") == w.scalar("SELECT count(*) FROM measure_run") == 0


def test_it_is_automatically_postponed_in_every_respect(w: World) -> None:
    take_over(w, f"02/03/2020;24/08/2020;convocations_envoyees;;{MOVED}", f"02/03/2020;24/08/2020;verrouillee;15/06/2020;{MOVED}")
    s = w.get(1)
    assert (s.postponed, s.facts.moved_by, s.planned_end_on, s.postponed_case) == (
        True,
        "confinement-2020",
        date(2020, 4, 20),
        "",
    )
    page = w.browser("centre").get("/sessions/1").text
    assert "Reportée par la mesure « confinement 2020 » avant que la session soit reprise ici" in page
    assert "sa fin était prévue le 20/04/2020" in " ".join(page.split()) and ", cas" not in page
    told = "La mesure « confinement-2020 » avait déjà reporté sa fin, prévue le 20/04/2020."
    assert told in w.browser("centre").get("/sessions/1/historique").text
    assert w.browser("centre").post("/sessions/1/resultats", version=s.version, action="valider").status_code == 403
    with w.db.snapshot() as conn:
        assert verify(conn, w.db.audit_key).broken is None


def test_one_run_a_measure_stands_for_it_and_is_never_taken_back(w: World) -> None:
    keep(w.as_("national"), SHIFT)
    moved = f"02/03/2020;24/08/2020;convocations_envoyees;;{MOVED}"
    take_over(w, moved, moved, "04/07/2020;10/07/2020;convocations_envoyees;;26/06/2020;greve")
    with w.db.reading() as conn:
        runs = conn.exec_driver_sql("SELECT measure_key, touched, taken_over FROM measure_run ORDER BY id").all()
    assert [(r.measure_key, r.touched, bool(r.taken_over)) for r in runs] == [("confinement-2020", 2, True), ("greve", 1, True)]
    refused = revert(w.as_("national"), 1)
    assert isinstance(refused, CannotRevert) and "est une reprise" in refused.reason
    b = w.browser("national")
    assert "reprise : déplacées ailleurs par cette mesure" in b.get("/mesures").text and "(reprise)" in b.get("/").text
    page = b.get("/mesures/passages/1").text
    assert "2 sessions reprises, que la mesure avait déjà déplacées ailleurs" in page and "Annuler l’application" not in page
    assert "<dt>94 Val-de-Marne</dt><dd>2</dd>" in page
    assert "est une reprise" in b.get("/mesures/passages/1/reprise").text
    assert b.post("/mesures/passages/1/reprise", number="0").status_code == 303
    assert w.get(1).postponed


def test_the_measure_that_moved_it_elsewhere_does_not_move_it_again(w: World) -> None:
    keep(w.as_("national"), SHIFT)
    take_over(
        w,
        "25/06/2020;30/06/2020;convocations_envoyees;;26/06/2020;greve",
        "25/06/2020;30/06/2020;convocations_envoyees;;;",
    )
    with w.db.reading() as conn:
        shift = find("greve", conn)
    done = apply(w.as_("national"), *shift)
    assert isinstance(done, Applied) and done.plan.touched == 1
    assert (w.get(1).starts_on, w.get(2).starts_on) == (date(2020, 6, 25), date(2020, 7, 9))
    assert isinstance(apply(w.as_("national"), *shift), NothingToChange)


def test_the_trail_tells_who_moved_it(w: World) -> None:
    take_over(w, f"02/03/2020;24/08/2020;convocations_envoyees;;{MOVED}", "02/03/2020;20/04/2020;convocations_envoyees;;;")
    with w.db.reading() as conn:
        told = [row.after for row in conn.execute(audit_event.select().where(audit_event.c.action == "imported").order_by("id"))]
    assert '"postponed_by":"confinement-2020"' in told[0] and "postponed_by" not in told[1]
