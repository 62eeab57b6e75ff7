"""A trail that its keeper cannot rewrite: its tree, its signed heads, and whether a trail continues a kept one."""

from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, Executable, delete, func, insert, select, update

from portal.cli import cli
from portal.core.heads import against, head, signer
from portal.features.journal.witnesses import tell_witnesses
from portal.features.notices.outbox import written
from portal.features.standing import checking
from portal.features.standing.checking import verify
from portal.features.standing.trail import walk, walk_on
from portal.files.note import Head, NoHead, read_head, read_key
from portal.rules.merkle import Growing, continued
from portal.settings import DEMO_DAY, Settings
from portal.store.accounts import account
from portal.store.actors import Occasion, Source, operator
from portal.store.audit import GENESIS, Event, Trail, _seal, audit_event, audit_head, digest_of, leaves, record
from portal.store.database import Database
from portal.store.nodes import Tree
from portal.store.notices import mail
from portal.store.sessions import exam_session
from portal.store.tree import audit_tile
from tests.support.postgres import as_owner
from tests.support.world import World

SETTINGS = Settings("demo", "", "a secret for tests", DEMO_DAY)
SIGNER = signer(SETTINGS)
EVENTS = 600  # two full tiles, and some
NOON = datetime(2020, 6, 15, 12, tzinfo=UTC)


@pytest.fixture
def w(db: Database) -> Iterator[World]:
    db.audit_key = SETTINGS.audit_key
    world = World(db, DEMO_DAY)
    yield world
    world.close()


def tell(db: Database, w: World, *numbers: int) -> None:
    """So many events, which tell of nothing that a table holds."""
    with db.writing() as tx:
        record(tx, db.audit_key, w.operator().on, [Event("letter_published", subject=f"letter {n}") for n in numbers])


@pytest.fixture
def told(w: World) -> World:
    begun = events(w)
    for several in (range(begun, 253), [253], [254], [255], [256], range(257, EVENTS)):
        tell(w.db, w, *several)
    return w


def events(w: World) -> int:
    return int(str(w.scalar("SELECT count(*) FROM audit_event")))


def kept(w: World) -> Head:
    with w.db.snapshot() as conn:
        return head(Tree(conn), "x")


def broken(w: World) -> str | None:
    with w.db.snapshot() as conn:
        return broken_in(conn, w.db.audit_key)


def broken_in(conn: Connection, key: bytes, kept: Head | None = None) -> str | None:
    *_, trail = walk(conn, key, kept)
    assert isinstance(trail, Trail)
    return trail.broken


# ---- the tree


def test_the_tree_is_the_same_whether_it_is_read_from_its_tiles_or_grown_from_its_events(told: World) -> None:
    growing = Growing()
    with told.db.snapshot() as conn:
        for leaf in leaves(conn, 0, EVENTS + 1):
            growing.add(leaf)
        assert head(Tree(conn), "x") == Head("x", EVENTS + 1, growing.root())
        assert conn.execute(select(func.count()).select_from(audit_tile)).scalar() == 2
    assert broken(told) is None


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_the_head_of_a_trail_of_no_event_is_continued_by_every_trail(db: Database) -> None:
    with db.snapshot() as conn:
        empty = leaves(conn, 0, 1)
        before = head(Tree(conn), "x")
    with db.writing() as tx:
        record(tx, db.audit_key, Occasion(operator(), Source.CLI, NOON, DEMO_DAY), [Event("letter_published")])
    with db.snapshot() as conn:
        assert leaves(conn, 0, 1) == empty
        assert before.size == 1 and against(conn, before)[1] is None


def test_each_beginning_of_the_trail_is_continued(told: World) -> None:
    growing = Growing()
    with told.db.snapshot() as conn:
        for leaf in leaves(conn, 0, EVENTS + 1):
            growing.add(leaf)
            if growing.size % 50 == 0 or growing.size in (1, 255, 256, 257, 512, 513):
                assert against(conn, Head("x", growing.size, growing.root()))[1] is None


# ---- what is done to it by hand, and how it is named


