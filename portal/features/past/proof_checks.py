"""Whether a proof of a session's history holds: without the database, and but for those of before version 1.15 without a secret."""

import json
import re
import zlib
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.features.past import keyed_proofs
from portal.files.note import Handover, Head, Key, NoHead, heir, read_head, read_key
from portal.rules.merkle import included
from portal.store.personal import commitments, digest
from portal.store.tree import leaf_of

FORMAT = "preuve d’historique, version 2"
NONE = "ce fichier n’est pas une preuve d’historique"


@dataclass(frozen=True)
class Held:
    """A proof that holds: of which session, how many events, and the head and the public key that it stands on, if it says them;
    `erased`: how many values its events commit to that were not kept any more when it was made."""

    session: int
    events: int
    head: Head | None = None
    key: Key | None = None
    erased: int = 0


def signed_text(body: Mapping[str, Any]) -> bytes:
    """What the signature of a proof covers: all of it but the signature, as JSON (RFC 8785), after a word that no head begins with."""
    held = {name: value for name, value in body.items() if name != "signature"}
    return b"preuve\n" + json.dumps(held, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def as_bytes(made: Mapping[str, Any]) -> bytes:
    return (json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode()


def check(data: bytes, trusted: Key | None = None, secret: Callable[[], bytes] | None = None) -> Held | str:
    """What a proof shows, or what is broken of it, as a sentence. `data`: the JSON, or the PDF that carries it; `trusted`: the
    key that it must be signed with; `secret`: where the trail's key is read, for a proof of before version 1.15."""
    text = _attached(data) if data.startswith(b"%PDF-") else data
    if text is None:
        return "ce PDF ne porte pas de preuve"
    try:
        made = json.loads(text)
        told = made["format"]
        session, events = int(made["session"]), list(made["evenements"])
        if told == keyed_proofs.FORMAT:
            if secret is None:
                return "cette preuve d’avant la version 1.15 ne se vérifie qu’avec la clé du service"
            return keyed_proofs.check(secret(), made) or Held(session, len(events))
        if told != FORMAT:
            return f"{NONE} de cette version"
        return _checked(made, session, events, trusted)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return NONE


def _checked(made: Mapping[str, Any], session: int, events: Sequence[Mapping[str, Any]], trusted: Key | None) -> Held | str:
    try:
        key = read_key(made["cle"])
        head = read_head(made["point"], key)
    except NoHead as why:
        return str(why)
    told = [Handover(read_key(one["de"]), read_key(one["a"]), b64decode(one["signature"])) for one in made["passations"]]
    if trusted and heir(trusted, told).public != key.public and key.public != trusted.public:
        return f"elle est signée par une autre clé ({key.line}) que celle du service"
    before = 0
    for one in events:
        event, path = one["evenement"], [b64decode(beside, validate=True) for beside in one["chemin"]]
        number = event["id"]
        if event["session_id"] != session or not included(leaf_of(event), number, head.size, path, head.root):
            return f"événement {number} : il a été modifié, ou n’est pas dans le journal signé"
        if number <= before:
            return f"événement {number} : il n’est pas à sa place"
        before = number
    if not key.signed(signed_text(made), b64decode(made["signature"], validate=True)):
        return "sa signature ne correspond pas : un événement a été retiré, ou autre chose modifié"
    missing = _missing(events, made["valeurs"])
    return missing if isinstance(missing, str) else Held(session, len(events), head, key, missing)


def _missing(events: Sequence[Mapping[str, Any]], told: Sequence[Mapping[str, str]]) -> int | str:
    """How many values the events commit to that the proof does not tell; or that one which it tells is another."""
    wanted = {fingerprint: of for of, fingerprint in commitments(one["evenement"].values() for one in events)}
    for value in told:
        of = wanted.pop(value["digest"], value["of"])
        if digest(value["salt"], value["value"]) != value["digest"] or of != value["of"]:
            return f"une valeur ({value['of']}) n’est pas celle que dit l’événement"
    return len(wanted)


def _attached(pdf: bytes) -> bytes | None:
    """The proof among the streams of a PDF."""
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S):
        for read in (zlib.decompress, bytes):
            try:
                content = read(match[1])
            except zlib.error:
                continue
            if content.startswith(b'{\n "format": "preuve'):
                return content
    return None
