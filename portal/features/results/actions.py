"""Entering results, with the blocking confirmation after an automatic postponement (domain.md 6), and correcting them."""

import hmac
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, update

from portal.core.holding import change, step_values, write
from portal.core.outcomes import Invalid, Outcome, Saved, Unchanged
from portal.core.session import SessionRow
from portal.core.sheet import Entries, Sheet, Typed, load
from portal.core.telling import tell_centre
from portal.features.results.accumulation import effects_of
from portal.rules.french import plural
from portal.rules.lifecycle import Action, Status
from portal.store.audit import as_json
from portal.store.candidates import result
from portal.store.work import Work


@dataclass(frozen=True)
class MustConfirm(Invalid):
    """« Êtes-vous sûr d’avoir saisi la date RÉELLE de fin de session ? »: nothing is saved before the answer."""

    session: SessionRow | None = None


@dataclass(frozen=True)
class Incomplete(Invalid):
    """The sheet cannot be saved as it is: a sentence for each candidate concerned."""

    problems: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Affects(Invalid):
    """The correction changes what people hold beyond this session: it says whom, and nothing is saved before the answer."""

    session: SessionRow | None = None
    effects: Sequence[str] = ()


# The entries, or how to read them once the sheet is at hand: so that a sheet is loaded once, under the session's lock.
Given = Entries | Callable[[Sheet], Typed]


def _typed(given: Given, sheet: Sheet) -> Typed:
    return given(sheet) if callable(given) else Typed(given)


def save_draft(work: Work, number: int, version: int, given: Given) -> Outcome:
    """Keep what is typed so far, complete or not."""

    def act(tx: Connection, s: SessionRow) -> Outcome:
        sheet = load(tx, s)
        typed = _typed(given, sheet)
        entries = typed.entries
        if typed.nonsense:
            return Incomplete(problems=typed.nonsense)
        if entries == sheet.stored:
            return Unchanged("Brouillon déjà enregistré : rien n’a changé depuis.")
        _replace(tx, sheet, s.number, entries, sheet.stored.keys() | entries.keys(), definitive=False)
        write(
            tx,
            work,
            s,
            "results_draft",
            {},
            before={"resultats": sheet.told(sheet.stored)},
            after={"resultats": sheet.told(entries)},
        )
        return Saved("Brouillon enregistré.")

    return change(work, number, version, Action.ENTER_RESULTS, act, ahead=_already(work, version, given, definitive=False))


def enter_results(work: Work, number: int, version: int, given: Given, confirmation: str = "") -> Outcome:
    """Save the results for good, which takes the centre's hand away.

    After an automatic postponement `confirmation` must be the seal that `seal` gives for this very question.
    """

    def act(tx: Connection, s: SessionRow) -> Outcome:
        sheet = load(tx, s)
        typed = _typed(given, sheet)
        entries = typed.entries
        if problems := typed.nonsense or sheet.problems(entries):
            return Incomplete(problems=problems)
        if s.postponed and not _sealed(work, s, entries, confirmation):
            return MustConfirm(session=s)
        _replace(tx, sheet, s.number, entries, sheet.stored.keys() | entries.keys(), definitive=True)
        values = {**step_values(work, Action.ENTER_RESULTS), "results_saved_by": work.actor.id}
        after: dict[str, Any] = {"resultats": sheet.told(entries)}
        if s.postponed:
            after["date_reelle_confirmee"] = s.actual_end_on
        write(tx, work, s, "results_saved", values, before={"resultats": sheet.told(sheet.stored)}, after=after)
        return Saved("Résultats enregistrés.")

    return change(work, number, version, Action.ENTER_RESULTS, act, ahead=_already(work, version, given, definitive=True))