@contextmanager
def by_hand(db: Database, keep: bool = False) -> Iterator[Connection]:
    """As somebody does who has the database: past its triggers; what is done is seen within, and taken back at the end."""
    with as_owner(db) as own, own.engine.connect().execution_options(portal_write=True) as tx:
        if db.is_sqlite:
            tx.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            for name in ("audit_event_no_update", "audit_event_no_delete", "audit_tile_no_update", "audit_tile_no_delete"):
                tx.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            tx.exec_driver_sql("SET LOCAL session_replication_role = replica")
        yield tx
        (tx.commit if keep else tx.rollback)()


e = audit_event


def moved(tx: Connection, number: int, to: int, **more: object) -> None:
    """This event under another number."""
    row = dict(tx.execute(select(e).where(e.c.id == number)).one()._mapping)
    tx.execute(delete(e).where(e.c.id.in_((number, to))))
    tx.execute(insert(e), [{**row, "id": to, **more}])


def swap(tx: Connection) -> None:
    moved(tx, 300, 9_000)
    moved(tx, 301, 300)
    moved(tx, 9_000, 301)


def insert_one(tx: Connection) -> None:
    row = dict(tx.execute(select(e).where(e.c.id == 300)).one()._mapping)
    tx.execute(update(e).where(e.c.id > 300).values(id=e.c.id + 10_000))
    tx.execute(update(e).where(e.c.id > 300).values(id=e.c.id - 9_999))
    tx.execute(insert(e), [{**row, "id": 301}])


def remove_all(tx: Connection) -> None:
    tx.execute(delete(e))
    tx.execute(delete(audit_head))


def run(*statements: Executable) -> Callable[[Connection], None]:
    def done(tx: Connection) -> None:
        for statement in statements:
            tx.execute(statement)

    return done


DONE: dict[str, tuple[Callable[[Connection], None], str]] = {
    **{
        f"{column} changed": (
            run(update(e).where(e.c.id == 300).values({column: value})),
            "événement 300 : son contenu ou son sceau a été modifié",
        )
        for column, value in {
            **dict.fromkeys(("actor", "role", "source", "action", "subject", "before", "after", "reason"), "x"),
            **dict.fromkeys(("previous", "digest"), "a" * 64),
            **dict.fromkeys(("session_id", "actor_id"), 5),
            "at": datetime(2020, 1, 1, tzinfo=UTC),
        }.items()
    },
    "removed": (run(delete(e).where(e.c.id == 300)), "événement 300 : il manque dans le journal"),
    "swapped": (swap, "événement 300 : son contenu"),
    "inserted": (insert_one, "événement 301 : son contenu"),
    "tail cut": (run(delete(e).where(e.c.id > 590)), "fin du journal : 600 événements attendus, 590 trouvés"),
    "all removed": (remove_all, "fin du journal : son arbre a connu 511 événements, et il en reste 0"),
    "the head's seal": (run(update(audit_head).values(count=599)), "tête du journal : elle a été modifiée"),
    "a tile changed": (
        run(update(audit_tile).where(audit_tile.c.place == 1).values(root=b"x" * 32)),
        "arbre du journal, feuillet 0.1 : il a été modifié",
    ),
    "a tile removed": (run(delete(audit_tile).where(audit_tile.c.place == 0)), "arbre du journal, feuillet 0.0 : il manque"),
    "another seal": (
        run(update(audit_head).values(sealed_count=3, sealed_digest="a" * 64)),
        "première feuille de l’arbre du journal",
    ),
}


def test_what_is_done_to_the_trail_without_its_key_is_named(told: World) -> None:
    assert {c.name for c in e.c} - {"id"} == {what.split()[0] for what in DONE if what.endswith(" changed")} - {"a"}
    said = {}
    for what, (act, _) in DONE.items():
        with by_hand(told.db) as tx:
            act(tx)
            said[what] = broken_in(tx, told.db.audit_key)
    assert {what: words for what, words in said.items() if not str(words).startswith(DONE[what][1])} == {}
    assert broken(told) is None


