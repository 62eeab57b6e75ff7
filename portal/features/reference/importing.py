"""Taking over centres and titles from a file: all or nothing, what is known is brought up to date."""

import re
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from portal.core.imports import Imported
from portal.core.keeping import about, differing, keep, told
from portal.files.errors import BadCell, Errors
from portal.files.found import Found
from portal.files.parsers import (
    code_of,
    day_or_none,
    email_of,
    level_of,
    months_of,
    phone_of,
    rncp_of,
    siret_of,
    text_of,
)  # fmt: skip
from portal.files.reading import Line, read
from portal.rules.titles import GENERAL_EXTENSION_MONTHS
from portal.store.audit import Event
from portal.store.france import DEPARTMENTS
from portal.store.places import centre
from portal.store.text import fold
from portal.store.titles import CertificateKind, certificate, title
from portal.store.work import Work

CENTRES = ("siret", "name", "department")
MORE_OF_CENTRES = ("address", "email", "phone")
TITLES = ("code", "decree_version", "label", "level", "certificates")
MORE_OF_TITLES = ("expires_on", "extension_months", "rncp_code")
NAMED = {"department_code": "department", "decree_on": "decree_version"}  # what files call otherwise than the tables


def department_of(cell: str) -> str:
    code = cell.upper().zfill(2)
    if code not in DEPARTMENTS:
        raise BadCell(f"le département « {cell} » n’existe pas")
    return code


def months_or_usual(cell: str) -> int:
    return months_of(cell) if cell else GENERAL_EXTENSION_MONTHS


Certificates = list[tuple[CertificateKind, str]]


def certificates_of(cell: str) -> Certificates:
    """« CCP un|CCP deux|CCS: complément »: a label that begins with « CCS: » is a CCS, all others are CCP."""
    found = []
    for part in filter(None, (p.strip() for p in cell.split("|"))):
        ccs = re.match(r"CCS\s*:\s*", part)
        label = text_of(300)(part[ccs.end() :] if ccs else part)
        found.append((CertificateKind.CCS if ccs else CertificateKind.CCP, label))
    if len({label for _, label in found}) < len(found):
        raise BadCell("un certificat est en double")
    return found


# ---- what the columns of a thing hold, however it was typed


def centre_values(siret: str, name: str, department_code: str, **more: str) -> dict[str, Any]:
    """The columns of a centre."""
    values = {"siret": siret, "name": name, "department_code": department_code}
    return {**values, "search_key": centre_key(name), **more}


def centre_key(name: str) -> str:
    """What a centre is sorted and found by."""
    return fold(name)[:200]


def title_key(code: str, label: str) -> str:
    """What a title is sorted and found by."""
    return fold(f"{code} {label}")[:250]


# ---- from a file


def import_centres(work: Work, data: bytes | Found) -> Imported:
    """`siret;name;department`, and maybe `address;email;phone`. A known SIRET is updated. Raises BadFile; then nothing is
    written."""
    errors, seen, rows = Errors(), dict[str, int](), dict[int, dict[str, Any]]()
    lines = read(data, CENTRES, MORE_OF_CENTRES)
    parsers = {"address": text_of(300, required=False), "email": email_of, "phone": phone_of}
    for line in lines:
        siret = line.get("siret", siret_of, errors)
        name = line.get("name", text_of(200), errors)
        code = line.get("department", department_of, errors)
        more = {n: line.get(n, parse, errors) or "" for n, parse in parsers.items() if n in lines.columns}
        if siret and _once(siret, line, seen, errors, "ce SIRET") and name and code:
            rows[line.number] = centre_values(siret, name, code, **more)
    errors.stop_if_any()
    was, added = {}, dict[int, dict[str, Any]]()
    with work.db.writing() as tx:
        known = {r.siret: r for r in tx.execute(select(centre))}
        for number, row in rows.items():
            if (old := known.get(row["siret"])) is None:
                added[number] = row
            elif changed := differing(old, row):
                was[number] = _as_columns({name: getattr(old, name) for name in changed})
                keep(tx, work, centre, old, row, None, "centre_changed", about("centre", old.id))
        if added:
            query = insert(centre).returning(centre.c.id, sort_by_parameter_order=True)
            ids = tx.execute(query, list(added.values())).scalars()
            pairs = zip(ids, added.values(), strict=True)
            work.record_all(tx, [Event("centre_opened", subject=about("centre", i), after=told(row)) for i, row in pairs])
    return Imported(len(added), len(was), lines.notes, was, frozenset(added))


