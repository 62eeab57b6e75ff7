"""Entering results, with the blocking confirmation after an automatic postponement (domain.md 6), and correcting them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from portal.core import sealing
from portal.core.holding import hold, sent_twice, step_values, stop, write
from portal.core.outcomes import Changed, Invalid, Outcome, Saved, Unchanged
from portal.core.session import SessionRow
from portal.core.sheet import Entries, Sheet, Typed, load
from portal.core.telling import tell_centre
from portal.features.requests.actions import close_corrected, to_correct
from portal.features.requests.queries import Asked
from portal.features.results.accumulation import effects_of, sentences
from portal.features.results.sent import Sent
from portal.rules.effects import Effect
from portal.rules.french import plural
from portal.rules.lifecycle import Action, Status
from portal.rules.rights import Refused
from portal.store.candidates import result
from portal.store.titles import title
from portal.store.work import Work


@dataclass(frozen=True, kw_only=True)
class MustConfirm(Invalid):
    """« Êtes-vous sûr d’avoir saisi la date RÉELLE de fin de session ? »: nothing is saved before the answer."""

    session: SessionRow


@dataclass(frozen=True)
class Incomplete(Invalid):
    """The sheet cannot be saved as it is: a sentence for each candidate concerned."""

    problems: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Affects(Invalid):
    """The correction changes what people hold beyond this session: it says whom, and nothing is saved before the answer."""

    session: SessionRow
    effects: Sequence[str]


def save_draft(work: Work, number: int, version: int, given: Typed | Sent) -> Outcome:
    """Keep what is typed so far, complete or not. Raises NotThere."""
    with hold(work, number) as (tx, s):
        sheet = _sheet(tx, s)
        typed = given.on(sheet)
        entries = typed.entries
        kept = s.status is Status.CONVOKED and sheet.stored == entries and not sheet.definitive
        if kept and sent_twice(work, s, version, Action.ENTER_RESULTS):
            return Unchanged("Brouillon déjà enregistré.")
        if stopped := _stop(work, s, version, typed, sheet, Action.ENTER_RESULTS):
            return stopped
        if typed.nonsense:
            return Incomplete(problems=typed.nonsense)
        if not entries and not sheet.stored:
            return Unchanged("Rien à enregistrer : aucun résultat n’est encore choisi.")
        if entries == sheet.stored:
            return Unchanged("Brouillon déjà enregistré : rien n’a changé depuis.")
        _replace(tx, sheet, s.number, entries, sheet.stored.keys() | entries.keys(), definitive=False)
        after = {"results": sheet.coded(entries), "certificates": sheet.named(entries)}
        write(tx, work, s, "results_draft", {}, before={"results": sheet.coded(sheet.stored)}, after=after)
        return Saved("Brouillon enregistré.")


def enter_results(work: Work, number: int, version: int, given: Typed | Sent, confirmation: str = "") -> Outcome:
    """Save the results for good, which takes the centre's hand away.

    After an automatic postponement `confirmation` must be the seal that `seal` gives for this very question. Raises NotThere.
    """
    with hold(work, number) as (tx, s):
        sheet = _sheet(tx, s)
        typed = given.on(sheet)
        entries = typed.entries
        mine = s.status is Status.RESULTS and s.results_saved_by == work.actor.id
        if mine and sheet.stored == entries and sheet.definitive and sent_twice(work, s, version, Action.ENTER_RESULTS):
            return Unchanged("Résultats déjà enregistrés.")
        if stopped := _stop(work, s, version, typed, sheet, Action.ENTER_RESULTS):
            return stopped
        if problems := typed.nonsense or sheet.problems(entries):
            return Incomplete(problems=problems)
        if s.postponed and not _sealed(work, s, entries, confirmation):
            return MustConfirm(session=s)
        _replace(tx, sheet, s.number, entries, sheet.stored.keys() | entries.keys(), definitive=True)
        values = {**step_values(work, s, Action.ENTER_RESULTS), "results_saved_by": work.actor.id}
        after: dict[str, Any] = {"results": sheet.coded(entries), "certificates": sheet.named(entries)}
        if s.postponed:
            after["confirmed_end_on"] = s.actual_end_on
        write(tx, work, s, "results_saved", values, before={"results": sheet.coded(sheet.stored)}, after=after)
        return Saved("Résultats enregistrés.")


UNCHANGED = "Aucun résultat n’a été modifié : changez au moins un résultat, ou revenez à la session."


def correct_results(
    work: Work, number: int, version: int, given: Typed | Sent, reason: str, confirmation: str = "", request_id: int | None = None
) -> Outcome:
    """Correct saved results, with a reason: the local unit's only right on a session whose results are saved.

    Where that changes a titre by accumulation, `confirmation` must be the seal that `seal` gives for this correction.
    `request_id`: of the centre that asked for it; it is accepted with what is saved. Raises NotThere.
    """
    with hold(work, number) as (tx, s):
        sheet = _sheet(tx, s)
        typed = given.on(sheet)
        entries = typed.entries
        kept = s.status is Status.RESULTS and sheet.stored == entries
        if kept and sent_twice(work, s, version, Action.CORRECT_RESULTS):
            return Unchanged("Corrections déjà enregistrées.")
        if stopped := _stop(work, s, version, typed, sheet, Action.CORRECT_RESULTS):
            return stopped
        errors = {} if reason else {"reason": "Indiquez le motif de la correction."}
        problems = typed.nonsense or sheet.problems(entries)
        if problems or errors:
            return Incomplete(errors, problems)
        changed = [c.id for c in sheet.candidates if entries.get(c.id) != sheet.stored.get(c.id)]
        if not changed:
            return Incomplete({"corrections": UNCHANGED})
        asked = to_correct(tx, work, request_id, s) if request_id is not None else None
        if request_id is not None and (asked is None or asked.candidate_id not in changed):
            return Incomplete({"corrections": _not_asked(asked, request_id)})
        effects = effects_of(tx, s, sheet, entries, changed)
        if effects and not _sealed(work, s, entries, confirmation, "correction"):
            return Affects(session=s, effects=sentences(sheet, effects))
        before = {n: e for n, e in sheet.stored.items() if n in changed}
        after = {n: e for n, e in entries.items() if n in changed}
        _replace(tx, sheet, s.number, entries, changed, definitive=True)
        told: dict[str, Any] = {"results": sheet.coded(after), "certificates": sheet.named(before, after)}
        if effects:
            told |= _told(sheet, effects)
        if asked:
            told["request"] = asked.id
        write(tx, work, s, "results_corrected", {}, reason=reason, before={"results": sheet.coded(before)}, after=told)
        if asked:
            close_corrected(tx, work, asked)
            return Saved(f"Corrections enregistrées. La demande n° {asked.id} est acceptée, le centre est prévenu.")
        what = plural(len(changed), "résultat corrigé", "résultats corrigés")
        tell_centre(tx, work, s, f"Session {s.number} : {what} par l’{s.unit}", f"Motif : {reason}")
        return Saved("Corrections enregistrées.")


def _told(sheet: Sheet, effects: Mapping[int, Effect]) -> dict[str, Any]:
    """What the event says of a correction that reaches beyond its session."""
    return {
        "effects": {str(c): asdict(effect) for c, effect in effects.items()},
        "certificates": {str(c.id): c.label for c in sheet.certificates},
    }


def _not_asked(asked: Asked | None, request_id: int) -> str:
    """Why a correction that was asked for is not accepted with what is typed."""
    if asked is None:
        return f"La demande n° {request_id} n’attend plus de réponse : relisez, puis enregistrez si la correction vaut toujours."
    return (
        f"La demande n° {request_id} concerne {asked.candidate_name}, dont le résultat n’est pas modifié : "
        "corrigez-le, ou refusez la demande."
    )


def _sheet(tx: Connection, s: SessionRow) -> Sheet:
    """The sheet, whose certificates nobody takes away before the transaction ends."""
    if tx.dialect.name != "sqlite":  # where whoever writes has the whole database
        tx.execute(_KEEP_TITLE, {"number": s.title_id})
    return load(tx, s)


def _stop(work: Work, s: SessionRow, version: int, typed: Typed, sheet: Sheet, action: Action) -> Refused | Changed | None:
    """As for every act; and the sheet against which the results were read, before the session was held, is still its own."""
    stopped = stop(work, s, version, action)
    named = {number for entry in typed.entries.values() for number in entry if number is not None}
    gone = named - {certificate.id for certificate in sheet.certificates}
    return stopped or (Changed(s) if gone or s.version != typed.version else None)


def seal(work: Work, s: SessionRow, entries: Entries, purpose: str = "confirmation") -> str:
    """What binds an answer to its question: this person, this session in this version, the date and the results shown."""
    return sealing.seal(work, purpose, _question(s, entries))


def _sealed(work: Work, s: SessionRow, entries: Entries, given: str, purpose: str = "confirmation") -> bool:
    return sealing.is_sealed(work, purpose, _question(s, entries), given)


def _question(s: SessionRow, entries: Entries) -> dict[str, Any]:
    results = {str(c): {str(k): v for k, v in e.items()} for c, e in entries.items()}
    return {"session": s.number, "version": s.version, "date": s.actual_end_on, "results": results}


_KEEP_TITLE = select(title.c.id).where(title.c.id == bindparam("number")).with_for_update(read=True, key_share=True)
_HERE = result.c.session_id == bindparam("number")
_SET = (
    update(result)
    .where(_HERE, result.c.candidate_id.in_(bindparam("who", expanding=True)))
    .values(outcome=bindparam("said"), definitive=bindparam("final"))
)
_SET_TITLE = _SET.where(result.c.certificate_id.is_(None))
_SET_CERTIFICATE = _SET.where(result.c.certificate_id == bindparam("certificate"))
_ADD = insert(result)
_CLEAR = delete(result).where(_HERE, result.c.candidate_id.in_(bindparam("who", expanding=True)))


def _replace(tx: Connection, sheet: Sheet, number: int, entries: Entries, candidates: Iterable[int], *, definitive: bool) -> None:
    """The results of these candidates become these entries. Rows stay where only what they say changes: one statement for
    all who got the same outcome."""
    said: dict[tuple[int | None, str], list[int]] = defaultdict(list)
    renewed: list[int] = []
    rows: list[dict[str, Any]] = []
    for c in sorted(candidates):
        new, old = entries.get(c, {}), sheet.stored.get(c, {})
        if new.keys() == old.keys():
            for certificate, outcome in new.items():
                if outcome != old[certificate] or definitive != sheet.definitive:
                    said[certificate, str(outcome)].append(c)
            continue
        if old:
            renewed.append(c)
        rows += [
            {
                "session_id": number,
                "candidate_id": c,
                "certificate_id": certificate,
                "outcome": str(outcome),
                "definitive": definitive,
            }
            for certificate, outcome in sorted(new.items(), key=lambda item: item[0] or 0)
        ]
    if renewed:
        tx.execute(_CLEAR, {"number": number, "who": renewed})
    if rows:
        tx.execute(_ADD, rows)
    for (certificate, words), who in said.items():
        values = {"number": number, "who": who, "said": words, "final": definitive}
        if certificate is None:
            tx.execute(_SET_TITLE, values)
        else:
            tx.execute(_SET_CERTIFICATE, {**values, "certificate": certificate})
