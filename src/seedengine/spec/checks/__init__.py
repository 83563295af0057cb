"""Checks over the whole document: what no single value shows."""

from collections.abc import Set

from seedengine.diagnostics import Diagnostic
from seedengine.spec.checks.cleanup import check_cleanup
from seedengine.spec.checks.findings import Findings, place_in
from seedengine.spec.checks.keys import check_keys
from seedengine.spec.checks.names import check_names
from seedengine.spec.checks.references import check_references
from seedengine.spec.checks.sources import check_sources
from seedengine.spec.checks.values import check_values
from seedengine.spec.extends import Origins
from seedengine.spec.facts import Facts
from seedengine.spec.model import Spec
from seedengine.spec.source import Document

__all__ = ["check", "place_in"]


def check(
    spec: Spec,
    document: Document,
    origins: Origins,
    facts: Facts,
    faulty: Set[str] = frozenset(),
    *,
    filtering: bool = True,
) -> list[Diagnostic]:
    """Every fault and warning of a spec whose parts are each well formed.

    What the `faulty` entities lack is not said again, nor without `filtering` what the cleanup does.
    """
    findings = Findings(spec, document, origins, facts, faulty)
    for part in (check_sources, check_names, check_references, check_values, check_keys):
        part(findings)
    if filtering:
        check_cleanup(findings)
    return findings.found
