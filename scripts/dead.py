"""What nothing uses in the product, found by vulture (`make lint`). A test is no use; a word that a template reads is one."""

import sys

from jinja2 import Environment
from vulture import Vulture

from portal.paths import ROOT, TEMPLATES

REGISTERED = [  # who is called because it is registered, not by its name
    "@blueprint.*", "@*.command*", "@*.group*", "@*.errorhandler*", "@event.listens_for*", "@compiles*", "@app.*",
]  # fmt: skip
LIBRARIES = [  # names that a library asks for or reads
    "impl", "cache_ok", "process_bind_param", "process_result_value", "inherit_cache", "isolation_level",  # SQLAlchemy
    "regex", "max_content_length", "max_form_memory_size", "max_form_parts", "_login_user", "session_interface", "digest_method",  # Werkzeug, Flask and its own
    "preprocess", "auto_reload", "to_python", "converters", "part_isolating",  # Jinja, Werkzeug
    "front", "subcommand_metavar", "collect",  # granian, click, prometheus_client
    "process_data", "process_formdata", "pre_validate",  # WTForms
    "buffer_text", "*Handler",  # expat
    "visit_*", "dont_write_bytecode", "get_code",  # Python
    "pytest_*",
]  # fmt: skip
KEPT = [
    "decide",  # the rule of a measure in Python, against which tests hold its SQL
    "dte_days", "convocation_days", "journal",  # read by the names of their fields
]  # fmt: skip


def main() -> int:
    found = Vulture(ignore_names=LIBRARIES + KEPT, ignore_decorators=REGISTERED)
    found.scavenge([ROOT / "portal", ROOT / "scripts", ROOT / "bench", ROOT / "wsgi.py"], exclude=["*/bench/peers/*"])
    for template in TEMPLATES.rglob("*.*"):
        found.used_names.update(word for _, kind, word in Environment().lex(template.read_text()) if kind == "name")
    dead = found.get_unused_code(min_confidence=60)
    for item in dead:
        print(f"{item.filename}:{item.first_lineno} : {item.typ} « {item.name} » ne sert à rien")
    return 1 if dead else 0


sys.exit(main())
