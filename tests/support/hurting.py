"""The demonstration with data that hurts: names of sixty letters, reasons without a space, places of two hundred letters."""

from pathlib import Path

from portal.store.database import Database
from tests.support.server import settings_in

NAME = "Wolfeschlegelsteinhausenbergerdorffvoralternwarengewissenha"
CENTRE = "INSTITUT INTERDÉPARTEMENTAL DE FORMATION PROFESSIONNELLE CONTINUE ET D’ACCOMPAGNEMENT DES ADULTES EN RECONVERSION DU VAL-DE-MARNE"
TITLE = "Technicien(ne) supérieur(e) d’étude en construction bois, agencement et rénovation énergétique des bâtiments anciens"
PLACE = "Zone d’activités économiques intercommunale de Saint-Julien-de-Concelles, bâtiment C, 3e étage, 12 bis rue du Général-de-Gaulle, 94000 Créteil"
REASON = "indisponibilité" * 12 + " du moniteur"
EMAIL = "prenom-compose.nom-de-famille-a-rallonge@service.departement.exemple.fr"

# Rows beside those that tests of words count: nothing is checked against the trail here, so they are written straight.
CHANGES = (
    f"UPDATE candidate SET last_name = '{NAME}' WHERE id % 5 = 0",
    f"UPDATE candidate SET first_name = '{NAME[:40]}' WHERE id % 7 = 0",
    f"UPDATE jury_member SET last_name = '{NAME}', email = '{EMAIL}' WHERE id % 3 = 0",
    f"UPDATE centre SET name = '{CENTRE}', address = '{PLACE}', email = '{EMAIL}', phone = '01 00 00 00 00' WHERE id IN (1, 4)",
    f"UPDATE exam_session SET place = '{PLACE}', session_manager = '{NAME} {NAME[:50]}' WHERE id % 2 = 0",
    f"UPDATE request SET reason = '{REASON}'",
    f"UPDATE department SET unit_name = 'Unité départementale de {NAME}', unit_email = '{EMAIL}', unit_phone = '01 00 00 00 00'",
    f"UPDATE title SET label = '{TITLE}' WHERE id % 2 = 0",
    f"UPDATE account SET name = '{NAME}' WHERE role = 'centre' AND id > 1",
    f"UPDATE notice SET subject = subject || ' {REASON[:90]}' WHERE id % 2 = 0",
)


def hurt(folder: Path) -> None:
    """Change the demonstration in this folder."""
    settings = settings_in(folder)
    db = Database(settings.database_url, settings.audit_key)
    with db.engine.begin() as conn:
        for change in CHANGES:
            conn.exec_driver_sql(change)
    db.dispose()
