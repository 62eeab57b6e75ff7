"""What binds an answer to its question: a seal over this person, what it is about, and exactly what was shown."""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from portal.store.personal import in_json
from portal.store.work import Work


def seal(work: Work, purpose: str, content: Mapping[str, Any]) -> str:
    """The seal of a question that this person is asked. `content` holds JSON values and dates; another one has another seal."""
    question = in_json({"actor": work.actor.id, **content})
    key = hmac.new(work.db.audit_key, purpose.encode(), sha256).digest()
    return hmac.new(key, question.encode(), sha256).hexdigest()


def is_sealed(work: Work, purpose: str, content: Mapping[str, Any], given: str) -> bool:
    """Whether `given` is the answer to exactly this question."""
    return hmac.compare_digest(given.encode(), seal(work, purpose, content).encode())
