"""What a browser's tab says: the page, and the session that it is of."""

import re

from tests.guard.addresses import PAGES
from tests.support.demonstration import Demonstration

OF_A_SESSION = sorted(rule for rule in PAGES if rule.startswith("/sessions/<number:number>"))


def title(page: str) -> str:
    found = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    assert found
    return found[1].replace("\xa0", " ")


def test_every_page_of_a_session_says_which(demo: Demonstration) -> None:
    told: dict[str, str] = {}
    for rule in OF_A_SESSION:
        for address in PAGES[rule][:3]:
            for who in ("centre", "ud94"):
                answer = demo.client(who).get(address)
                if (
                    answer.status_code == 200
                    and answer.mimetype == "text/html"
                    and address.split("/")[2] not in title(answer.text)
                ):
                    told[address] = title(answer.text)
    assert len(OF_A_SESSION) > 20 and told == {}
