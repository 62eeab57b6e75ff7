"""One thing that was looked at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """What was looked at, what was found, and the mend where it would hurt."""

    what: str
    said: str
    mend: str = ""

    @property
    def told(self) -> str:
        if not self.mend:
            return f"  bien     {self.what} : {self.said}"
        return f"  À VOIR   {self.what} : {self.said} → {self.mend}."
