"""Where the parts of the product that are not Python lie."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"
MIGRATIONS = ROOT / "migrations"
MEASURES = ROOT / "measures"
SCHEMAS = ROOT / "schemas"
INSTANCE = ROOT / "instance"