def test_a_tail_cut_with_an_older_head_put_back_is_named_by_the_tree_or_by_a_kept_head(told: World) -> None:
    cut = Trail(EVENTS)
    for number in (300, 590):
        with by_hand(told.db) as tx:
            tx.execute(delete(e).where(e.c.id > number))
            last = tx.execute(select(e.c.digest).where(e.c.id == number)).scalar_one()
            tx.execute(update(audit_head).values(count=number, digest=last, seal=_seal(told.db.audit_key, number, last)))
            cut = Trail(number, broken_in(tx, told.db.audit_key))
            _, said = against(tx, Head("x", EVENTS + 1, b"r" * 32))
        assert said and said.startswith(f"ce point compte {EVENTS} événements et le journal d’aujourd’hui {number}")
        if number == 300:
            assert cut.broken == "fin du journal : son arbre a connu 511 événements, et il en reste 300"
    assert cut.broken is None, "nothing in the trail tells of the last ten: only a kept head does, or what they told of"


def rewrite(tx: Connection, w: World, number: int) -> None:
    """Another past from this event on, written by who holds the key: chain, head and tree."""
    rows = tx.execute(select(e).order_by(e.c.id)).all()
    for table in (audit_event, audit_head, audit_tile):
        tx.execute(delete(table))
    record(tx, w.db.audit_key, w.operator().on, [Event(r.action, subject=str(r.id == number)) for r in rows])


@pytest.mark.parametrize("number", [1, 300, 599])
def test_another_past_written_with_the_key_is_named_by_a_kept_head_alone(told: World, number: int) -> None:
    with by_hand(told.db) as tx:
        rewrite(tx, told, 0)
        point = head(Tree(tx), "x")
        record(tx, told.db.audit_key, told.operator().on, [Event("letter_published")])
        assert broken_in(tx, told.db.audit_key, point) is None and against(tx, point)[1] is None
        rewrite(tx, told, number)
        assert broken_in(tx, told.db.audit_key) is None, "who holds the key writes a trail that holds"
        assert "a été récrit" in str(against(tx, point)[1])
        assert "a été récrit" in str(broken_in(tx, told.db.audit_key, point))


# ---- from a kept head on


def test_from_a_kept_head_on_only_what_is_new_is_read(told: World) -> None:
    growing, heads = Growing(), dict[int, Head]()
    with told.db.snapshot() as conn:
        for leaf in leaves(conn, 0, EVENTS + 1):
            growing.add(leaf)
            heads[growing.size] = Head("x", growing.size, growing.root())
        for size in (1, 2, 255, 256, 257, 512, 513, EVENTS + 1):
            *read, trail = walk_on(conn, told.db.audit_key, heads[size])
            assert (trail, len(read)) == (Trail(EVENTS), EVENTS + 1 - size)
        *_, trail = walk_on(conn, told.db.audit_key, Head("x", 513, b"r" * 32))
    assert isinstance(trail, Trail) and "a été récrit" in str(trail.broken)
    changed = {300: None, 511: "événement 511 : il n’est pas celui", 590: "événement 590 : son contenu"}
    for number, named in changed.items():  # of what stands before the head, its tiles alone are read
        with by_hand(told.db) as tx:
            tx.execute(update(e).where(e.c.id == number).values(reason="autre"))
            *_, trail = walk_on(tx, told.db.audit_key, heads[512])
        assert isinstance(trail, Trail) and str(trail.broken).startswith(str(named)), number


def test_the_tables_are_looked_at_where_something_was_told_since(w: World, tmp_path: Path) -> None:
    w.session(1, "02/03/2020", "20/04/2020")
    w.session(2, "02/03/2020", "20/04/2020")
    point = tmp_path / "point.txt"
    point.write_text(portal(w, "audit", "checkpoint").stdout)
    w.tell(2)
    assert portal(w, "audit", "verify", "--since", str(point)).stdout == f"Journal intact : {events(w)} événements.\n"
    kept = read_head(point.read_text(), SIGNER.key)
    for number, named in ((1, False), (2, True)):
        with by_hand(w.db) as tx:
            tx.execute(update(exam_session).where(exam_session.c.id == number).values(place="Ailleurs"))
            found = verify(tx, w.db.audit_key, kept).broken
            assert verify(tx, w.db.audit_key).broken and bool(found) == named, (number, found)
    w.measure()
    with by_hand(w.db) as tx:
        tx.execute(update(exam_session).where(exam_session.c.id == 1).values(place="Ailleurs"))
        assert "session 1 : Lieu" in str(verify(tx, w.db.audit_key, kept).broken), "a measure moved it"
    point.write_text("rien")
    assert portal(w, "audit", "verify", "--since", str(point)).exit_code == 1


