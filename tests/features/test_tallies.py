"""The sums that the database keeps are those of its rows, after all that people do; the figures are made of them, to the day."""

from collections import Counter
from datetime import date
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import ColumnElement, func, select, text

from portal.features.figures.queries import figures
from portal.features.figures.sums import Asked
from portal.rules.lifecycle import Status
from portal.store.candidates import result
from portal.store.sessions import exam_session as s
from portal.store.summing import differing, fold, recount
from portal.store.tallies import tally, tally_change
from tests.support.lived import after_life
from tests.support.postgres import as_owner
from tests.support.world import World

DAYS = (None, date(2020, 3, 1), date(2020, 3, 2), date(2020, 3, 31), date(2020, 6, 1), date(2020, 6, 12), date(2020, 12, 31))


def right(w: World) -> bool:
    with w.db.reading() as conn:
        return differing(conn) is None


def rows(w: World) -> list[tuple[object, ...]]:
    """The kept sums that are not all nothing."""
    counted = [c for c in tally.c if not c.primary_key]
    something = sum((func.abs(c) for c in counted[1:]), start=func.abs(counted[0]))
    with w.db.reading() as conn:
        return [tuple(row) for row in conn.execute(select(tally).where(something > 0).order_by(*tally.primary_key))]


def test_sums_follow_a_whole_life_and_are_what_a_recount_says(world: World, shared: Path) -> None:
    after_life(world, shared)  # a measure was applied in it, and taken back
    assert right(world)
    waited = world.scalar("SELECT count(*) FROM tally_change")
    assert waited and fold(world.db) == waited and fold(world.db) == 0 and right(world)
    obtained = "SELECT sum(obtained) FROM tally WHERE level = 'nation' AND period = '' AND title_id = 0"
    assert world.scalar(obtained) == world.scalar("SELECT count(*) FROM result WHERE outcome = 'titre' AND definitive")
    kept = rows(world)
    with as_owner(world.db) as owned, owned.writing() as tx:
        recount(tx)
    assert rows(world) == kept and right(world)
    world.close()


def test_what_moves_takes_its_results_with_it(world: World, shared: Path) -> None:
    """Nobody moves such a session on a page; whoever mends a database may."""
    after_life(world, shared)
    fold(world.db)
    for change in (
        "UPDATE exam_session SET starts_on = '2019-02-03'",
        "UPDATE result SET outcome = 'absent' WHERE certificate_id IS NULL AND outcome = 'echec'",
        "UPDATE exam_session SET kind = 'ccp'",
        "UPDATE exam_session SET kind = 'titre'",
        "UPDATE result SET definitive = false",
        "DELETE FROM result",
    ):
        with as_owner(world.db) as owned, owned.writing() as tx:
            tx.execute(text(change))
        assert right(world), change
        fold(world.db)
        assert right(world), change
    world.close()


def test_a_transaction_that_is_taken_back_counts_nothing(world: World) -> None:
    with pytest.raises(ZeroDivisionError), world.db.writing() as tx:
        tx.execute(
            text("INSERT INTO tally_change (centre_id, department_code, title_id, month, came) VALUES (1, '94', 1, '2020-06', 1)")
        )
        raise ZeroDivisionError
    assert fold(world.db) == 0
    world.close()


def test_figures_are_those_of_the_rows_whatever_the_days(world: World, shared: Path) -> None:
    """By kept sums, by what is not added up yet, and by the days that are no whole month."""
    after_life(world, shared)
    for number, start in ((900, "31/03/2020"), (901, "15/06/2020"), (902, "01/01/2019")):
        world.session(number, start, "31/12/2020", centre=number % 2)
    fold(world.db)
    world.session(903, "01/06/2020", "12/06/2020")
    chance = Random(5)
    for who in ("centre", "ud94", "region", "national"):
        actor = world.as_(who).actor
        for _ in range(12):
            since, until, code = chance.choice(DAYS), chance.choice(DAYS), chance.choice(("", "94", "75"))
            asked = Asked(since, until, code, chance.choice(("", "TP-01303")))
            with world.db.reading() as conn:
                found = {f.key: {line.label: (line.value, line.of) for line in f.lines} for f in figures(conn, actor, asked)}
            own = counted(world, who, asked)
            assert {k: v for k, (v, _) in found["statut"].items() if v} == own, (who, asked)
            assert sum(v for v, _ in found["mois"].values()) == sum(own.values()), (who, asked)
            assert list(found["departement"].values()) == successes(world, who, asked), (who, asked)
    world.close()


def _where(w: World, who: str, asked: Asked) -> list[ColumnElement[bool]]:
    own = {"centre": s.c.centre_id == w.as_("centre").actor.centre_id, "ud94": s.c.department_code == "94"}
    return [
        *([own[who]] if who in own else []),
        *([s.c.starts_on >= asked.start] if asked.start else []),
        *([s.c.starts_on <= asked.end] if asked.end else []),
        *([s.c.department_code == asked.department] if asked.department else []),
    ]


def counted(w: World, who: str, asked: Asked) -> dict[str, int]:
    with w.db.reading() as conn:
        found = conn.execute(select(s.c.status).where(*_where(w, who, asked))).scalars()
        return dict(Counter(Status(status).label for status in found))


def successes(w: World, who: str, asked: Asked) -> list[tuple[int, int]]:
    query = select(s.c.department_code, result.c.outcome).join(result, result.c.session_id == s.c.id)
    decided = result.c.definitive, result.c.certificate_id.is_(None), s.c.kind == "titre", result.c.outcome != "absent"
    with w.db.reading() as conn:
        found = conn.execute(query.where(*_where(w, who, asked), *decided)).all()
    came, obtained = Counter(row[0] for row in found), Counter(row[0] for row in found if row[1] == "titre")
    return [(obtained[code], number) for code, number in sorted(came.items(), key=lambda one: (-one[1], one[0]))]


def test_the_worker_adds_up_what_is_written_meanwhile_by_others(world: World) -> None:
    world.session(1, "22/06/2020", "26/06/2020", candidates=0)
    with world.db.writing() as tx:
        tx.execute(text("UPDATE exam_session SET status = 'annulee' WHERE id = 1"))
    assert fold(world.db) == 3
    with world.db.reading() as conn:
        assert conn.execute(select(func.count()).select_from(tally_change)).scalar() == 0
        nation = select(tally.c.convoked, tally.c.cancelled).where(
            tally.c.level == "nation", tally.c.period == "", tally.c.title_id == 0
        )
        assert conn.execute(nation).all() == [(0, 1)]
    world.close()
