"""A row of the list is made once for all who read it alike: whatever it says, it says as if it had been made for who reads it."""

from collections.abc import Iterator

import pytest

from portal.features.sessions.actions import Practical, edit_practical
from portal.web import rows
from portal.web.typography import SET
from tests.support.world import World


@pytest.fixture
def w(world: World) -> Iterator[World]:
    world.sessions([1, 2], "06/07/2020", "10/07/2020", "demande_dte_envoyee")
    yield world
    world.close()


def row(w: World, who: str, number: int = 1, query: str = "") -> str:
    page = w.browser(who).get(f"/sessions{query}").data.decode()
    assert SET not in page
    return page.partition(f'href="/sessions/{number}">')[2].partition("</tr>")[0]


def test_it_is_made_once_and_anew_once_anything_of_it_is_another(w: World) -> None:
    rows._kept.cache_clear()
    first = row(w, "ud94")
    assert "Envoyer le DTE" in first and (made := rows._kept.cache_info().misses) == 2
    assert row(w, "ud94") == first and rows._kept.cache_info().misses == made
    edit_practical(w.as_("centre"), 1, w.get(1).version, Practical(None, None, "Salle « B »", "08:30", "Roux"))
    assert "Salle «\u00a0B\u00a0»" in row(w, "ud94") and rows._kept.cache_info().misses == made + 1


def test_each_role_reads_its_own(w: World) -> None:
    seen = {who: row(w, who) for who in ("centre", "ud94", "region", "national")}
    assert len(set(seen.values())) == 3 and seen["region"] == seen["national"]
    for _ in range(2):
        assert {who: row(w, who) for who in seen} == seen
    assert "(94)" not in seen["centre"] and "(94)" in seen["ud94"]
    assert "En retard" not in row(w, "national", query="?vue=toutes") and "À faire" not in seen["national"]


def test_a_row_that_is_late_says_so_where_the_column_is_shown(w: World) -> None:
    w.session(3, "16/06/2020", "19/06/2020", "demande_dte_envoyee")
    assert "Retard" not in row(w, "national", 3) and "En retard depuis" in row(w, "national", 3, "?vue=en-retard")
    assert "Retard" not in row(w, "national", 3)


def test_no_name_of_a_person_is_kept(w: World) -> None:
    rows._kept.cache_clear()
    w.session(3, "06/07/2020", "10/07/2020", "en_preparation", candidates=1)
    assert "candidat\u00a0: NOM00 Prénom" in row(w, "centre", 3, "?q=nom00")
    assert rows._kept.cache_info().currsize == 0
    assert "NOM00" not in row(w, "centre", 3)


def test_what_parts_set_from_unset_cannot_be_typed(w: World) -> None:
    edit_practical(w.as_("centre"), 1, w.get(1).version, Practical(None, None, f"Hall {SET} « A » : b", "08:30", "Roux"))
    assert "Hall &lt;!--set--&gt; «\u00a0A\u00a0»\u00a0: b" in row(w, "ud94")
    page = w.browser("ud94").get("/sessions/1").data.decode()
    assert "Hall &lt;!--set--&gt; «\u00a0A\u00a0»\u00a0: b" in page