def test_how_far_a_long_reading_has_come_is_told(told: World) -> None:
    said: list[tuple[str, int, int]] = []
    told.session(1, "02/03/2020", "20/04/2020")
    with pytest.MonkeyPatch.context() as patch, told.db.snapshot() as conn:
        patch.setattr(checking, "OFTEN", 200)
        verify(conn, told.db.audit_key, tell=lambda *how: said.append(how))
    assert said == [("événements", 200, 602), ("événements", 400, 602), ("événements", 600, 602), ("sessions", 1, 1)]


# ---- the command


def portal(w: World, *words: str, **more: str) -> Result:
    settings = {
        "PORTAL_ENV": "demo",
        "PORTAL_DATABASE_URL": w.db.url.render_as_string(hide_password=False),
        "PORTAL_SECRET_KEY": SETTINGS.secret_key,
        "PORTAL_AUDIT_KEY": "",
        "PORTAL_PUBLIC_URL": "http://localhost:8000",
    }
    return CliRunner().invoke(cli, words, env=settings | more)


def test_the_command_keeps_a_head_and_proves_that_the_trail_continues_it(w: World, tmp_path: Path) -> None:
    first = portal(w, "audit", "checkpoint")
    assert first.exit_code == 0 and first.stdout == SIGNER.note(read_head(first.stdout, SIGNER.key))
    file = tmp_path / "point.txt"
    file.write_text(first.stdout)
    tell(w.db, w, 1, 2)
    again = portal(w, "audit", "checkpoint", str(file))
    assert again.exit_code == 0 and "Le journal continue le point gardé" in again.stderr
    assert read_head(again.stdout, SIGNER.key).size == read_head(first.stdout, SIGNER.key).size + 2
    with by_hand(w.db, keep=True) as tx:
        rewrite(tx, w, 2)
    refused = portal(w, "audit", "checkpoint", str(file))
    assert (refused.exit_code, refused.stdout) == (1, "") and "Journal rompu" in refused.stderr
    file.write_text(first.stdout.replace(first.stdout.splitlines()[1], "2", 1))
    assert "aucune signature" in portal(w, "audit", "checkpoint", str(file)).stderr
    file.write_text("rien")
    assert portal(w, "audit", "checkpoint", str(file)).exit_code == 1


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_the_signature_is_handed_over_and_what_was_signed_before_is_still_continued(w: World, tmp_path: Path) -> None:
    point, new = tmp_path / "point.txt", "another key"
    point.write_text(portal(w, "audit", "checkpoint").stdout)
    assert "PORTAL_NEW_SIGNATURE_KEY" in portal(w, "keys", "hand-over").stderr
    handed = portal(w, "keys", "hand-over", PORTAL_NEW_SIGNATURE_KEY=new)
    assert handed.exit_code == 0 and "PORTAL_SIGNATURE_KEY" in handed.stdout
    key = read_key(handed.stdout.splitlines()[1])
    refused = portal(w, "audit", "checkpoint")
    assert refused.exit_code == 1 and "donnez-la à PORTAL_SIGNATURE_KEY" in refused.stderr
    continued = portal(w, "audit", "checkpoint", str(point), PORTAL_SIGNATURE_KEY=new)
    assert continued.exit_code == 0 and read_head(continued.stdout, key).size == events(w) + 1
    assert portal(w, "audit", "verify", PORTAL_SIGNATURE_KEY=new).exit_code == 0


# ---- open to all


