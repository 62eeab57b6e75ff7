"""What one asks, another of the same role asks in the same words: a statement with somebody's number in it is built, and planned by
the database, once for each of five thousand centres."""

import pytest
from sqlalchemy import event

from tests.support.world import World

PAGES = (
    *("/", "/sessions", "/sessions?vue=a-faire", "/sessions?vue=en-retard&tri=debut", "/sessions?q=conduite", "/demandes"),
    *(
        "/calendrier",
        "/avis",
        "/communication",
        "/sessions/{number}",
        "/sessions/{number}/resultats",
        "/sessions/{number}/candidats",
    ),
    *("/sessions/{number}/historique", "/sessions/{number}/jury", "/sessions/{number}/documents", "/compte", "/agrements"),
)


@pytest.mark.parametrize(("one", "other"), [("centre", "other"), ("ud94", "ud75")])
def test_what_two_of_a_role_ask_is_the_same_statement(world: World, one: str, other: str) -> None:
    for centre, number in enumerate((1, 2)):
        world.session(number, "01/06/2020", "05/06/2020", centre=centre)
    asked: dict[str, set[str]] = {}
    for who, number in ((one, 1), (other, 2)):
        browser, said = world.browser(who), asked.setdefault(who, set())

        def hear(_c: object, _cursor: object, statement: str, *_more: object, said: set[str] = said) -> None:
            said.add(statement)

        event.listen(world.db.engine, "before_cursor_execute", hear)
        for page in PAGES:
            assert browser.get(page.format(number=number)).status_code in (200, 403, 404), page
        event.remove(world.db.engine, "before_cursor_execute", hear)
    world.close()
    assert len(asked[one]) > 20
    assert {s for s in asked[one] ^ asked[other] if "set_config" not in s} == set(), (
        "set_config says who looks, in each transaction"
    )
