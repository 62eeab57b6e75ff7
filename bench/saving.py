"""Sixteen centres save drafts of results at once, through the production server: how many succeed, how many a second."""

import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bench.servers import Person, token


@dataclass(frozen=True)
class Saved:
    failed: int
    per_second: float


def sheet(person: Person, number: int) -> tuple[dict[str, object], list[str]]:
    """What a person sees of a session's sheet: its hidden fields, and the names of its groups."""
    status, page = person.get(f"/sessions/{number}/resultats")
    assert status == 200, number
    return read_sheet(page)


def read_sheet(page: str) -> tuple[dict[str, object], list[str]]:
    """The same of a page that was answered."""
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version, "this session takes no results"
    return {"csrf_token": token(page), "version": int(version[1]), "action": "draft"}, sorted(
        set(re.findall(r'name="(resultat-\d+)"', page))
    )


def at_once(port: int, emails: Sequence[str], sessions: Sequence[int], times: int) -> Saved:
    """Each person has a session and saves it so many times, each time with another outcome."""
    people = [Person(port, email) for email in emails]
    sheets = [sheet(person, number) for person, number in zip(people, sessions, strict=True)]

    def work(job: tuple[Person, int, tuple[dict[str, object], list[str]]]) -> int:
        person, number, (fields, groups) = job
        failed = 0
        version = int(str(fields["version"]))
        for i in range(times):
            outcome = ("titre", "echec")[i % 2]
            status, _ = person.post(
                f"/sessions/{number}/resultats", {**fields, "version": version + i, **dict.fromkeys(groups, outcome)}
            )
            failed += status != 303
        return failed

    begun = time.perf_counter()
    with ThreadPoolExecutor(len(people)) as pool:
        failed = sum(pool.map(work, zip(people, sessions, sheets, strict=True)))
    return Saved(failed, len(people) * times / (time.perf_counter() - begun))
