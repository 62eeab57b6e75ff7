"""What the demonstration's people prepared: approvals, juries, and a titre obtained by accumulation across two centres."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from portal.features.jury.members import Kept, accredit, add
from portal.features.jury.queries import member
from portal.features.jury.seats import seat
from portal.rules.outcomes import Outcome
from portal.store.work import Work

# Names; the third's accreditation is over, the fourth's is for one title only.
JURY = {
    "94": (("Delorme", "Agnès"), ("Haddad", "Karim"), ("Le Goff", "Yann"), ("Ferreira", "Sílvia"), ("Blanc", "Odile")),
    "75": (("N’Diaye", "Awa"), ("Rossi", "Paolo"), ("Müller", "Greta")),
}
FROM, TO, OVER = date(2018, 1, 1), date(2022, 12, 31), date(2019, 12, 31)


def approvals(sirets: Sequence[str], titles: Mapping[str, date | None]) -> list[tuple[Any, ...]]:
    """number;siret;title;valid_from;valid_to, for titles with their expiry, which no approval outlives. The first centre misses
    the last real title, and one approval has ended."""
    rows = []
    real = [code for code, expiry in titles.items() if expiry is None]
    for i, siret in enumerate(sirets):
        for j, (code, expiry) in enumerate(titles.items()):
            if i == 0 and code == real[-1]:
                continue
            end = date(2020, 3, 31) if i == 0 and code == real[-2] else expiry or date(2021, 12, 31)
            rows.append((f"AG-{i + 1:02}-{j + 1:02}", siret, code, date(2016, 1, 1), end))
    return rows


def keep_jury(work: Work, department: str, titles: Sequence[str]) -> list[int]:
    """The unit enters its members and their accreditations; those who may sit everywhere come back."""
    free = []
    for i, (last, first) in enumerate(JURY[department]):
        kept = add(work, last, first, f"jury{department}-{i + 1}@demo.example")
        assert isinstance(kept, Kept)
        for code in titles[:1] if i == 3 else titles:
            with work.db.reading() as conn:
                found = member(conn, work.actor, kept.member_id)
            assert found
            accredit(work, kept.member_id, found.version, code, FROM, OVER if i == 2 else TO)
        if i not in (2, 3):
            free.append(kept.member_id)
    return free


def seat_two(work: Work, number: int, version: int, members: Sequence[int]) -> None:
    for i, chosen in enumerate(members[:2]):
        seat(work, number, version + i, chosen, although_elsewhere=True)


# A person who failed one CCP in Paris, and came back for it in the Val-de-Marne: number of session: (people, outcome of each).
RETURNING = ("Abeille", "Maïwenn", date(1991, 5, 17), "maiwenn.abeille@demo.example")
OTHER = ("Zola", "Côme", date(1987, 8, 2), "")
FIRST_TRY, COMEBACK = 224574, 224573
PEOPLE = {FIRST_TRY: (RETURNING, OTHER), COMEBACK: (RETURNING,)}


def entries(number: int, candidates: Sequence[int], certificates: Sequence[int]) -> dict[int, dict[int | None, Outcome]] | None:
    """The results of these two sessions; None for others. `candidates` in French order of names."""
    if number == FIRST_TRY:
        return {candidates[0]: {None: Outcome.PARTIAL, certificates[0]: Outcome.ACQUIRED}, candidates[1]: {None: Outcome.TITLE}}
    if number == COMEBACK:
        return {candidates[0]: {certificates[1]: Outcome.ACQUIRED}}
    return None
