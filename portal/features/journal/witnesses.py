"""Who keeps the trail's heads besides us: the people of units and regions receive the signed one by e-mail every week."""

from sqlalchemy import String, cast, insert, literal, select

from portal.core.heads import head, signer
from portal.core.telling import Message, mail_row
from portal.rules.lifecycle import Role
from portal.settings import Settings
from portal.store.accounts import account
from portal.store.audit import audit_head
from portal.store.batches import batches
from portal.store.nodes import Tree
from portal.store.notices import Mailing, mail
from portal.store.work import Work

BODY = """\
Voici le point de la semaine du journal du portail : ce qu’il contient aujourd’hui, sous sa signature. Gardez ce courriel.

{note}
Clé publique de cette signature : {key}

Qui garde un point peut toujours vérifier que rien de ce que le journal contenait ce jour-là n’a été récrit depuis : copiez ce \
courriel dans la page « Vérifier le journal »."""


def tell_witnesses(work: Work, settings: Settings) -> int:
    """Put this week's head into the outbox, once for each witness: how many mails were written."""
    year, week, _ = work.on.today.isocalendar()
    key = f"journal-{year}-{week:02}-"
    told = select(mail.c.id).where(mail.c.message_id == literal(key) + cast(account.c.id, String))
    c = account.c
    people = (
        select(c.id, c.mailing)
        .where(c.role.in_((Role.UD.value, Role.REGION.value)), c.closed_at.is_(None), c.password_hash.is_not(None))
        .where(c.mailing != Mailing.NONE.value, ~told.exists())
        .order_by(c.id)
    )
    with work.db.reading() as conn:
        if conn.execute(people.limit(1)).first() is None:
            return 0
    signs = signer(settings)
    with work.db.writing() as tx:
        tx.execute(select(audit_head.c.id).with_for_update())  # a second worker waits here, and then finds all told
        note = signs.note(head(Tree(tx), signs.key.name))
        message = Message("Le point de la semaine du journal", BODY.format(note=note, key=signs.key.line), "/journal/verifier")
        mails = [
            mail_row(work.on.now, row.id, message, daily=row.mailing == Mailing.DAILY) | {"message_id": f"{key}{row.id}"}
            for row in tx.execute(people)
        ]
        for part in batches(mails):
            tx.execute(insert(mail), part)
    return len(mails)
