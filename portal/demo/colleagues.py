"""Accounts in every state: a centre with two managers and a member, an invitation that waits, one that is over, a closed account."""

from collections.abc import Callable

from portal.demo.data import PASSWORD
from portal.features.access import inviting, keeping
from portal.features.access.inviting import Invited
from portal.features.access.queries import find_by_email
from portal.features.access.scopes import Wanted
from portal.rules.keeping import Post
from portal.store.work import Work

COLLEAGUES = (
    ("adjointe@demo.example", "Noa Lambert", Post.MANAGER),
    ("membre@demo.example", "Lou Fontaine", Post.MEMBER),
    ("ancien@demo.example", "Charlie Berger", Post.MEMBER),
)


def write(at: Callable[..., Work], siret: str) -> None:
    """What the first centre and its unit did about accounts; `siret`: of another centre of that unit."""
    for email, name, post in COLLEAGUES:
        inviting.ask(at("2020-02-03", "centre@demo.example"), Wanted(email, name, post), PASSWORD)
    gone = at("2020-06-05", "centre@demo.example", 17)
    with gone.db.reading() as conn:
        found = find_by_email(conn, gone.actor, "ancien@demo.example")
    assert found
    keeping.close(gone, found.id, found.version, "A quitté le centre")
    late = Wanted("expiree@demo.example", "Andréa Colin", Post.MEMBER, siret=siret)
    coming = Wanted("invitee@demo.example", "Maé Rousseau", Post.MEMBER)
    for work, wanted in ((at("2020-05-04", "ud94@demo.example"), late), (at("2020-06-12", "centre@demo.example"), coming)):
        assert isinstance(inviting.ask(work, wanted), Invited)
