"""A peer: Django's admin over the same table, with the same columns, rows and server, in one file.

Its own accounts and sign-ins stand in a small database beside; the sessions are read from the portal's.
"""

import os
from pathlib import Path

import django
from django.conf import settings
from django.contrib import admin
from django.core.wsgi import get_wsgi_application
from django.db import models
from django.urls import path

HERE = Path(os.environ["PEER_FOLDER"])


class Router:
    def db_for_read(self, model: type, **hints: object) -> str | None:
        return "portal" if model._meta.app_label == "peer" else "default"

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:
        return db == "default" and app_label != "peer"


settings.configure(
    SECRET_KEY="a key for benches",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    DATABASES={
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": HERE / "peer.sqlite"},
        "portal": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["PEER_DATABASE"]},
    },
    DATABASE_ROUTERS=[f"{__name__}.Router"],
    INSTALLED_APPS=[
        __name__,
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.messages",
        "django.contrib.sessions",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    LANGUAGE_CODE="fr",
    STATIC_URL="static/",
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
)
django.setup()


class Title(models.Model):
    code = models.CharField(max_length=20)
    label = models.CharField(max_length=200)

    class Meta:
        app_label, managed, db_table = "peer", False, "title"


class Centre(models.Model):
    name = models.CharField(max_length=200)

    class Meta:
        app_label, managed, db_table = "peer", False, "centre"


class ExamSession(models.Model):
    centre = models.ForeignKey(Centre, models.DO_NOTHING)
    title = models.ForeignKey(Title, models.DO_NOTHING)
    department_code = models.CharField(max_length=3)
    starts_on = models.DateField()
    ends_on = models.DateField()
    status = models.CharField(max_length=30)
    place = models.CharField(max_length=200)

    class Meta:
        app_label, managed, db_table = "peer", False, "exam_session"


class Candidate(models.Model):
    session = models.ForeignKey(ExamSession, models.DO_NOTHING)

    class Meta:
        app_label, managed, db_table = "peer", False, "candidate"


@admin.register(ExamSession)
class Sessions(admin.ModelAdmin):
    list_display = ("id", "title_label", "centre_name", "starts_on", "ends_on", "status", "candidates")
    list_per_page = 50
    list_select_related = ("title", "centre")
    ordering = ("-id",)
    search_fields = ("id", "title__label", "centre__name")
    list_filter = ("status", "starts_on")
    show_facets = admin.ShowFacets.ALWAYS  # counts beside the filters, as the portal's views have them

    def get_queryset(self, request: object) -> models.QuerySet:
        own = Candidate.objects.filter(session=models.OuterRef("pk")).order_by().values("session")
        count = models.Subquery(own.annotate(n=models.Count("pk")).values("n"))
        return super().get_queryset(request).filter(department_code="94").annotate(candidates=count)

    def candidates(self, row: ExamSession) -> int:
        return row.candidates or 0

    def title_label(self, row: ExamSession) -> str:
        return f"{row.title.code} {row.title.label}"

    def centre_name(self, row: ExamSession) -> str:
        return row.centre.name


urlpatterns = [path("admin/", admin.site.urls)]
app = get_wsgi_application()


def prepare() -> str:
    """Make the peer's own tables and one account; the cookie of its sign-in comes back."""
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client

    call_command("migrate", verbosity=0)
    user = User.objects.create_superuser("bench", "", "bench")
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value
