"""The approvals of a centre, with what its titles allow."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from portal.rules.lifecycle import Kind
from portal.rules.titles import Approved, last_start
from portal.store.titles import CertificateKind, approval, certificate, title


@dataclass
class ApprovedTitle:
    """A title that the centre has, or had, an approval for."""

    id: int
    code: str
    label: str
    kinds: list[Kind]
    approvals: list[Approved] = field(default_factory=list)


def of_centre(conn: Connection, centre_id: int) -> dict[int, ApprovedTitle]:
    """The titles of a centre's approvals, by number of title, in the order of their labels. Two queries."""
    return of_centres(conn, [centre_id]).get(centre_id, {})


def of_centres(conn: Connection, centre_ids: Collection[int]) -> dict[int, dict[int, ApprovedTitle]]:
    """The same for several centres, by number of centre. Two queries, or none."""
    if not centre_ids:
        return {}
    rows = conn.execute(
        select(approval, title.c.code, title.c.label, title.c.expires_on, title.c.extension_months)
        .join(title, title.c.id == approval.c.title_id)
        .where(approval.c.centre_id.in_(sorted(centre_ids)))
        .order_by(title.c.search_key, approval.c.valid_from.desc())
    ).all()
    examined: dict[int, set[str]] = defaultdict(set)
    for row in conn.execute(select(certificate.c.title_id, certificate.c.kind).distinct()):
        examined[row.title_id].add(row.kind)
    found: dict[int, dict[int, ApprovedTitle]] = defaultdict(dict)
    for row in rows:
        of = found[row.centre_id].setdefault(
            row.title_id, ApprovedTitle(row.title_id, row.code, row.label, _kinds(examined[row.title_id]))
        )
        limit = last_start(row.expires_on, row.extension_months)
        of.approvals.append(Approved(row.id, row.number, row.valid_from, row.valid_to, row.expires_on, limit))
    return found


def of_title(conn: Connection, centre_id: int, title_id: int) -> list[Approved]:
    """The approvals of a centre for one title."""
    found = of_centre(conn, centre_id).get(title_id)
    return found.approvals if found else []


def _kinds(certificates: set[str]) -> list[Kind]:
    """What a title's sessions can be: CCP or CCS only where it has such certificates."""
    kinds = [Kind.TITLE]
    if CertificateKind.CCP in certificates:
        kinds.append(Kind.CCP)
    if CertificateKind.CCS in certificates:
        kinds.append(Kind.CCS)
    return kinds
