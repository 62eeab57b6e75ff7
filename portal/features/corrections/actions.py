"""A centre that finds an error in saved results asks its unit for the correction (domain.md 7, 3)."""

from portal.core.holding import hold, stop
from portal.core.outcomes import Invalid, Outcome
from portal.core.sheet import Sheet, load
from portal.features.requests.asking import Made, Told, before, make, on_session, why_not_made
from portal.rules.lifecycle import Action
from portal.rules.outcomes import Entry, problem
from portal.store.personal import in_json
from portal.store.requests import RequestKind
from portal.store.work import Work


def ask_correction(
    work: Work, number: int, version: int, *, candidate_id: int, entry: Entry, reason: str, key: str
) -> Outcome | Made:
    """Ask for another result of one candidate. `entry`: all that should be known of it. Raises NotThere."""
    digest = work.form_key("request", number, key)
    with hold(work, number) as (tx, s):
        if made := before(tx, digest):
            return made
        if stopped := stop(work, s, version, Action.ASK_CORRECTION):
            return stopped
        sheet = load(tx, s)
        if errors := {**_wrong(sheet, candidate_id, entry), **why_not_made(s, reason)}:
            return Invalid(errors)
        wanted = sheet.coded({candidate_id: entry})[str(candidate_id)]
        values = {
            **on_session(s, RequestKind.CORRECTION, s.starts_on, s.ends_on, reason),
            "candidate_id": candidate_id,
            "wanted_outcome": in_json(wanted),
        }
        more = {"candidate": candidate_id, "wanted": wanted, "certificates": sheet.named({candidate_id: entry})}
        told = Told(f"Session {number} : demande de correction", f"{s.centre_name} demande la correction d’un résultat.", more)
        return make(tx, work, values, digest, told)


def wrong_outcome(sheet: Sheet, entry: Entry) -> dict[str, str]:
    """What is wrong of the outcome that is wanted, whoever the candidate is."""
    why = problem(sheet.kind, entry, {c.id for c in sheet.certificates})
    return {"outcome": f"{why}."} if why else {}


def _wrong(sheet: Sheet, candidate_id: int, entry: Entry) -> dict[str, str]:
    """What is wrong of the candidate, or of the outcome that is wanted."""
    if candidate_id not in {c.id for c in sheet.candidates}:
        return {"candidate": "Choisissez un candidat de cette session."}
    if unsaid := wrong_outcome(sheet, entry):
        return unsaid
    if entry == sheet.stored.get(candidate_id, {}):
        return {"outcome": "C’est déjà le résultat enregistré : indiquez celui qui devrait l’être."}
    return {}
