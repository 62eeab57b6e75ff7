"""`/metrics` on a port of its own: the figures of all worker processes, added up by the client library."""

import os
import tempfile


def serve_metrics(port: int) -> None:
    """Start answering on 127.0.0.1; before any worker starts, so that all of them write where this one reads."""
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="portal-metrics-"))
    from prometheus_client import CollectorRegistry, start_http_server
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    start_http_server(port, addr="127.0.0.1", registry=registry)
