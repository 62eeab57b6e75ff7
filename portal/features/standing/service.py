"""Accounts, requests and settings as they stand against what the trail says of them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, select

from portal.features.measures.bound import bound_by
from portal.features.past import before_codes
from portal.features.standing.sessions import plain
from portal.store.accounts import account
from portal.store.database import STREAM
from portal.store.limits import setting
from portal.store.requests import RequestStatus, request

SCOPE = ("role", "centre_id", "department_code", "region_code", "manager")
CLOSED = {"account_closed": True, "invitation_withdrawn": True, "account_reopened": False}
ANSWERS = {
    "request_made": RequestStatus.OPEN,
    "request_accepted": RequestStatus.ACCEPTED,
    "request_refused": RequestStatus.REFUSED,
    "request_withdrawn": RequestStatus.WITHDRAWN,
}


@dataclass
class Service:
    """What the trail says of the service, after the events that were heard: of accounts their scope and whether they are
    closed, of requests their answer and dates, by number; of settings the last that were chosen."""

    accounts: dict[int, dict[str, Any]] = field(default_factory=dict)
    invited: dict[str, dict[str, Any]] = field(default_factory=dict)  # up to version 1.11.0, by address
    requests: dict[int, dict[str, Any]] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    runs: dict[int, int] = field(default_factory=dict)  # by the run of a measure, the event that tells of it
    bulk: bool = False

    @property
    def erased(self) -> set[int]:
        """The accounts that are nobody's any more."""
        return {number for number, told in self.accounts.items() if told.get("erased")}

    def hear(self, e: Row[Any]) -> None:
        if e.action in ANSWERS:
            self._hear_request(e)
        elif e.session_id is None and (e.subject.startswith("account ") or e.action == "account_invited"):
            self._hear_account(e)
        elif e.action in ("limits_set", "durations_set"):
            self.settings |= {key: str(int(value)) for key, value in json.loads(e.after).items()}
        elif e.action in ("measure_applied", "measure_reverted"):
            self.runs[bound_by(e.after).run] = e.id
        elif e.action == "bench_loaded":
            self.bulk = True

    def _hear_account(self, e: Row[Any]) -> None:
        after, number = json.loads(e.after), e.subject.removeprefix("account ")
        told = self.accounts.setdefault(int(number), {}) if number.isdigit() else self.invited.setdefault(after["email"], {})
        if e.action == "account_invited":
            told |= dict.fromkeys(SCOPE[1:4]) | {"closed": False}
        told |= {name: after[name] for name in SCOPE if name in after}
        if e.action in CLOSED:
            told["closed"] = CLOSED[e.action]
        if e.action == "account_erased":
            told["erased"] = True

    def _hear_request(self, e: Row[Any]) -> None:
        before, after = json.loads(e.before), json.loads(e.after)
        if before_codes.is_old(e.action, before, after):
            return
        told = self.requests.setdefault(after["request"], {})
        told["status"] = ANSWERS[e.action].value
        told |= {name: after[name] for name in ("wanted_start", "wanted_end", "granted_start", "granted_end") if name in after}


def differing(conn: Connection, told: Service) -> Iterator[str]:
    """Each account, request or setting that is not what the trail says, as a sentence."""
    for row in conn.execute(select(account).order_by(account.c.id), execution_options=STREAM):
        said = told.invited.get(row.email, {}) | told.accounts.pop(row.id, {})
        stands = {**{name: getattr(row, name) for name in SCOPE}, "closed": row.closed_at is not None}
        stands["erased"], said = row.erased_at is not None, said and {"erased": False, **said}
        if not said:
            yield f"compte n° {row.id} : aucun événement ne dit qui l’a invité"
        elif any(stands[name] != value for name, value in said.items()):
            yield f"compte n° {row.id} : son rôle, son ressort ou sa fermeture ne sont pas ceux que dit le journal"
    for row in conn.execute(select(request).order_by(request.c.id), execution_options=STREAM):
        said = told.requests.pop(row.id, {})
        if any(plain(getattr(row, name)) != value for name, value in said.items()):
            yield f"demande n° {row.id} : sa réponse ou ses dates ne sont pas celles que dit le journal"
    for gone, what in ((told.accounts, "compte"), (told.requests, "demande")):
        yield from (f"{what} n° {number} : le journal en parle, et il n’y en a plus trace" for number in sorted(gone))
    stored = {row.key: row.value for row in conn.execute(select(setting))}
    if any(stored.get(key) != value for key, value in told.settings.items()):
        yield "réglages : les délais ou les durées ne sont pas ceux que dit le journal"
