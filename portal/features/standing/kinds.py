"""What stands besides sessions, kind by kind: which events tell of it, and of which columns."""

from collections.abc import Hashable, Iterator
from hashlib import sha256

from sqlalchemy import select

from portal.core.keeping import DERIVED
from portal.features.measures.bound import bound_in
from portal.features.standing.things import Heard, Hears, Kind, Said, Values
from portal.rules.names import ERASED
from portal.rules.titles import GENERAL_EXTENSION_MONTHS
from portal.store.deposits import deposit
from portal.store.france import DEPARTMENTS
from portal.store.jury import accreditation, jury_member
from portal.store.measures import measure, measure_run
from portal.store.notices import closing, letter
from portal.store.oversight import draw, signal_note
from portal.store.places import centre, department, region
from portal.store.titles import approval, certificate, title

Told = Iterator[tuple[Hashable, Values | None]]


def of_subject(**first: object) -> Hears:
    """The columns that an event holds, of the thing of its subject. `first`: what they are where its first event says nothing."""

    def hears(h: Heard, before: Said) -> Told:
        values = {} if h.key in before else first
        yield h.key, {**values, **{name: value for name, value in h.after.items() if name not in (*DERIVED, *LISTS)}}

    return hears


LISTS = ("added", "renamed", "removed")  # of a title's certificates, which are things of their own


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


# ---- reference


def _certificates(h: Heard, before: Said) -> Told:
    for one in h.after.get("added", ()):
        yield (h.key, one["label"]), {"kind": one["kind"]}
    for one in h.after.get("renamed", ()):
        yield (h.key, one["was"]), None
        yield (h.key, one["label"]), {"kind": one["kind"]}
    for one in h.after.get("removed", ()):
        yield (h.key, one["label"]), None


def _approval(h: Heard, before: Said) -> Told:
    dates = {name: h.after[name] for name in ("valid_from", "valid_to")}
    yield h.after["approval"], {"centre_id": int(h.key), "code": h.after["title"], **dates}


def _member(h: Heard, before: Said) -> Told:
    person = h.after["person"] if isinstance(h.after.get("person"), dict) else {}
    if "member" in h.after:
        yield h.after["member"], {"department_code": h.after["department_code"], "erased_at": None, **person}


def _member_erased(h: Heard, before: Said) -> Told:
    yield int(h.key), {"last_name": ERASED, "first_name": f"n° {h.key}", "email": "", "erased_at": h.at}


def _accredited(h: Heard, before: Said) -> Told:
    if h.key.isdecimal():  # up to version 1.11.0 a member was called by name, too
        yield (int(h.key), h.after["title"], h.after["valid_from"]), {"valid_to": h.after["valid_to"]}


def _no_longer(h: Heard, before: Said) -> Told:
    if h.key.isdecimal():
        yield (int(h.key), h.before["title"], h.before["valid_from"]), None


REFERENCE = (
    Kind(
        "centre n° {}",
        select(centre),
        lambda row: str(row.id),
        dict.fromkeys(
            ("centre_opened", "centre_changed", "centre_closed", "centre_reopened", "centre_contact_erased"),
            of_subject(address="", email="", phone="", closed_on=None),
        ),
    ),
    Kind(
        "titre {}",
        select(title),
        lambda row: row.code,
        dict.fromkeys(
            ("title_opened", "title_changed"),
            of_subject(expires_on=None, extension_months=GENERAL_EXTENSION_MONTHS, rncp_code=""),
        ),
    ),
    Kind(
        "certificat {0[1]} du titre {0[0]}",
        select(certificate, title.c.code).join(title, title.c.id == certificate.c.title_id),
        lambda row: (row.code, row.label),
        dict.fromkeys(("title_opened", "title_changed"), _certificates),
    ),
    Kind(
        "agrément {}",
        select(approval, title.c.code).join(title, title.c.id == approval.c.title_id),
        lambda row: row.number,
        dict.fromkeys(("approval_opened", "approval_changed"), _approval),
    ),
    Kind(
        "unité {}",
        select(department),
        lambda row: row.code,
        {"unit_changed": of_subject()},
        known={code: {"name": name, "region_code": where} for code, (name, where) in DEPARTMENTS.items()},
    ),
    Kind(
        "région {}",
        select(region),
        lambda row: row.code,
        {"region_changed": of_subject()},
        known={where: {} for _, where in DEPARTMENTS.values()},
    ),
    Kind(
        "membre de jury n° {}",
        select(jury_member),
        lambda row: row.id,
        {"jury_member_added": _member, "jury_member_corrected": _member, "member_erased": _member_erased},
    ),
    Kind(
        "habilitation du membre n° {0[0]} pour {0[1]}, à compter du {0[2]}",
        select(accreditation, title.c.code).join(title, title.c.id == accreditation.c.title_id),
        lambda row: (row.member_id, row.code, row.valid_from.isoformat()),
        {"accredited": _accredited, "accreditation_withdrawn": _no_longer},
    ),
)


