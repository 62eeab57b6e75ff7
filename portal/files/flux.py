"""The flow of a deposit: XML, written line by line, a line a certification, so that what a schema refuses is found again."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from xml.sax.saxutils import escape

from portal.rules.civil import Access, Civil

NAMESPACE = "urn:cdc:cpf:pc5:schema:1.0.0"
LONGEST = 60
WAYS = {
    Access.INITIAL: "FORMATION_INITIALE_HORS_APPRENTISSAGE",
    Access.APPRENTICE: "FORMATION_INITIALE_APPRENTISSAGE",
    Access.CONTINUING: "FORMATION_CONTINUE_HORS_CONTRAT_DE_PROFESSIONNALISATION",
    Access.CONTRACT: "FORMATION_CONTINUE_CONTRAT_DE_PROFESSIONNALISATION",
    Access.EXPERIENCE: "VAE",
    Access.FOREIGN: "EQUIVALENCE_DIPLOME_ETRANGER",
    Access.FREE: "CANDIDAT_LIBRE",
}
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # no XML holds these


@dataclass(frozen=True)
class Head:
    """What stands before the certifications: how the flow is called, when it was made, who sends it and for which certifier."""

    flux: str
    at: datetime
    client: str
    certifier: str
    contract: str


@dataclass(frozen=True)
class Passage:
    """A title that a person obtained, `on` which day, at an exam of these days. `key`: how it is called in every flow."""

    key: str
    starts_on: date
    ends_on: date
    on: date
    first_name: str
    born_on: date
    civil: Civil


def _text(value: str) -> str:
    return escape(_FORBIDDEN.sub("", value))


def _nil(name: str) -> str:
    return f'<{name} xsi:nil="true"/>'


def _maybe(name: str, value: str) -> str:
    return f"<{name}>{_text(value)}</{name}>" if value else ""


def _place(c: Civil) -> str:
    if c.birth_insee:
        return f"<codeInseeNaissance><codeInsee>{_text(c.birth_insee)}</codeInsee></codeInseeNaissance>"
    return f"<codePostalNaissance>{_maybe('codePostal', c.birth_postcode) or _nil('codePostal')}</codePostalNaissance>"


def passage(p: Passage) -> str:
    """One line: the certification of one person. First names beyond what the flow takes are cut."""
    c, first = p.civil, p.first_name[:LONGEST].strip()
    return (
        f"<passageCertification><idTechnique>{_text(p.key)}</idTechnique><obtentionCertification>PAR_ADMISSION</obtentionCertification>"
        f"<donneeCertifiee>true</donneeCertifiee><dateDebutExamen>{p.starts_on.isoformat()}</dateDebutExamen>"
        f"<dateFinExamen>{p.ends_on.isoformat()}</dateFinExamen><dateDebutValidite>{p.on.isoformat()}</dateDebutValidite>"
        f"{_nil('dateFinValidite')}<presenceNiveauLangueEuro>false</presenceNiveauLangueEuro>"
        f"<presenceNiveauNumeriqueEuro>false</presenceNiveauNumeriqueEuro>{_nil('scoring')}{_nil('mentionValidee')}"
        f"<modalitesInscription><modaliteAcces>{WAYS[Access(c.access)]}</modaliteAcces></modalitesInscription>"
        f"<identificationTitulaire><titulaire><nomNaissance>{_text(c.birth_name)}</nomNaissance>"
        f"{_maybe('nomUsage', c.usage_name) or _nil('nomUsage')}<prenom1>{_text(first)}</prenom1>"
        f"<anneeNaissance>{p.born_on.year}</anneeNaissance><moisNaissance>{p.born_on.month}</moisNaissance>"
        f"<jourNaissance>{p.born_on.day}</jourNaissance><sexe>{_text(c.sex)}</sexe>"
        f"<codeCommuneNaissance>{_place(c)}</codeCommuneNaissance>{_maybe('libelleCommuneNaissance', c.birth_commune)}"
        f"{_maybe('libellePaysNaissance', c.birth_country)}</titulaire></identificationTitulaire></passageCertification>\n"
    )


def opening(head: Head) -> str:
    """What stands before the first certification."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<flux xmlns="{NAMESPACE}" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<idFlux>{_text(head.flux)}</idFlux><horodatage>{head.at.isoformat(timespec='seconds')}</horodatage>"
        f"<emetteur><idClient>{_text(head.client)}</idClient><certificateurs><certificateur>"
        f"<idClient>{_text(head.certifier)}</idClient><idContrat>{_text(head.contract)}</idContrat><certifications>\n"
    )


CLOSING = "</certifications></certificateur></certificateurs></emetteur></flux>\n"
_ENDED = "</passageCertifications></certification>\n"


def _begun(code: str) -> str:
    return (
        f"<certification><type>RNCP</type><code>{_text(code)}</code><natureDeposant>CERTIFICATEUR</natureDeposant>"
        "<passageCertifications>\n"
    )


def certifications(lines: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The passages (RNCP code, line), those of one code after the other together."""
    for code, some in groupby(lines, key=lambda line: line[0]):
        yield _begun(code)
        yield from (line for _, line in some)
        yield _ENDED


def flow(head: Head, lines: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The whole, in pieces."""
    yield opening(head)
    yield from certifications(lines)
    yield CLOSING
