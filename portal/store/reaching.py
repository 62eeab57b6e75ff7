"""Why a database cannot be reached or used, as a sentence with the mend."""

import re

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from portal.address import shown

MEND = "corrigez PORTAL_DATABASE_URL"
# What the driver says (PostgreSQL's words come from libpq or from the server, SQLite's from its library), and what that means.
# `{where}`: the address; `{1}`: what the words name.
CAUSES = (
    (r"connection refused|could not connect|No such file or directory", "Aucun serveur PostgreSQL ne répond à {where} : démarrez-le, ou " + MEND),
    (r"translate host name|resolve host|Name or service not known|nodename nor servname|No address", "Le serveur de {where} est introuvable : " + MEND + ", ou le nom du serveur dans le réseau"),
    (r"timeout expired|connection timeout|timed out|Network is unreachable|No route to host", "Le serveur de {where} ne répond pas à temps : vérifiez le réseau et le pare-feu, ou " + MEND),
    (r"authentication failed|no password supplied", "PostgreSQL refuse le compte ou le mot de passe de {where} : " + MEND),
    (r'role "([^"]*)" does not exist', "PostgreSQL ne connaît pas le compte « {1} » de {where} : créez-le, ou " + MEND),
    (r'database "([^"]*)" does not exist', "La base « {1} » n’existe pas à {where} : créez-la (createdb), ou " + MEND),
    (r"no pg_hba\.conf entry", "PostgreSQL n’admet pas cette machine à {where} : ajoutez-la à son pg_hba.conf"),
    (r"starting up|shutting down", "Le serveur de {where} démarre ou s’arrête : recommencez dans un instant"),
    (r"too many (clients|connections)|remaining connection slots", "Le serveur de {where} n’a plus de connexion libre : augmentez max_connections, ou arrêtez ce qui les tient"),
    (r"read-only transaction|read.only.*(target|session)|session is read-only", "La base de {where} ne s’ouvre qu’en lecture (une copie qui suit ?) : donnez l’adresse du serveur principal"),
    (r"SSL|certificate", "La connexion chiffrée à {where} n’aboutit pas : vérifiez sslmode et le certificat du serveur"),
    (r"permission denied for (\w+ \w+)", "Le compte de {where} n’a pas le droit qu’il faut ({1}) : relancez « portal migrate », ou donnez-le-lui"),
    (r"unable to open database file", "Le fichier {where} ne peut pas être ouvert : vérifiez que son dossier existe et que ce compte peut y écrire, ou " + MEND),
    (r"readonly database|attempt to write a readonly", "Le fichier {where} ne peut pas être écrit : donnez à ce compte le droit d’écrire sur lui et sur son dossier"),
    (r"not a database|malformed|file is encrypted", "Le fichier {where} n’est pas une base du portail : " + MEND + ", ou restaurez une sauvegarde (« portal restore »)"),
    (r"database is locked|lock timeout|canceling statement due to lock", "La base est occupée par un autre programme : attendez qu’il ait fini, puis recommencez"),
    (r"disk is full|No space left", "Le disque de la base est plein : faites de la place, puis recommencez"),
)  # fmt: skip


def why(error: DBAPIError, url: URL) -> str:
    """The sentence for what the driver says; its first line, for what is not known here."""
    said = str(error.orig or error)
    for pattern, sentence in CAUSES:
        if found := re.search(pattern, said, re.IGNORECASE):
            return sentence.format("", *found.groups(), where=where(url)) + "."
    return f"La base de données ne répond pas : {said.splitlines()[0]}"


def where(url: URL) -> str:
    """Where the database is, without its password: the file, or the address."""
    return str(url.database) if url.get_backend_name() == "sqlite" else shown(url)
