"""The sessions of the demonstration, as tables: number, SIRET, title, kind, start, end, status."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from portal.demo import data, preparing
from portal.rules.lifecycle import Status

S = Status
Row = tuple[Any, ...]


def specials(sirets: Sequence[str]) -> list[Row]:
    """One session ready for each next step of each role."""
    main, title = sirets[0], "TP-01303"
    table = (
        (224561, "titre", "2020-03-02", "2020-04-20", S.CONVOKED),  # moved by the measure: waits for its real end date
        (224562, "titre", "2020-03-09", "2020-04-10", S.CONVOKED),  # moved, real date entered: forty results to enter
        (224563, "titre", "2020-07-06", "2020-07-10", S.PREPARATION),
        (224564, "titre", "2020-06-29", "2020-07-03", S.DTE_SENT),
        (224565, "titre", "2020-06-02", "2020-06-10", S.RESULTS),
        (224566, "titre", "2020-06-22", "2020-06-26", S.DTE_REQUESTED),  # the newsletter's
        (224567, "titre", "2020-02-03", "2020-02-14", S.LOCKED),
        (224568, "ccp", "2020-06-03", "2020-06-05", S.CONVOKED),
        (224569, "titre", "2020-03-23", "2020-04-03", S.CONVOKED),  # moved, real date past the postponed one
        (224570, "titre", "2020-06-23", "2020-06-25", S.CONVOKED),  # the UD may postpone it
        (224571, "titre", "2020-06-02", "2020-06-12", S.CONVOKED),  # results without any confirmation
        (224572, "titre", "2020-05-18", "2020-05-22", S.PREPARATION),  # moved while in preparation, no candidate
        (preparing.COMEBACK, "ccp", "2020-02-04", "2020-02-05", S.LOCKED),  # the last missing CCP: titre by accumulation
        (224575, "titre", "2020-06-24", "2020-06-26", S.PREPARATION),  # late: no candidate, no jury, nine days to go
    )
    rows: list[Row] = [(n, main, title, kind, _day(a), _day(b), status) for n, kind, a, b, status in table]
    first_try = (preparing.FIRST_TRY, sirets[1], title, "titre", _day("2019-11-12"), _day("2019-11-15"), S.LOCKED)
    return [*rows, first_try]


def asked(sirets: Sequence[str]) -> list[Row]:
    """To come, and moved by their unit alone: their centres ask for other dates."""
    table = (
        (224576, 0, "2020-07-01", "2020-07-03", S.DTE_REQUESTED), (224577, 0, "2020-06-25", "2020-06-26", S.CONVOKED),
        (224578, 1, "2020-07-02", "2020-07-03", S.DTE_REQUESTED), (224579, 1, "2020-06-29", "2020-06-30", S.CONVOKED),
    )  # fmt: skip
    return [(n, sirets[i], "TP-01303", "titre", _day(a), _day(b), status) for n, i, a, b, status in table]


def grid(sirets: Sequence[str], titles: Sequence[str]) -> list[Row]:
    """Every case of the measure, both sides of each bound, every status."""
    rows: list[Row] = []
    pairs = [(a, b) for a in data.STARTS for b in data.ENDS if b >= a]
    statuses = list(Status)
    for i, (start, end) in enumerate(pairs):
        for shift in (0, 2, 4):
            status = statuses[(i + shift) % len(statuses)]
            if status in (S.RESULTS, S.LOCKED) and end > date(2020, 6, 12):
                status = S.CANCELLED
            n = len(rows)
            rows.append((224600 + n, sirets[n % 6], titles[n % len(titles)], "titre", start, end, status))
    return rows


def since(sirets: Sequence[str], titles: Sequence[str]) -> list[Row]:
    """Taken over since the measure: not moved yet, so that it can be planned and applied again."""
    table = (
        ("2020-02-03", "2020-03-13", S.PREPARATION), ("2020-03-02", "2020-03-17", S.PREPARATION),
        ("2020-01-01", "2020-03-17", S.DTE_SENT), ("2020-03-17", "2020-05-11", S.CONVOKED),
        ("2020-03-02", "2020-04-10", S.CONVOKED), ("2020-03-16", "2020-05-12", S.DTE_REQUESTED),
        ("2020-01-13", "2020-03-20", S.PREPARATION), ("2020-02-10", "2020-06-05", S.CONVOKED),
        ("2020-03-17", "2020-03-27", S.PREPARATION), ("2020-04-06", "2020-04-10", S.DTE_REQUESTED),
        ("2020-05-11", "2020-05-15", S.CONVOKED), ("2020-05-12", "2020-05-20", S.PREPARATION),
        ("2020-05-31", "2020-06-05", S.DTE_SENT), ("2020-05-25", "2020-08-28", S.CONVOKED),
        ("2020-06-01", "2020-06-05", S.CONVOKED), ("2020-06-15", "2020-06-19", S.CONVOKED),
        ("2020-03-23", "2020-03-27", S.CANCELLED), ("2019-12-16", "2020-03-20", S.CONVOKED),
        ("2020-07-01", "2020-07-03", S.PREPARATION), ("2020-04-20", "2020-04-24", S.CONVOKED),
    )  # fmt: skip
    return [
        (225000 + i, sirets[i % 6], titles[i % len(titles)], "titre", _day(a), _day(b), status)
        for i, (a, b, status) in enumerate(table)
    ]


def _day(text: str) -> date:
    return date.fromisoformat(text)