# ---- what the State does


def _made(h: Heard) -> Values:
    return {"at": h.at, "by": h.by}


def _letter(h: Heard, before: Said) -> Told:
    said = {name: h.after[name] for name in ("number", "title", "roles", "departments") if name in h.after}
    more = {"pdf_digest": h.after["pdf_digest"]} if "pdf_digest" in h.after else {}
    if "letter" in h.after and "digest" in h.after:
        made = {} if h.after["letter"] in before else {**_made(h), "withdrawn_at": None}
        yield h.after["letter"], {**said, "pdf_name": h.after["pdf"] or None, "digest": h.after["digest"], **more, **made}


def _withdrawn(h: Heard, before: Said) -> Told:
    yield int(h.key), {"withdrawn_at": h.at}


def _announced(h: Heard, before: Said) -> Told:
    said = {name: h.after[name] for name in ("starts_at", "ends_at", "reason") if name in h.after}
    if "closing" in h.after:
        yield h.after["closing"], {**said, **_made(h), "called_off_at": None}


def _called_off(h: Heard, before: Said) -> Told:
    if "closing" in h.after:
        yield h.after["closing"], {"called_off_at": h.at}


def _drawn(h: Heard, before: Said) -> Told:
    if "draw" in h.after:
        yield h.after["draw"], {"seed": h.after["seed"], "drawn": h.after["drawn"], "digest": h.after["digest"], **_made(h)}


def _signal(h: Heard, before: Said) -> Told:
    if "note" in h.after:
        yield h.after["note"], {"kind": h.after["signal"], "digest": h.after["digest"], "note": h.reason, **_made(h)}


def _deposited(h: Heard, before: Said) -> Told:
    said = {name: h.after[name] for name in ("flux", "client", "certifier", "contract", "lines") if name in h.after}
    yield h.after["deposit"], {**said, **_made(h)}


def _decided(h: Heard, before: Said) -> Told:
    yield h.after["deposit"], {}


def _written(h: Heard, before: Said) -> Told:
    if "text" in h.after:
        yield h.after["measure"], {"definition": h.after["text"], "written_at": h.at, "written_by": h.by}


def _removed(h: Heard, before: Said) -> Told:
    yield h.after["measure"], None


def _run(h: Heard, before: Said) -> Told:
    bound = bound_in(h.after)
    said = {"touched": bound.lines, "at": h.at, "actor": h.by, "taken_over": False}
    said |= {name: h.after[name] for name in ("label", "definition") if name in h.after}
    said |= {"measure_key": h.after["measure"]} if "measure" in h.after else {}
    yield bound.run, said | ({"reverts_run_id": h.after.get("reverts")} if "run" in h.after else {})


THE_STATES = (
    Kind(
        "lettre d’information n° {}",
        select(letter),
        lambda row: row.id,
        {"letter_published": _letter, "letter_changed": _letter, "letter_withdrawn": _withdrawn},
        {
            "digest": lambda row: digest(row.text),
            "pdf_digest": lambda row: sha256(row.pdf).hexdigest() if row.pdf is not None else None,
        },
    ),
    Kind(
        "fermeture du service n° {}",
        select(closing),
        lambda row: row.id,
        {"closing_announced": _announced, "closing_called_off": _called_off},
    ),
    Kind(
        "tirage n° {}",
        select(draw),
        lambda row: row.id,
        {"sessions_drawn": _drawn},
        {"drawn": lambda row: [int(number) for number in row.drawn.split()], "digest": lambda row: digest(row.drawn_from)},
    ),
    Kind(
        "note de supervision n° {}",
        select(signal_note),
        lambda row: row.id,
        {"signal_closed": _signal, "signal_note_erased": lambda h, before: iter([(h.after["note"], {"note": ERASED})])},
        {"digest": lambda row: digest(f"{row.about} {row.figures}")},
    ),
    Kind(
        "dépôt n° {}",
        select(deposit),
        lambda row: row.id,
        {"deposit_made": _deposited, **dict.fromkeys(("deposit_read", "deposit_lost", "deposit_withdrawn"), _decided)},
    ),
    Kind("mesure « {} »", select(measure), lambda row: row.key, {"measure_written": _written, "measure_removed": _removed}),
)
RUNS = Kind(
    "application n° {}",
    select(measure_run),
    lambda row: row.id,
    dict.fromkeys(("measure_applied", "measure_reverted"), _run),
    {"definition": lambda row: digest(row.definition)},
    untold=lambda row: bool(row.taken_over),
)
