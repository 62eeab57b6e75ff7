"""Accounts, their second factors and their calendars, requests of no session, settings: which events tell of them."""

from collections.abc import Hashable, Iterator

from sqlalchemy import select

from portal.features.accounts.passwords import fingerprint
from portal.features.past import before_codes
from portal.features.standing.things import Heard, Kind, Said, Values
from portal.rules.names import ERASED
from portal.store.accounts import account
from portal.store.calendars import calendar_feed
from portal.store.factors import factor
from portal.store.limits import setting
from portal.store.requests import RequestStatus, request
from portal.store.text import fold

Told = Iterator[tuple[Hashable, Values | None]]
SCOPE = ("role", "centre_id", "department_code", "region_code", "manager")
CLOSED = {"account_closed": True, "invitation_withdrawn": True, "account_reopened": False}
WHO = ("name", "email")

# ---- accounts


def _account(h: Heard, before: Said) -> Told:
    said = {name: h.after[name] for name in SCOPE if name in h.after}
    person = h.after.get("person", {})
    said |= {name: person[name] for name in WHO if name in person} if person != ERASED else {}
    if h.action == "account_invited":
        said = {**dict.fromkeys((*SCOPE[1:4], "erased_at")), "manager": 0, "closed": False, "invited_by": h.by_id, **said}
    if "password" in h.after:
        said["password"] = h.after["password"]
    if h.action in CLOSED:
        said["closed"] = CLOSED[h.action]
    if h.key.isdecimal():
        yield int(h.key), said
    elif "email" in h.after:  # up to version 1.11.0 an account was called by its address
        yield (
            h.after["email"],
            {**{n: v for n, v in said.items() if n not in ("manager", "invited_by", "erased_at")}, "email": h.after["email"]},
        )


def _erased(h: Heard, before: Said) -> Told:
    address = f"{fold(ERASED)}-{h.key}@invalid"
    yield int(h.key), {"name": ERASED, "email": address, "password": "", "erased_at": h.at}


ACCOUNTS = dict.fromkeys(
    (
        *("account_invited", "invitation_sent_again", "account_changed", "name_changed", "email_changed"),
        *("password_chosen", *CLOSED),
    ),
    _account,
)


# ---- second factors, calendars


def _added(h: Heard, before: Said) -> Told:
    yield h.after["factor"], {"account_id": int(h.key), "kind": h.after["kind"]}


def _taken(h: Heard, before: Said) -> Told:
    yield h.before["factor"], None


def _reset(h: Heard, before: Said) -> Told:
    yield from ((number, None) for number, said in before.items() if said["account_id"] == int(h.key))


def _given(h: Heard, before: Said) -> Told:
    if h.key.isdecimal():
        yield int(h.key), {"created_at": h.at}


def _revoked(h: Heard, before: Said) -> Told:
    if h.key.isdecimal():
        yield int(h.key), None


# ---- requests, settings

ANSWERS = {
    "request_made": RequestStatus.OPEN,
    "request_accepted": RequestStatus.ACCEPTED,
    "request_refused": RequestStatus.REFUSED,
    "request_withdrawn": RequestStatus.WITHDRAWN,
}
WISH = ("kind", "wanted_start", "wanted_end", "approval_number", "lockdown_cause", "registered", "title_id", "centre_id")
GRANT = ("granted_start", "granted_end")
ANSWERED = ("answered_at", "answered_by", "answer", *GRANT)


def of_request(h: Heard) -> Values:
    """What an event says of its request."""
    said = {"status": ANSWERS[h.action].value, **{name: h.after[name] for name in (*WISH, *GRANT) if name in h.after}}
    why = "reason" if h.action == "request_made" else "answer"
    if h.action != "request_withdrawn":
        said[why] = h.reason if why == "reason" else h.reason or None
    if h.action == "request_made":
        return {**dict.fromkeys(ANSWERED), **said, "made_at": h.at, "made_by": h.by, "made_by_id": h.by_id}
    return {**said, "answered_at": h.at, "answered_by": h.by}


def _request(h: Heard, before: Said) -> Told:
    if h.session is None and not before_codes.is_old(h.action, h.before, h.after):
        yield h.after["request"], of_request(h)


def _settings(h: Heard, before: Said) -> Told:
    for key, value in h.after.items():
        yield key, {"value": str(int(value))}


REQUESTS = Kind(
    "demande n° {}",
    select(request).where(request.c.session_id.is_(None)),
    lambda row: row.id,
    dict.fromkeys(ANSWERS, _request),
)
PEOPLE = (
    Kind(
        "compte n° {}",
        select(account).order_by(account.c.id),
        lambda row: row.id,
        ACCOUNTS | {"account_erased": _erased},
        {"closed": lambda row: row.closed_at is not None, "password": lambda row: fingerprint(row.password_hash)},
        always=True,
        older=lambda row: row.email,
    ),
    Kind(
        "second facteur n° {}",
        select(factor),
        lambda row: row.id,
        {"factor_added": _added, "factor_removed": _taken, "factors_reset": _reset, "account_erased": _reset},
    ),
    Kind(
        "calendrier du compte n° {}",
        select(calendar_feed),
        lambda row: row.account_id,
        {"calendar_given": _given, "calendar_replaced": _given, "calendar_revoked": _revoked, "account_erased": _revoked},
    ),
    Kind("réglage {}", select(setting), lambda row: row.key, dict.fromkeys(("limits_set", "durations_set"), _settings)),
)
