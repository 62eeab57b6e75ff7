"""What can happen to all that is no session: reference data, letters, closings, measures, accounts."""

import re
from datetime import date, timedelta

from portal.certifier import Certifier
from portal.core.outcomes import Saved
from portal.features.access import keeping
from portal.features.access.scopes import Wanted
from portal.features.calendars.actions import give, revoke
from portal.features.centres import actions as centres
from portal.features.communication.closings import announce, call_off
from portal.features.communication.letters import NewLetter, Published, publish
from portal.features.deposit.making import make
from portal.features.deposit.reading import give_up, read_report, withdrawn
from portal.features.jury.members import withdraw
from portal.features.measures.catalogue import built_in
from portal.features.measures.writing import keep
from portal.features.oversight.actions import close as close_signal
from portal.features.oversight.actions import draw_sessions
from portal.features.oversight.signals import signals
from portal.features.reference.importing import import_titles
from portal.features.requests.actions import Made, ask_expired
from portal.features.second_factor.actions import add_passkey
from portal.features.second_factor.passkeys import Passkey
from portal.features.sessions.actions import set_actual_end
from portal.features.titles import actions as titles
from portal.features.units.actions import set_region, set_unit
from portal.rules.keeping import Post
from portal.rules.lifecycle import Role
from portal.rules.signals import Signal
from portal.store.titles import CertificateKind
from portal.store.work import Work
from tests.support.world import World

D = date.fromisoformat


def serve(w: World) -> None:
    """After `live`: each kind of thing at least once."""
    w.today = D("2020-06-16")
    national, unit, region = w.as_("national"), w.as_("ud94"), w.as_("region")
    _keep(w, national, unit, region)
    _publish(w, national, unit)
    other = w.as_("ud75").actor.id or 0
    wanted = Wanted("ud75@test.example", "Une Autre", Post.UD, department="92")
    assert isinstance(keeping.change(w.operator(), other, None, wanted), Saved)
    assert isinstance(keeping.close(w.operator(), other, None, "Départ"), Saved)
    assert isinstance(keeping.reopen(w.operator(), other, None), Saved)
    assert isinstance(keeping.close(w.operator(), w.as_("other").actor.id or 0, None, "Départ"), Saved)
    for name in ("a", "b", "c"):
        add_passkey(unit, "no token", Passkey(name, "key", 0), "Firefox")
    _deposit(national)
    give(w.as_("centre"))
    give(w.as_("centre"))
    give(unit)
    revoke(unit)


def _deposit(national: Work) -> None:
    """What `live` locked is deposited, rejected, and deposited again."""
    who, written = Certifier("TEST0001", "", "CONTRAT-1"), list[str]()
    made = make(national, who, written.append)
    assert made.lines == 1, made
    flux, key = (re.findall(f"<{name}>([^<]+)<", "".join(written))[0] for name in ("idFlux", "idTechnique"))
    passage = f"<passage><idTechnique>{key}</idTechnique><messageErreur>Inconnu</messageErreur></passage>"
    read_report(national, f"<rapport><idFlux>{flux}</idFlux><passagesKO>{passage}</passagesKO></rapport>".encode())
    assert make(national, who).number == 2
    assert isinstance(give_up(national, 2), Saved)
    assert isinstance(withdrawn(national, 2), Saved)


def _keep(w: World, national: Work, unit: Work, region: Work) -> None:
    assert isinstance(centres.change(national, 2, 1, centres.Card("CENTRE BIS", "1 rue B", "b@x.example", "01")), Saved)
    assert isinstance(centres.close(national, 2, 2, "Fin d’activité"), Saved)
    card = titles.Card("Enseignant de la conduite", D("2016-04-20"), 5, D("2022-01-01"), 6, "RNCP1")
    changed = titles.change(national, "TP-01303", 1, card, "")
    if isinstance(changed, titles.Asked):
        assert isinstance(titles.change(national, "TP-01303", 1, card, changed.seal), Saved)
    assert isinstance(titles.add_certificate(national, "TP-01303", 2, CertificateKind.CCS, "Troisième"), Saved)
    assert isinstance(titles.rename_certificate(national, "TP-01303", 3, 3, "Complément"), Saved)
    text = "code;decree_version;label;level;certificates;expires_on\nTP-EX1;01/01/2014;Titre échu;5;Un|Deux;31/05/2019\n"
    import_titles(w.operator(), text.encode())
    w.approve(end="31/05/2019", title="TP-EX1")
    assert isinstance(set_unit(unit, "94", 1, {"unit_name": "DDETS 94", "unit_email": "x@x.example", "unit_phone": "01"}), Saved)
    assert isinstance(set_region(region, "11", 1, {"email": "r@x.example", "phone": "02"}), Saved)
    number = w.juror("Quatre")
    withdrawn = withdraw(unit, number, 2, int(str(w.scalar("SELECT max(id) FROM accreditation"))))
    assert isinstance(withdrawn, Saved)
    made = ask_expired(
        w.as_("centre"), title_id=2, approval_number="A-0-TP-EX1-01/01/2016", starts_on=D("2020-07-06"), ends_on=D("2020-07-10"),
        lockdown_cause=True, registered=True, reason="Confinement", key="e",
    )  # fmt: skip
    assert isinstance(made, Made), made


def _publish(w: World, national: Work, unit: Work) -> None:
    assert isinstance(publish(national, NewLetter("Titre", "Texte", [Role.UD], ["94"], "a.pdf", b"%PDF-"), "k"), Published)
    tomorrow = w.now() + timedelta(days=1)
    for hours in (1, 2):
        assert isinstance(announce(national, tomorrow, tomorrow + timedelta(hours=hours), "Mise à jour"), Saved)
    call_off(national, 1)
    drawn = draw_sessions(unit, "94", D("2020-01-01"), D("2020-12-31"), 2)
    assert drawn == 1
    w.session(9, "02/03/2020", "20/04/2020")
    w.measure()
    assert isinstance(set_actual_end(w.as_("centre"), 9, w.get(9).version, D("2020-03-02")), Saved)
    with w.db.reading() as conn:
        seen = next(found for kind in Signal for found in signals(conn, unit.actor, w.today, kind))
    assert isinstance(close_signal(unit, seen.kind, seen.about, seen.figures, "Vérifié"), Saved)
    text = built_in()["confinement-2020"][1].replace("confinement-2020", "mienne")
    keep(national, text)
    keep(national, text + "\n# une remarque\n", replacing="mienne")
