"""Whether what an address names exists at all, for nobody in particular: what was refused is told from what is not there."""

import re
from collections.abc import Mapping

from sqlalchemy import Column, Connection, select

from portal.store.accounts import account
from portal.store.candidates import candidate
from portal.store.deposits import deposit, deposit_line
from portal.store.factors import factor
from portal.store.jury import jury_member
from portal.store.measures import measure_run
from portal.store.notices import letter, notice
from portal.store.oversight import draw
from portal.store.places import centre, department, region
from portal.store.requests import request
from portal.store.sessions import exam_session
from portal.store.titles import certificate, title
from portal.store.walls import beyond

# By the word that stands before it in an address.
NAMED: Mapping[str, Column[int] | Column[str]] = {
    "sessions": exam_session.c.id,
    "candidats": candidate.c.id,
    "comptes": account.c.id,
    "second-facteur": factor.c.id,
    "avis": notice.c.id,
    "communication": letter.c.id,
    "demandes": request.c.id,
    "jury": jury_member.c.id,
    "tirages": draw.c.id,
    "depot": deposit.c.id,
    "lignes": deposit_line.c.id,
    "centres": centre.c.id,
    "passages": measure_run.c.id,
    "certificats": certificate.c.id,
    "titres": title.c.code,
    "unites": department.c.code,
    "regions": region.c.code,
}
PLACE = re.compile(r"([\w-]+)/<(?:[^<>]*:)?(\w+)>")


def are_there(conn: Connection, rule: str, named: Mapping[str, object]) -> bool:
    """Whether the address of this rule names things, and all of them exist. `named`: what stands in its places."""
    asked = [(NAMED[word], named[place]) for word, place in PLACE.findall(rule) if word in NAMED]
    with beyond(conn):
        return bool(asked) and all(conn.execute(select(column).where(column == value)).first() for column, value in asked)
