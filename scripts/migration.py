"""`make migration NAME=add_something`: the next numbered migration, from its template (migrations/script.py.mako)."""

import re
import sys
from pathlib import Path

from alembic.script import ScriptDirectory
from alembic.util import CommandError

from portal.paths import MIGRATIONS

WORDS = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


class CannotMake(Exception):
    """Nothing was written; the message says why, and the mend."""


def make(name: str, folder: Path = MIGRATIONS) -> Path:
    """Write the migration that follows the newest one of this folder, and return its path. Raises CannotMake."""
    if not WORDS.fullmatch(name) or len(name) > 40:
        raise CannotMake(
            f"NAME « {name} » ne convient pas : des mots anglais en minuscules, liés par « _ », 40 signes au plus.\n"
            "Exemple : make migration NAME=add_session_room"
        )
    scripts = ScriptDirectory(
        str(folder), file_template="%(rev)s_%(slug)s", truncate_slug_length=40, messaging_opts={"quiet": True}
    )
    try:
        newest = scripts.get_current_head()
    except CommandError as error:
        raise CannotMake(f"Les migrations ne se suivent pas : {error}. Donnez à l’une le numéro suivant.") from error
    number = f"{int(newest or 0) + 1:04}"
    made = scripts.generate_revision(number, name.replace("_", " ").capitalize(), head="head")
    assert made
    return Path(made.path)


def main(name: str, folder: Path = MIGRATIONS) -> None:
    try:
        made = make(name, folder)
    except CannotMake as error:
        sys.exit(str(error))
    print(f"""\
migrations/versions/{made.name}

1. Écrivez upgrade() et downgrade() : op.create_table pour du neuf, alter_table pour une table qui a des lignes.
2. Dites la même chose dans portal/store (tables, contraintes, index, déclencheurs).
3. pytest tests/guard/test_schema.py tests/guard/test_migrations.py tests/guard/test_released.py
   compare les deux, sur les deux bases, et met à jour une base de la version publiée.
4. Une ligne dans CHANGELOG.md.""")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
