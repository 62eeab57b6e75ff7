"""The first batch of the demonstration: one of its titles was rejected, one waits for its report."""

import re
from collections.abc import Callable
from datetime import date

from sqlalchemy import select

from portal.certifier import Certifier
from portal.features.deposit.making import make
from portal.features.deposit.reading import read_report
from portal.store.deposits import deposit_line
from portal.store.sessions import exam_session
from portal.store.work import Work

WHO = Certifier("DEMO0001", "", "CONTRAT-DEMO")
REASON = "Aucun titulaire ne correspond aux critères obligatoires."
SHOWN = 2  # the centres with an account of their own are spared


def write(at: Callable[..., Work], today: date) -> None:
    work, written = at(today, "national@demo.example", 8), list[str]()
    make(work, WHO, written.append)
    flux = re.findall(r"<idFlux>([^<]+)<", "".join(written))[0]
    with work.db.reading() as conn:
        query = select(deposit_line, exam_session.c.centre_id).join(exam_session, exam_session.c.id == deposit_line.c.session_id)
        lines = conn.execute(query.order_by(exam_session.c.centre_id > SHOWN, deposit_line.c.id)).all()
    passages = [f"<passage><idTechnique>{row.session_id}-{row.candidate_id}</idTechnique>%s</passage>" for row in lines]
    accepted, rejected = "".join(p % "" for p in passages[:-2]), passages[-1] % f"<messageErreur>{REASON}</messageErreur>"
    told = f"<idFlux>{flux}</idFlux><passagesKO>{rejected}</passagesKO><passagesOK>{accepted}</passagesOK>"
    read_report(work, f"<rapport>{told}</rapport>".encode())
