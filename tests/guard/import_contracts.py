"""Two kinds of import contract that import-linter does not have; pyproject.toml says which ones hold.

`importers`: who may import something directly, the outside world included. `standard_library`: modules that import
themselves and Python, and nothing else.
"""

import sys
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

SAME_PACKAGE = "."


class _Listing(Contract):
    """A contract that names every import it does not allow."""

    def _checked(self, broken: Iterable[tuple[str, str]]) -> ContractCheck:
        found = sorted(broken)
        return ContractCheck(kept=not found, metadata={"broken": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} must not import {imported}")


class ImportersContract(_Listing):
    """`imported` (patterns) may be imported by `by` (patterns; « . » for the same package), or by all but `not_by`."""

    type_name = "importers"
    imported: Sequence[str] = fields.ListField(subfield=fields.StringField())  # type: ignore[assignment]
    by: Sequence[str] | None = fields.ListField(subfield=fields.StringField(), required=False)  # type: ignore[assignment]
    not_by: Sequence[str] | None = fields.ListField(subfield=fields.StringField(), required=False)  # type: ignore[assignment]

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        guarded = [m for m in graph.modules if _any(m, self.imported)]
        pairs = ((importer, m) for m in guarded for importer in graph.find_modules_that_directly_import(m))
        return self._checked(pair for pair in pairs if not self._allowed(*pair))

    def _allowed(self, importer: str, imported: str) -> bool:
        if self.not_by:
            return not _any(importer, self.not_by)
        same = importer.rpartition(".")[0] == imported.rpartition(".")[0]
        by = self.by or ()
        return (SAME_PACKAGE in by and same) or _any(importer, by)


class StandardLibraryContract(_Listing):
    """The modules of `package` import one another and the standard library."""

    type_name = "standard_library"
    package = fields.StringField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        own = str(self.package)
        inside = [m for m in graph.modules if m == own or m.startswith(f"{own}.")]
        pairs = ((m, imported) for m in inside for imported in graph.find_modules_directly_imported_by(m))
        return self._checked(p for p in pairs if p[1] not in inside and p[1].partition(".")[0] not in sys.stdlib_module_names)


def _any(module: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(module, p) for p in patterns)
