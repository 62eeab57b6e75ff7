"""What this server signed, as long as it is young."""

from datetime import UTC, datetime
from typing import Any

from itsdangerous import SignatureExpired, URLSafeTimedSerializer


def young(signer: URLSafeTimedSerializer, text: str, seconds: int) -> Any:
    """What was signed at most so long ago. What seems to be of tomorrow was signed by a node whose clock is ahead of ours, or before
    ours was set back: it is young. Raises BadData."""
    content, made = signer.loads(text, return_timestamp=True)
    if (datetime.now(UTC) - made).total_seconds() > seconds:
        raise SignatureExpired("too old", date_signed=made)
    return content
