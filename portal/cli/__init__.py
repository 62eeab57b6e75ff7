"""`portal …`: parses words and calls the same actions as the web."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import DBAPIError, IntegrityError

from portal.address import read_address
from portal.cli import audit, copies, deposit, doctor, files, french, keys, measures, people, retention, service
from portal.cli.tool import ITS_KEY, SEALED, refuse
from portal.environment import SettingsError
from portal.files.errors import BadFile, why
from portal.settings import read
from portal.store import migrate as migrations
from portal.store.audit import WrongKey
from portal.store.reaching import why as why_away


@contextmanager
def told() -> Iterator[None]:
    """A user's mistake inside is a sentence and exit status 1, never a traceback."""
    try:
        yield
    except SettingsError as error:
        refuse(str(error))
    except BadFile as error:
        for line in error.errors:
            click.echo(str(line), err=True)
        count = len(error.errors)
        refuse(f"{count} erreur{'s' if count > 1 else ''} ; rien n’a été écrit.")
    except migrations.CannotMigrate as error:
        refuse(str(error))
    except WrongKey:
        refuse(f"{SEALED} : {ITS_KEY}. Rien n’a été écrit.")
    except IntegrityError:
        refuse("La base a changé pendant l’opération ; rien n’a été écrit. Recommencez.")
    except DBAPIError as error:
        refuse(why_away(error, read_address(read().database_url)))
    except BrokenPipeError:
        sys.exit(1)
    except UnicodeError:
        refuse("Ce qui est lu sur l’entrée n’est pas en UTF-8.")
    except OSError as error:
        refuse(f"{error.filename or 'Fichier'} : {why(error)}.")


@click.group(help="Portail des sessions d’examen. « portal COMMANDE --help » dit ce que fait une commande, et ses mots.")
def cli() -> None:
    pass


for command in (
    service.migrate, service.demo, service.serve, service.worker, people.users, files.sessions, files.candidates, files.centres,
    files.titles, files.approvals, files.results, measures.measures, audit.audit,
    keys.keys, doctor.doctor, copies.backup, copies.restore, retention.retention, deposit.deposit,
):  # fmt: skip
    cli.add_command(command)
french.speak(cli)


def main() -> None:
    """The entry point."""
    with told():
        cli.main(standalone_mode=True)
