"""Proofs as they were given out up to version 1.14.0, under a seal: they are checked under the trail's key, and made no more.

Each event's digest covers it and the digest before it; the seal covers the whole list.
"""

import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from portal.store.audit import digest_of

FORMAT = "preuve d’historique, version 1"


def check(key: bytes, made: Mapping[str, Any]) -> str | None:
    """What is broken of such a proof, as a sentence, if anything is."""
    body = {name: value for name, value in made.items() if name != "sceau"}
    for event in made["evenements"]:
        try:
            row = {**event, "at": datetime.fromisoformat(event["at"])}
            fits = hmac.compare_digest(str(event["digest"]), digest_of(key, event["previous"], row))
        except (KeyError, ValueError, TypeError):
            fits = False
        if not fits:
            number = event.get("id", "?") if isinstance(event, dict) else "?"
            return f"événement {number} : son contenu ou son sceau a été modifié"
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    seal = hmac.new(key, b"proof:" + text.encode(), sha256).hexdigest()
    if not hmac.compare_digest(str(made["sceau"]), seal):
        return "le sceau ne correspond pas : un événement a été retiré ou ajouté, ou la clé n’est pas celle de ce service"
    return None
