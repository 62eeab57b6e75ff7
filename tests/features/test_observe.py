"""What those who watch the service see, without personal data."""

import json
import logging

import pytest
from prometheus_client import REGISTRY

from portal.web import observe
from portal.web.observe import JsonLines
from tests.support.postgres import as_owner
from tests.support.world import World


def figure(route: str, status: str) -> float:
    return REGISTRY.get_sample_value("portal_requests_total", {"route": route, "method": "GET", "status": status}) or 0.0


def test_a_request_has_a_number_a_line_and_a_figure(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.session(224566, "01/06/2020", "05/06/2020")
    b = world.browser("centre")
    caplog.set_level(logging.INFO, "portal.requests")
    caplog.clear()
    before = figure("/sessions/<number:number>", "200")
    answer = b.client.get("/sessions/224566?q=Nom00", headers={"X-Request-Id": "abcdef-123456"})
    assert answer.headers["X-Request-Id"] == "abcdef-123456"
    assert figure("/sessions/<number:number>", "200") == before + 1
    line = json.loads(JsonLines().format(caplog.records[-1]))
    assert (line["route"], line["status"], line["request"]) == ("/sessions/<number:number>", 200, "abcdef-123456")
    assert "Nom00" not in str(line) and "centre@" not in str(line) and "224566" not in str(line)
    odd = b.client.get("/sessions/1", headers={"X-Request-Id": "<script>"})
    assert len(odd.headers["X-Request-Id"]) == 12
    world.close()


def test_a_fault_shows_its_number_and_not_its_trace(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    b = world.browser("centre")

    def broken(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("portal.features.sessions.routes.listing.chosen", broken)
    answer = b.get("/sessions")
    assert answer.status_code == 500 and "secret" not in answer.text and answer.headers["X-Request-Id"] in answer.text
    world.close()


def test_a_slow_query_is_told_with_its_plan_and_without_its_values(world: World, caplog: pytest.LogCaptureFixture) -> None:
    observe.tell_slow_queries(world.db.engine, world.db.is_sqlite, seconds=0.0)
    world.session(224566, "01/06/2020", "05/06/2020")
    caplog.clear()
    with world.db.reading() as conn:
        conn.exec_driver_sql("select count(*) from candidate where last_name = 'Nom00'").all()
        from sqlalchemy import select

        from portal.store.candidates import candidate

        conn.execute(select(candidate.c.id).where(candidate.c.last_name == "Nom01")).all()
    line = json.loads(JsonLines().format(caplog.records[-1]))
    assert line["message"] == "slow query" and line["plan"] and "Nom01" not in str(line)


def test_health_says_whether_the_database_and_its_schema_are_there(world: World) -> None:
    b = world.browser()
    assert b.get("/healthz").status_code == b.get("/readyz").status_code == 200
    with as_owner(world.db) as own, own.writing() as tx:
        tx.exec_driver_sql("update alembic_version set version_num = '0001'")
    assert b.get("/readyz").status_code == 503 and b.get("/healthz").status_code == 200
    with as_owner(world.db) as own, own.writing() as tx:
        tx.exec_driver_sql("update alembic_version set version_num = '9999'")
    told = b.get("/readyz")
    assert (told.status_code, told.get_json()) == (200, {"status": "newer schema"}), "the next version is coming: it serves on"
    world.close()
