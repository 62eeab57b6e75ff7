"""QR codes: what a telephone reads from a paper or a screen."""

from io import BytesIO

import segno


def svg(text: str) -> str:
    """The QR code of an address, as an SVG of its own; dark on light."""
    out = BytesIO()
    segno.make_qr(text, error="m").save(out, kind="svg", border=2, light="#fff", dark="#000", xmldecl=False)
    return out.getvalue().decode()


def data_uri(text: str) -> str:
    """The same, as the address of a picture."""
    return segno.make_qr(text, error="m").svg_data_uri(scale=3, border=2, light="#fff", dark="#000")
