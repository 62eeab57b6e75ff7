"""The signed minutes of the demonstration: a page that says so, drawn here, since nobody has scanned one."""

from portal.features.minutes.actions import deposit, refuse, verify
from portal.store.work import Work

# Of whom they are still awaited, who has them to check, whose were refused; those of all others are found good.
AWAITED, TO_CHECK, REFUSED = (224612, 224780), (224644, 224649), (224696,)


def go_on(centre: Work, unit: Work | None, number: int) -> None:
    """What became of the minutes of this session, once its results were saved."""
    if number in AWAITED:
        return
    deposit(centre, number, 0, signed_minutes(number))
    if unit is None or number in TO_CHECK:
        return
    if number in REFUSED:
        refuse(unit, number, 1, "Il manque la signature d’un membre du jury.")
    else:
        verify(unit, number, 1)


def signed_minutes(number: int) -> bytes:
    """A PDF of one page for the session of this number."""
    lines = ("Procès-verbal de la session", f"ID {number}", "Démonstration : signatures du jury")
    shown = "".join(f"BT /F1 16 Tf 72 {760 - 40 * i} Td ({line}) Tj ET\n" for i, line in enumerate(lines)).encode("cp1252")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%sendstream" % (len(shown), shown),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    data, places = bytearray(b"%PDF-1.4\n"), []
    for position, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (position, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    many = len(objects) + 1
    return bytes(data) + b"xref\n0 %d\n0000000000 65535 f \n" % many + table + end % (many, len(data))
