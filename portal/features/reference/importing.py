"""Taking over centres and titles from a CSV."""

import re
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from portal.core.imports import Imported
from portal.files.errors import BadCell, Errors
from portal.files.parsers import code_of, day_or_none, level_of, siret_of, text_of
from portal.files.reading import Line, read
from portal.store.france import DEPARTMENTS
from portal.store.places import centre
from portal.store.text import fold
from portal.store.titles import CertificateKind, certificate, title
from portal.store.work import Work


def department_of(cell: str) -> str:
    code = cell.upper().zfill(2)
    if code not in DEPARTMENTS:
        raise BadCell(f"le département « {cell} » n’existe pas")
    return code


def certificates_of(cell: str) -> list[tuple[CertificateKind, str]]:
    """« CCP un|CCP deux|CCS: complément »: a label that begins with « CCS: » is a CCS, all others are CCP."""
    found = []
    for part in filter(None, (p.strip() for p in cell.split("|"))):
        ccs = re.match(r"CCS\s*:\s*", part)
        label = text_of(300)(part[ccs.end() :] if ccs else part)
        found.append((CertificateKind.CCS if ccs else CertificateKind.CCP, label))
    if len({label for _, label in found}) < len(found):
        raise BadCell("un certificat est en double")
    return found


def import_centres(work: Work, data: bytes) -> Imported:
    """`siret;name;department`. A known SIRET is updated. Raises BadFile; then nothing is written."""
    errors = Errors()
    seen: dict[str, int] = {}
    rows = []
    lines = read(data, ("siret", "name", "department"))
    for line in lines:
        siret = line.get("siret", siret_of, errors)
        name = line.get("name", text_of(200), errors)
        code = line.get("department", department_of, errors)
        if siret and _once(siret, line, seen, errors, "ce SIRET"):
            rows.append({"siret": siret, "name": name, "department_code": code, "search_key": fold(name or "")[:200]})
    errors.stop_if_any()
    with work.db.writing() as tx:
        known = {r.siret: r for r in tx.execute(select(centre))}
        added = [row for row in rows if row["siret"] not in known]
        changed = [row for row in rows if row["siret"] in known and _differs(known[row["siret"]], row)]
        if added:
            tx.execute(insert(centre), added)
        for row in changed:
            tx.execute(update(centre).where(centre.c.siret == row["siret"]).values(**row))
        if added or changed:
            after = {"added": [r["siret"] for r in added], "updated": [r["siret"] for r in changed]}
            work.record(tx, "centres_imported", subject="centres", after=after)
    return Imported(len(added), len(changed), lines.notes)


def import_titles(work: Work, data: bytes) -> Imported:
    """`code;decree_version;label;level;certificates;expires_on`. A known code is updated; its certificates are
    completed, never taken away. Raises BadFile; then nothing is written."""
    errors = Errors()
    seen: dict[str, int] = {}
    rows: list[tuple[dict[str, Any], list[tuple[CertificateKind, str]]]] = []
    lines = read(data, ("code", "decree_version", "label", "level", "certificates"), ("expires_on",))
    for line in lines:
        code = line.get("code", code_of, errors)
        row = {
            "code": code,
            "decree_on": line.get("decree_version", day_or_none, errors),
            "label": line.get("label", text_of(200), errors),
            "level": line.get("level", level_of, errors),
            "expires_on": line.get("expires_on", day_or_none, errors),
        }
        row["search_key"] = fold(f"{code} {row['label']}")[:250]
        labels = line.get("certificates", certificates_of, errors)
        if code and _once(code, line, seen, errors, "ce code"):
            rows.append((row, labels or []))
    errors.stop_if_any()
    with work.db.writing() as tx:
        known = {r.code: r for r in tx.execute(select(title))}
        added = [row["code"] for row, _ in rows if row["code"] not in known]
        changed = []
        for row, labels in rows:
            old = known.get(row["code"])
            if old is None:
                title_id = tx.execute(insert(title).values(**row).returning(title.c.id)).scalar_one()
            else:
                title_id = old.id
                if _differs(old, row):
                    tx.execute(update(title).where(title.c.id == title_id).values(**row))
                    changed.append(row["code"])
            _complete_certificates(tx, title_id, labels)
        if added or changed:
            work.record(tx, "titles_imported", subject="titles", after={"added": added, "updated": changed})
    return Imported(len(added), len(changed), lines.notes)


def _complete_certificates(tx: Connection, title_id: int, labels: list[tuple[CertificateKind, str]]) -> None:
    known = set(tx.execute(select(certificate.c.label).where(certificate.c.title_id == title_id)).scalars())
    for position, (kind, label) in enumerate(labels, 1):
        if label not in known:
            tx.execute(insert(certificate).values(title_id=title_id, kind=kind.value, position=position, label=label))


def _differs(old: Row[Any], row: dict[str, Any]) -> bool:
    return any(getattr(old, name) != value for name, value in row.items())


def _once(value: str, line: Line, seen: dict[str, int], errors: Errors, what: str) -> bool:
    first = seen.setdefault(value, line.number)
    if first != line.number:
        errors.add(line.number, f"{what} est déjà à la ligne {first}")
    return first == line.number
