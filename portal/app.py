"""create_app: the only place where things are wired together."""

from functools import cache

from flask import Flask, Response, current_app, request, url_for
from flask_compress import Compress
from flask_login import LoginManager, current_user
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.clock import Clock
from portal.features.access import routes as access_routes
from portal.features.accounts import routes as account_routes
from portal.features.attendance import routes as attendance_routes
from portal.features.calendars import routes as calendar_routes
from portal.features.candidates import routes as candidate_routes
from portal.features.centres import routes as centre_routes
from portal.features.communication import routes as communication_routes
from portal.features.convening import routes as convening_routes
from portal.features.convocations import routes as convocation_routes
from portal.features.corrections import routes as correction_routes
from portal.features.day import routes as day_routes
from portal.features.deposit import routes as deposit_routes
from portal.features.documents import routes as document_routes
from portal.features.exports import routes as export_routes
from portal.features.figures import routes as figure_routes
from portal.features.information import routes as information_routes
from portal.features.journal import routes as journal_routes
from portal.features.jury import routes as jury_routes
from portal.features.measures import routes as measure_routes
from portal.features.minutes import routes as minutes_routes
from portal.features.notices import routes as notice_routes
from portal.features.oversight import routes as oversight_routes
from portal.features.postponements import routes as postponement_routes
from portal.features.preparation import routes as preparation_routes
from portal.features.privacy import routes as privacy_routes
from portal.features.provider import routes as provider_routes
from portal.features.reference import routes as reference_routes
from portal.features.requests import routes as request_routes
from portal.features.results import routes as result_routes
from portal.features.second_factor import routes as second_factor_routes
from portal.features.security import routes as security_routes
from portal.features.sessions import routes as session_routes
from portal.features.taking_over import routes as taking_over_routes
from portal.features.titles import routes as title_routes
from portal.features.units import routes as unit_routes
from portal.paths import STATIC, TEMPLATES
from portal.rules.duties import Duty
from portal.rules.french import as_typed, hour, number, of, plural
from portal.rules.keeping import called
from portal.rules.lifecycle import PATH, Role, Status
from portal.settings import Settings, read
from portal.store.database import HELD_UP, Database
from portal.web import beside, errors, fragments, health, observe, origin, sizes, sparing, typography
from portal.web.navigation import navigation
from portal.web.numbers import NumberConverter, WordConverter, WordsConverter
from portal.web.signed import Visits
from portal.web.state import close_reading
from portal.web.tags import STATUS_TAGS, day_in_paris, long_day_in_paris, moment
from portal.web.templates import Unindented
from portal.web.undo import undo_offered
from portal.web.whence import answers_by_itself

ROOMS = (
    account_routes,
    second_factor_routes,
    provider_routes,
    access_routes,
    session_routes,
    preparation_routes,
    candidate_routes,
    jury_routes,
    result_routes,
    postponement_routes,
    convening_routes,
    convocation_routes,
    attendance_routes,
    minutes_routes,
    correction_routes,
    request_routes,
    day_routes,
    notice_routes,
    communication_routes,
    oversight_routes,
    figure_routes,
    document_routes,
    export_routes,
    calendar_routes,
    measure_routes,
    reference_routes,
    centre_routes,
    title_routes,
    unit_routes,
    journal_routes,
    information_routes,
    taking_over_routes,
    security_routes,
    privacy_routes,
    deposit_routes,
)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> Flask:
    settings = settings or read()
    app = Flask("portal", template_folder=str(TEMPLATES), static_folder=str(STATIC))
    app.config.update(_config(settings))
    if proxies := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]
    app.extensions["portal_settings"] = settings
    app.extensions["portal_db"] = Database(settings.database_url, settings.audit_key, HELD_UP)
    app.extensions["portal_clock"] = clock or Clock(settings.fixed_day)
    app.jinja_options["trim_blocks"] = True
    app.jinja_options["lstrip_blocks"] = True
    app.jinja_options["extensions"] = [Unindented]
    words = {"default": WordConverter, "string": WordConverter, "path": WordsConverter}
    app.url_map.converters |= {"number": NumberConverter, **words}
    app.session_interface = Visits()
    sparing.spare(app, STATIC)
    Compress(app)
    csrf = CSRFProtect(app)
    observe.watch(app)
    if settings.demo:
        observe.tell_slow_queries(app.extensions["portal_db"].engine, app.extensions["portal_db"].is_sqlite)
    app.before_request(origin.own_site)
    app.before_request(sizes.bound)
    account_routes.sign_in_manager(LoginManager(app), app, csrf)
    app.before_request(communication_routes.closed_now)
    app.before_request(second_factor_routes.asked_first)
    for module in ROOMS:
        app.register_blueprint(module.blueprint)
    app.register_blueprint(health.blueprint)
    errors.register(app)
    app.teardown_appcontext(close_reading)
    app.after_request(_headers)
    app.after_request(fragments.fit)
    app.after_request(communication_routes.tell_when_open)  # the last is asked first: before htmx is told of a redirection
    _words_for_pages(app, settings)
    return app


def _config(settings: Settings) -> dict[str, object]:
    return dict(
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=settings.old_secret_keys,
        WTF_CSRF_SECRET_KEY=settings.signing_keys,
        SESSION_COOKIE_NAME=settings.cookie("portail"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=not settings.demo,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        WTF_CSRF_CHECK_DEFAULT=False,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
        COMPRESS_ALGORITHM=["gzip"],
        COMPRESS_ALGORITHM_STREAMING=["deflate"],
    )


def _headers(response: Response) -> Response:
    if not current_app.extensions["portal_settings"].demo:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.path == "/static/offline.js":
        response.headers["Service-Worker-Allowed"] = "/sessions/"
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    # Whom one goes to next learns the site, not the page: neither logs of a proxy nor other sites hold what opens something. Where it
    # were « no-referrer », browsers without Sec-Fetch-Site would say of their own forms that they come from nowhere.
    response.headers.setdefault("Referrer-Policy", "strict-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if response.mimetype == "text/html" or "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


def _words_for_pages(app: Flask, settings: Settings) -> None:
    stamps = {p.name: sparing.stamp(p) for p in STATIC.iterdir() if p.is_file()}

    @cache
    def static_file(name: str) -> str:
        return url_for("static", filename=name, v=stamps[name])

    app.jinja_env.filters.update(
        day=day_in_paris, moment=moment, long_day=long_day_in_paris, number=number, hour=hour, as_typed=as_typed, of=of
    )
    app.jinja_env.globals.update(
        plural=plural,
        navigation=navigation,
        can=lambda duty: current_user.actor.may(Duty(duty)),
        coming_closing=communication_routes.coming,
        undo_offered=undo_offered,
        answers_by_itself=answers_by_itself,
        static_file=static_file,
        PATH=PATH,
        Status=Status,
        status_tags=STATUS_TAGS,
        Role=Role,
        demo=settings.demo,
        provider=settings.provider is not None,
        unit_label=settings.unit_label,
        today=lambda: app.extensions["portal_clock"].today(),
        role_name=lambda post: called(post, settings.unit_label, settings.region_label),
    )
    app.after_request(typography.set_spaces)
    app.after_request(beside.keep_state)