def correct_results(work: Work, number: int, version: int, entries: Entries, reason: str, confirmation: str = "") -> Outcome:
    """Correct saved results, with a reason: the local unit's only right on a session whose results are saved.

    Where that changes a titre by accumulation, `confirmation` must be the seal that `seal` gives for this correction.
    """

    def already(tx: Connection, s: SessionRow) -> Outcome | None:
        if s.version != version + 1 or s.status is not Status.RESULTS:
            return None
        return Unchanged("Corrections déjà enregistrées.") if load(tx, s).stored == entries else None

    def act(tx: Connection, s: SessionRow) -> Outcome:
        sheet = load(tx, s)
        errors = {} if reason else {"reason": "Indiquez le motif de la correction."}
        problems = sheet.problems(entries)
        if problems or errors:
            return Incomplete(errors, problems)
        changed = [c.id for c in sheet.candidates if entries.get(c.id) != sheet.stored.get(c.id)]
        if not changed:
            return Incomplete(
                {"corrections": "Aucun résultat n’a été modifié : changez au moins un résultat, ou revenez à la session."}
            )
        effects = effects_of(tx, s, sheet, entries, changed)
        if effects and not _sealed(work, s, entries, confirmation, "correction"):
            return Affects(session=s, effects=effects)
        before = {n: e for n, e in sheet.stored.items() if n in changed}
        after = {n: e for n, e in entries.items() if n in changed}
        _replace(tx, sheet, s.number, entries, changed, definitive=True)
        told: dict[str, Any] = {"before": {"resultats": sheet.told(before)}, "after": {"resultats": sheet.told(after)}}
        if effects:
            told["after"]["consequences"] = effects
        write(tx, work, s, "results_corrected", {}, reason=reason, **told)
        what = plural(len(changed), "résultat corrigé", "résultats corrigés")
        tell_centre(tx, work, s, f"Session {s.number} : {what} par l’{s.unit}", f"Motif : {reason}")
        return Saved("Corrections enregistrées.")

    return change(work, number, version, Action.CORRECT_RESULTS, act, ahead=already)


def seal(work: Work, s: SessionRow, entries: Entries, purpose: str = "confirmation") -> str:
    """What binds an answer to its question: this person, this session in this version, the date and the results shown."""
    content = {str(c): {str(k): v for k, v in e.items()} for c, e in entries.items()}
    question = as_json(
        {"actor": work.actor.id, "session": s.number, "version": s.version, "date": s.actual_end_on, "results": content}
    )
    key = hmac.new(work.db.audit_key, purpose.encode(), sha256).digest()
    return hmac.new(key, question.encode(), sha256).hexdigest()


def _sealed(work: Work, s: SessionRow, entries: Entries, given: str, purpose: str = "confirmation") -> bool:
    return hmac.compare_digest(given.encode(), seal(work, s, entries, purpose).encode())


def _already(work: Work, version: int, given: Given, *, definitive: bool) -> Any:
    """Eight clicks at once are one save: the others find their own work done and are told so."""

    def check(tx: Connection, s: SessionRow) -> Outcome | None:
        mine = s.results_saved_by == work.actor.id if definitive else s.status is Status.CONVOKED
        if not mine or s.version != version + 1 or definitive != (s.status is Status.RESULTS):
            return None
        sheet = load(tx, s)
        same = sheet.stored == _typed(given, sheet).entries and sheet.definitive == definitive
        return Unchanged("Résultats déjà enregistrés." if definitive else "Brouillon déjà enregistré.") if same else None

    return check


_HERE = result.c.session_id == bindparam("number")
_SET = (
    update(result)
    .where(_HERE, result.c.candidate_id.in_(bindparam("who", expanding=True)))
    .values(outcome=bindparam("said"), definitive=bindparam("final"))
)
_SET_TITLE = _SET.where(result.c.certificate_id.is_(None))
_SET_CERTIFICATE = _SET.where(result.c.certificate_id == bindparam("certificate"))
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
        tx.execute(insert(result), rows)
    for (certificate, words), who in said.items():
        values = {"number": number, "who": who, "said": words, "final": definitive}
        if certificate is None:
            tx.execute(_SET_TITLE, values)
        else:
            tx.execute(_SET_CERTIFICATE, {**values, "certificate": certificate})
