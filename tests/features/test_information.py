"""The pages that a public service owes, open to everybody, in the words of whoever reads them."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from portal.settings import Publisher
from tests.support.visible import visible
from tests.support.world import World

LONG = {
    "CCP": "Certificat de compétences",
    "CCS": "Certificat complémentaire",
    "DTE": "Dossier technique",
    "PV": "Procès-verbal : ce",
    "RNCP": "Répertoire national",
    "SIRET": "Numéro d’un établissement",
    "VAE": "Validation des acquis",
    "UD": "Unité départementale",
    "DDETS": "Direction départementale",
    "DIRECCTE": "Direction régionale",
    "DREETS": "Direction régionale",
}


@pytest.fixture
def w(world: World) -> Iterator[World]:
    yield world
    world.close()


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_help_is_for_who_reads_it_and_a_visitor_reads_everybodys(w: World) -> None:
    about = {"centre": "un centre agréé", "ud94": "une UD", "region": "une DIRECCTE", "national": "l’administration centrale"}
    for who, own in about.items():
        told = visible(w.browser(who).get("/aide").text).main
        assert [other for other in about.values() if f"Vous êtes {other}" in told] == [own]
    told = visible(w.browser().get("/aide").text).main
    assert all(f"Vous êtes {other}" in told for other in about.values()) and "Dossier technique d’évaluation" in told


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@pytest.mark.parametrize("own", [("UD", "DIRECCTE"), ("DDETS", "DREETS")])
def test_the_help_spells_out_each_abbreviation_and_of_the_labels_its_own(w: World, own: tuple[str, str]) -> None:
    settings = w.app().extensions["portal_settings"]
    w.app().extensions["portal_settings"] = replace(settings, unit_label=own[0], region_label=own[1])
    told = w.browser().get("/aide").text.partition("Les sigles")[2]
    trade = ("CCP", "CCS", "DTE", "PV", "RNCP", "SIRET", "VAE")
    assert re.findall("<dt>(.*?)</dt><dd>(.{15})", told) == [(s, f"{LONG[s]:.15}") for s in sorted([*trade, *own])] + [
        ("REPRISE", "Ce qui vient du"),
        ("TP", "Titre professio"),
    ]


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_who_publishes_it_is_told_or_said_to_be_unknown(w: World) -> None:
    visitor = w.browser()
    told = visible(visitor.get("/mentions-legales").text).main
    assert "L’éditeur n’a pas encore été indiqué" in told and "cookies" in told
    settings = w.app().extensions["portal_settings"]
    known = Publisher("Ministère d’essai", "A. Nom", "Hébergeur, 75000 Paris", "contact@essai.example")
    w.app().extensions["portal_settings"] = replace(settings, publisher=known)
    told = visible(visitor.get("/mentions-legales").text).main
    assert all(part in told for part in ("Ministère d’essai", "A. Nom", "Hébergeur, 75000 Paris", "contact@essai.example"))
    told = visible(visitor.get("/accessibilite").text).main
    assert "Accessibilité : non conforme" in told and "contact@essai.example" in told


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@pytest.mark.parametrize("who", [None, "centre", "ud94", "region", "national"])
def test_every_link_of_the_map_leads_somewhere(w: World, who: str | None) -> None:
    b = w.browser(who)
    main = b.get("/plan-du-site").text.partition("<main")[2].partition("</main>")[0]
    links = [part.partition('"')[0] for part in main.split('<a href="')[1:]]
    assert len(links) > 8 and {path: b.get(path).status_code for path in links} == dict.fromkeys(links, 200)


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_what_there_is_to_try_is_the_demonstrations_alone(w: World) -> None:
    assert w.browser().get("/a-essayer").status_code == 200 and 'href="/a-essayer"' in w.browser().get("/aide").text
    w.app().extensions["portal_settings"] = replace(w.app().extensions["portal_settings"], env="production")
    assert w.browser().get("/a-essayer").status_code == 404
