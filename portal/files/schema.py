"""Whether what is written of a deposit is valid under a schema that the operator may replace, before anybody sends it."""

import re
from collections.abc import Sequence
from itertools import accumulate

from portal.files.flux import CLOSING, Head, certifications, opening


class BadSchema(Exception):
    """There is no schema to check with, or it refuses more than lines: a sentence that says why."""


class Schema:
    """A schema, read once. Raises BadSchema where the file is none."""

    def __init__(self, path: str) -> None:
        from lxml import etree  # only whoever deposits waits for it

        self._etree = etree
        self._parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        try:
            self._schema = etree.XMLSchema(etree.parse(path, self._parser))
        except OSError:
            raise BadSchema(f"Le schéma {path} ne peut pas être lu : corrigez PORTAL_CDC_SCHEMA.") from None
        except (etree.XMLSchemaParseError, etree.XMLSyntaxError):
            raise BadSchema(f"{path} n’est pas un schéma XML (XSD) : corrigez PORTAL_CDC_SCHEMA.") from None

    def refused(self, head: Head, lines: Sequence[tuple[str, str]]) -> dict[int, str]:
        """Which of these lines (RNCP code, passage) a flow of them alone may not hold: by place, the element that is refused.
        Raises BadSchema where it refuses what stands around them."""
        pieces = [opening(head), *certifications(lines), CLOSING]
        document = self._etree.fromstring("".join(pieces).encode(), self._parser)
        if self._schema.validate(document):
            return {}
        begins = accumulate((piece.count("\n") for piece in pieces), initial=1)
        at = [line for line, piece in zip(begins, pieces, strict=False) if piece.startswith("<passageCertification>")]
        place = {line: i for i, line in enumerate(at)}
        found: dict[int, str] = {}
        for error in self._schema.error_log:
            named = re.search(r"\{[^}]*\}(\w+)", error.message)
            what = named[1] if named else "flux"
            if error.line not in place:
                raise BadSchema(
                    f"Le schéma refuse le flux entier, à « {what} » : vérifiez PORTAL_CDC_SCHEMA, _CLIENT et _CONTRACT."
                )
            found.setdefault(place[error.line], what)
        return found
