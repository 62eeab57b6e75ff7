"""The head of the trail that somebody kept."""

from portal.rules.french import number
from portal.web.fields import TypedField, Wrong
from portal.web.forms import Form

LONGEST = 5_000  # a mail with all that stands around it


class HeadField(TypedField):
    def read(self, text: str) -> object:
        if len(self.typed) > LONGEST:
            raise Wrong(f"{number(len(self.typed))} caractères, pour {number(LONGEST)} au plus : collez le point seul.")
        return text

    @property
    def text(self) -> str:
        """What was pasted, line by line."""
        return self.typed[:LONGEST]


class Kept(Form):
    point = HeadField(
        "Point du journal", rows=5, needed=True, hint="Les lignes d’un point que vous avez gardé, comme le courriel les donne."
    )
