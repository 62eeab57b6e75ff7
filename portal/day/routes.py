"""The day's page: HTTP and nothing else."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

blueprint = Blueprint("day", __name__)


@blueprint.get("/")
def show() -> ResponseReturnValue:
    return redirect(url_for("sessions.index"))