def test_anybody_reads_the_head_and_the_key_and_checks_a_kept_one(w: World) -> None:
    visitor = w.browser()
    text, key = visitor.get("/journal"), visitor.get("/journal/cle")
    assert text.mimetype == key.mimetype == "text/plain" and visitor.client.get("/connexion").status_code == 200
    found = read_head(text.text, read_key(key.text))
    assert (found.size, found.origin) == (events(w) + 1, "localhost/journal")
    tell(w.db, w, 1)
    mail = "\r\n\r\n  ".join(["Bonjour,", *text.text.splitlines(), "--", "Portail"])
    page = visitor.client.get("/journal/verifier", query_string={"point": mail}).text
    assert "Le journal continue ce point" in page
    shown = unescape(page.partition('<pre class="code">')[2].partition("</pre>")[0])
    now, path = read_head(shown, SIGNER.key), [b64decode(line) for line in shown.strip().splitlines()[6:]]
    assert continued(found.size, found.root, now.size, now.root, path) and now.size == found.size + 1
    with by_hand(w.db, keep=True) as tx:
        rewrite(tx, w, 2)
    refused = visitor.client.get("/journal/verifier", query_string={"point": mail})
    assert refused.status_code == 200 and "Le journal ne continue pas ce point" in refused.text
    nonsense = visitor.client.get("/journal/verifier", query_string={"point": text.text.replace("journal\n", "journal\n1", 1)})
    assert nonsense.status_code == 422 and "aucune signature" in nonsense.text.lower()


def test_reading_the_head_writes_nothing_and_reads_little(told: World) -> None:
    before = kept(told)
    asked = told.browser()
    asked.get("/journal")
    assert kept(told) == before
    with told.db.reading() as conn:
        tree = Tree(conn)
        head(tree, "x")
        assert len(tree._tiles) <= 3


# ---- witnesses


def test_units_and_regions_receive_the_head_once_a_week_and_can_check_it(w: World) -> None:
    for who in ("centre", "ud94", "region", "national", "ud75"):
        w.as_(who)
    with w.db.writing() as tx:
        tx.execute(update(account).where(account.c.email == "ud75@test.example").values(mailing="aucun"))
    assert tell_witnesses(w.operator(), SETTINGS) == 2 and tell_witnesses(w.operator(), SETTINGS) == 0
    with w.db.reading() as conn:
        told = conn.execute(select(account.c.email, mail.c.body).join(mail, mail.c.account_id == account.c.id)).all()
        (message,) = (written(conn, [m], SETTINGS) for m in conn.execute(select(mail).limit(1)))
    assert {row.email for row in told} == {"ud94@test.example", "region@test.example"}
    tell(w.db, w, 1)
    plain = message.get_body(("plain",))
    assert plain
    for text in (told[0].body, str(plain.get_content())):
        with w.db.snapshot() as conn:
            assert against(conn, read_head(text, SIGNER.key))[1] is None
    assert SIGNER.key.line in told[0].body
    w.today = w.today + timedelta(days=7)
    assert tell_witnesses(w.operator(), SETTINGS) == 2


# ---- the note


def test_a_key_is_read_as_it_is_published() -> None:
    assert read_key(SIGNER.key.line) == SIGNER.key
    for wrong in ("", "nom", "nom+00000000+AA==", SIGNER.key.line.replace("+", "+0", 1), SIGNER.key.line[:-4]):
        with pytest.raises(NoHead):
            read_key(wrong)


@pytest.mark.parametrize("sign", range(0, 150, 7))
def test_no_sign_of_a_head_can_be_changed(sign: int) -> None:
    note = SIGNER.note(Head("portail.example/journal", 12, b"r" * 32))
    other = "B" if note[sign] != "B" else "C"
    changed = note[:sign] + other + note[sign + 1 :]
    try:
        assert read_head(changed, SIGNER.key) == Head("portail.example/journal", 12, b"r" * 32)
    except NoHead:
        return
    assert note[sign] in "\n" or changed.split() == note.split() or sign >= len(note) - 3, "only space may differ"


def test_the_digest_of_an_event_is_what_it_was(w: World) -> None:
    """The chain of trails that were there before stays valid."""
    with w.db.reading() as conn:
        first = dict(conn.execute(select(audit_event).where(audit_event.c.id == 1)).one()._mapping)
    assert first["digest"] == digest_of(w.db.audit_key, GENESIS, first)
