"""What a browser's tab says: the page, and the session that it is of. Asked of each page while test_pages visits it."""

from tests.guard.addresses import PAGES
from tests.guard.visits import wrong


def test_a_page_of_a_session_that_does_not_say_which_is_found() -> None:
    page = "<title>Session {} · Portail des\xa0sessions</title><body>".format
    addresses = {rule: some[0] for rule, some in PAGES.items() if rule.startswith("/sessions/<number:number>")}
    assert len(addresses) > 20
    for rule, address in addresses.items():
        number = address.split("/")[2]
        assert wrong(rule, address, page(number)) == []
        assert wrong(rule, address, page("1")) == [f"{address} is called Session 1 · Portail des sessions, without {number}"]