def _as_columns(values: dict[str, Any]) -> dict[str, Any]:
    """These columns of a table under the names that a file gives them."""
    return {NAMED.get(name, name): value for name, value in told(values).items()}


def import_titles(work: Work, data: bytes | Found) -> Imported:
    """`code;decree_version;label;level;certificates`, and maybe `expires_on;extension_months;rncp_code`. A known code is
    updated; its certificates are completed, never taken away. Raises BadFile; then nothing is written."""
    errors, seen = Errors(), dict[str, int]()
    rows: dict[int, tuple[dict[str, Any], Certificates]] = {}
    lines = read(data, TITLES, MORE_OF_TITLES)
    parsers = {"expires_on": day_or_none, "extension_months": months_or_usual, "rncp_code": rncp_of}
    for line in lines:
        code = line.get("code", code_of, errors)
        label = line.get("label", text_of(200), errors)
        row = {
            "code": code,
            "decree_on": line.get("decree_version", day_or_none, errors),
            "label": label,
            "level": line.get("level", level_of, errors),
            **{name: line.get(name, parse, errors) for name, parse in parsers.items() if name in lines.columns},
        }
        found = line.get("certificates", certificates_of, errors)
        if code and _once(code, line, seen, errors, "ce code") and label:
            rows[line.number] = {**row, "search_key": title_key(code, label)}, found or []
    errors.stop_if_any()
    fresh, was = set(), {}
    with work.db.writing() as tx:
        known = {r.code: r for r in tx.execute(select(title))}
        for number, (row, certificates) in rows.items():
            old = known.get(row["code"])
            if old is None:
                add_title(tx, work, row, certificates)
                fresh.add(number)
            elif changed := _bring_up(tx, work, old, row, certificates):
                was[number] = _as_columns(changed)
    return Imported(len(fresh), len(was), lines.notes, was, fresh)


def add_title(tx: Connection, work: Work, row: dict[str, Any], certificates: Certificates) -> int:
    """A new title with its certificates; its number."""
    number = int(tx.execute(insert(title).values(**row).returning(title.c.id)).scalar_one())
    add_certificates(tx, number, certificates)
    after = {**told(row), **certificates_told(added=certificates)}
    work.record(tx, "title_opened", subject=about("title", row["code"]), after=after)
    return number


def _bring_up(tx: Connection, work: Work, old: Row[Any], row: dict[str, Any], certificates: Certificates) -> dict[str, Any]:
    """What the columns of a known title held that changes; its certificates are completed."""
    there = set(tx.execute(select(certificate.c.label).where(certificate.c.title_id == old.id)).scalars())
    fresh = [one for one in certificates if one[1] not in there]
    add_certificates(tx, old.id, fresh, len(there))
    keep(tx, work, title, old, row, None, "title_changed", about("title", old.code), besides=certificates_told(added=fresh))
    changed = {name: getattr(old, name) for name in differing(old, row)}
    return {**changed, "certificates": len(there)} if fresh else changed


def certificates_told(**lists: Certificates) -> dict[str, list[dict[str, str]]]:
    """These lists as an event keeps them; none that is empty."""
    return {name: [{"kind": kind.value, "label": label} for kind, label in found] for name, found in lists.items() if found}


def add_certificates(tx: Connection, title_id: int, certificates: Certificates, after: int = 0) -> None:
    """These certificates of a title, in this order, after so many that it has."""
    for position, (kind, label) in enumerate(certificates, after + 1):
        tx.execute(insert(certificate).values(title_id=title_id, kind=kind.value, position=position, label=label))


def _once(value: str, line: Line, seen: dict[str, int], errors: Errors, what: str) -> bool:
    first = seen.setdefault(value, line.number)
    if first != line.number:
        errors.add(line.number, f"{what} est déjà à la ligne {first}")
    return first == line.number
