"""`/depot`: what waits to be deposited with the Caisse des Dépôts, batches, their files and their reports."""

from collections.abc import Iterator

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.features.deposit import queries
from portal.features.deposit.forms import Report
from portal.features.deposit.making import CannotDeposit, make
from portal.features.deposit.reading import give_up, read_report, withdrawn
from portal.files.report import BadReport
from portal.rules.deposit import Due, State
from portal.rules.duties import Duty
from portal.rules.security import Kind
from portal.store.personal import Shown
from portal.web import query
from portal.web.forms import posted
from portal.web.noting import note
from portal.web.state import db, only, reading, settings, work

blueprint = Blueprint("deposit", __name__)


@blueprint.route("/depot", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    only(Duty.DEPOSIT)
    if not posted():
        return _index(Report())
    try:
        made = make(work(), settings().certifier)
    except CannotDeposit as error:
        return _index(Report(), 422, refused=str(error))
    flash(made.message)
    to = url_for("deposit.show", batch_id=made.number) if made.number else url_for("deposit.index")
    return redirect(to, 303)


def _index(form: Report, status: int = 200, refused: str = "") -> ResponseReturnValue:
    who = settings().certifier
    batches, older = queries.batches(reading(), query.number("avant"))
    told = {"refused": refused or who.missing, "form": form, "batches": batches, "older": older, "Due": Due, "State": State}
    waiting = queries.waiting(reading(), who.since)
    return render_template("deposit/index.html", **told, waiting=waiting), status


@blueprint.post("/depot/rapport")
def report() -> ResponseReturnValue:
    only(Duty.DEPOSIT)
    form = Report()
    if not posted():
        return _index(form)
    if form.file.content is None:
        form.put({"file": "Choisissez le rapport."})
        return _index(form, 422)
    try:
        told = read_report(work(), form.file.content)
    except BadReport as error:
        form.put({"file": f"{error} Rien n’a été enregistré."})
        return _index(form, 422)
    flash(told.message)
    return redirect(url_for("deposit.show", batch_id=told.number), 303)


def _batch(batch_id: int) -> Shown:
    only(Duty.DEPOSIT)
    found = queries.batch(reading(), batch_id)
    if found is None:
        abort(404)
    return found


@blueprint.get("/depot/<number:batch_id>")
def show(batch_id: int) -> ResponseReturnValue:
    batch = _batch(batch_id)
    return render_template("deposit/show.html", batch=batch, rejected=queries.rejected(reading(), batch_id), State=State)


@blueprint.get("/depot/<number:batch_id>.xml")
def download(batch_id: int) -> ResponseReturnValue:
    batch, database = _batch(batch_id), db()
    note(Kind.EXPORTED, f"/depot/{batch_id}.xml")

    def stream() -> Iterator[bytes]:
        with database.snapshot() as conn:
            for piece in queries.written_again(conn, batch):
                yield piece.encode()

    headers = {"Content-Disposition": f"attachment; filename={batch.flux}.xml"}
    return Response(stream(), mimetype="application/xml", headers=headers)


@blueprint.post("/depot/<number:batch_id>/perdu")
def lose(batch_id: int) -> ResponseReturnValue:
    _batch(batch_id)
    if posted():
        flash(give_up(work(), batch_id).message)
    return redirect(url_for("deposit.show", batch_id=batch_id), 303)


@blueprint.post("/depot/lignes/<number:line_id>/retiree")
def withdraw(line_id: int) -> ResponseReturnValue:
    only(Duty.DEPOSIT)
    if posted():
        flash(withdrawn(work(), line_id).message)
    return redirect(url_for("deposit.index"), 303)
