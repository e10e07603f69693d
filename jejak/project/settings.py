"""All settings. Each choice of an install is declared once, through `environment`."""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _

from jejak.project import environment as env

# Where state lives

HOME = Path(
    env.text(
        "JEJAK_HOME", "./jejak-home", "The folder that holds all state of this install.", group="Install"
    )
).resolve()
DEBUG = env.flag(
    "JEJAK_DEBUG", False, "Show details of errors in the browser. Never in production.", group="Install"
)
BASE_URL = env.text(
    "JEJAK_BASE_URL",
    "http://127.0.0.1:8000",
    "The address under which people reach this install.",
    group="Install",
)
ALLOWED_HOSTS = env.words(
    "JEJAK_ALLOWED_HOSTS",
    ["*"],
    "Host names that this install answers to, separated by commas.",
    group="Install",
)
CSRF_TRUSTED_ORIGINS = env.words(
    "JEJAK_TRUSTED_ORIGINS",
    [],
    "Origins (https://…) whose forms are trusted, behind a proxy.",
    group="Install",
)
BEHIND_PROXY = env.flag(
    "JEJAK_BEHIND_PROXY",
    False,
    "Believe X-Forwarded-Proto and X-Forwarded-For, because a proxy of yours sets them.",
    group="Install",
)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")
SESSION_COOKIE_SAMESITE = "Lax"


def _secret() -> str:
    """Return the install's secret, made on first use and readable by its owner only."""
    path = HOME / "secret.key"
    if path.exists():
        return path.read_text().strip()
    HOME.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(secrets.token_urlsafe(50))
    return path.read_text().strip()


SECRET_KEY = (
    env.text(
        "JEJAK_SECRET_KEY",
        "",
        "Signs sessions and links. Kept in JEJAK_HOME/secret.key where unset.",
        group="Install",
    )
    or _secret()
)

ADMIN_PASSWORD = env.text(
    "JEJAK_ADMIN_PASSWORD",
    "",
    "Password of the first administrator. Made up and printed once where unset.",
    group="Install",
)
ADMIN_EMAIL = env.text(
    "JEJAK_ADMIN_EMAIL", "admin@localhost", "E-mail address of the first administrator.", group="Install"
)

# Databases

DATABASE_URL = env.text(
    "DATABASE_URL",
    "",
    "postgresql://user:password@host:port/name. SQLite in JEJAK_HOME where unset.",
    group="Storage",
)
EVENTLOG_URL = (
    env.text(
        "EVENTLOG_URL",
        "",
        "The log: chdb:///folder (embedded) or clickhouse://user:password@host:port/database. "
        "Embedded in JEJAK_HOME/log where unset.",
        group="Storage",
    )
    or f"chdb://{HOME / 'log'}"
)


def _sqlite(path: Path, *, synchronous: str, page_size: int) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,  # Right only with the lasting threads of project/asgi.py.
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": f"PRAGMA page_size={page_size};PRAGMA journal_mode=WAL;PRAGMA synchronous={synchronous};"
            "PRAGMA secure_delete=FAST;"  # What was deleted is not left lying in the page; see common/scrubbing.py.
            "PRAGMA temp_store=MEMORY;PRAGMA cache_size=-8000;PRAGMA mmap_size=0;",
        },
    }


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise env.BadSetting(f"DATABASE_URL must begin with postgresql://, not {parts.scheme}://.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


if DATABASE_URL:
    DATABASES = {"default": _postgresql(DATABASE_URL)}
    INLET_DATABASE = "default"
else:
    DATABASES = {
        "default": _sqlite(HOME / "jejak.sqlite3", synchronous="NORMAL", page_size=4096),
        # Accepting has a file of its own, so that it never waits for the back office's writes; large
        # pages, because it holds whole request bodies; FULL, because a 200 is a promise.
        "inlet": _sqlite(HOME / "inlet.sqlite3", synchronous="FULL", page_size=32768),
    }
    INLET_DATABASE = "inlet"
DATABASE_ROUTERS = ["jejak.project.routing.InletRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Capture

MESSAGE_BYTES = env.whole(
    "JEJAK_MESSAGE_BYTES",
    4 * 2**20,
    "Largest message that is taken, in bytes (32 KiB to 4 MiB).",
    group="Capture",
)
REQUEST_BYTES = env.whole(
    "JEJAK_REQUEST_BYTES",
    20 * 2**20,
    "Largest request that is taken, in bytes, after unpacking.",
    group="Capture",
)
WAITING_BYTES = env.whole(
    "JEJAK_WAITING_BYTES",
    2 * 2**30,
    "Bytes of accepted touchpoints that may wait for the log before senders are told to wait (429).",
    group="Capture",
)
SEEN_DAYS = env.whole(
    "JEJAK_SEEN_DAYS",
    90,
    "For how many days a repeated messageId is recognised (at least 30).",
    group="Capture",
)
if SEEN_DAYS < 30:
    raise env.BadSetting("JEJAK_SEEN_DAYS must be at least 30: senders retry late.")
KEEP_IP = env.flag(
    "JEJAK_KEEP_IP", False, "Keep whole IP addresses. Otherwise the last part is cut off.", group="Capture"
)
BOTS = env.text(
    "JEJAK_BOTS",
    "drop",
    "What happens to touchpoints of known bots: drop (refused, and listed) or keep.",
    group="Capture",
)
HONOUR_OPT_OUT = env.flag(
    "JEJAK_HONOUR_OPT_OUT",
    True,
    "Do not keep what a browser sends that asks not to be followed (Global Privacy Control, Do Not Track).",
    group="Capture",
)
IMPORT_BYTES = env.whole(
    "JEJAK_IMPORT_BYTES",
    2**30,
    "Largest file that can be uploaded for an import, in bytes; `jejak import` takes files of any size.",
    group="Import",
)
IMPORT_TRIAL_ROWS = env.whole(
    "JEJAK_IMPORT_TRIAL_ROWS", 200_000, "How many rows are tried before an import is started.", group="Import"
)
IMPORT_KEEP_DAYS = env.whole(
    "JEJAK_IMPORT_KEEP_DAYS",
    30,
    "For how many days uploaded files and rejected rows are kept after an import.",
    group="Import",
)
AUDIT_DAYS = env.whole(
    "JEJAK_AUDIT_DAYS", 730, "For how many days the audit log keeps who saw and changed what.", group="Staff"
)
API_PER_MINUTE = env.whole(
    "JEJAK_API_PER_MINUTE",
    600,
    "How many calls of the API each token may make in a minute, in each process; 0 for any number.",
    group="API",
)
PHONE_COUNTRIES = env.words(
    "JEJAK_PHONE_COUNTRIES",
    ["ID", "MY"],
    "Countries tried in turn for phone numbers without +.",
    group="People",
)
HANDLE_PEOPLE = env.whole(
    "JEJAK_HANDLE_PEOPLE",
    5,
    "With how many people an e-mail, a phone or a browser may be seen before it stops joining any of them.",
    group="People",
)
JOINED_TRAILS = env.whole(
    "JEJAK_JOINED_TRAILS",
    50,
    "How many trails the rules may join into one person. What goes beyond is suggested to staff.",
    group="People",
)

# Webhooks
HOOKS_INSIDE = env.flag(
    "JEJAK_HOOKS_INSIDE",
    False,
    "Whether webhooks may call addresses inside the network of the server, too.",
    group="Webhooks",
)

# E-mail

SMTP_HOST = env.text(
    "JEJAK_SMTP_HOST",
    "",
    "The mail server by which e-mail is sent. Nothing is sent where unset.",
    group="E-mail",
)
EMAIL_FROM = env.text(
    "JEJAK_EMAIL_FROM", "", "The address that e-mail is sent from, such as care@toko.example.", group="E-mail"
)
_SMTP_SECURITY = env.text(
    "JEJAK_SMTP_SECURITY",
    "starttls",
    "How the way to the mail server is kept private: starttls, tls or none.",
    group="E-mail",
)
if _SMTP_SECURITY not in {"starttls", "tls", "none"}:
    raise env.BadSetting(f"JEJAK_SMTP_SECURITY must be starttls, tls or none, not {_SMTP_SECURITY}.")
EMAIL_HOST = SMTP_HOST or "localhost"
EMAIL_PORT = env.whole("JEJAK_SMTP_PORT", 587, "The port of the mail server.", group="E-mail")
EMAIL_HOST_USER = env.text("JEJAK_SMTP_USER", "", "The login at the mail server.", group="E-mail")
EMAIL_HOST_PASSWORD = env.text("JEJAK_SMTP_PASSWORD", "", "The password at the mail server.", group="E-mail")
EMAIL_USE_TLS = _SMTP_SECURITY == "starttls"
EMAIL_USE_SSL = _SMTP_SECURITY == "tls"
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = SERVER_EMAIL = EMAIL_FROM or "webmaster@localhost"

# Django and Wagtail

ROOT_URLCONF = "jejak.project.urls"
AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = ["jejak.staff.logins.Patience"]
WAGTAIL_PAGE_MODEL = "content.Page"
WAGTAILIMAGES_IMAGE_MODEL = "content.LibraryImage"
WAGTAILDOCS_DOCUMENT_MODEL = "content.LibraryDocument"

# All that the process needs which understands touchpoints; see touchpoints/beside.py.
PIPELINE_APPS = [
    "jejak.staff",
    "jejak.people",
    "jejak.touchpoints",
    "django.contrib.auth",
    "django.contrib.contenttypes",
]
INSTALLED_APPS = [
    "jejak.backoffice",
    "jejak.staff",
    "jejak.people",
    "jejak.touchpoints",
    "jejak.records",
    "jejak.channels",
    "jejak.audiences",
    "jejak.questions",
    "jejak.features.content",
    "jejak.features.capture",
    "jejak.features.imports",
    "jejak.features.profiles",
    "jejak.features.crm",
    "jejak.features.lists",
    "jejak.features.identity",
    "jejak.features.insights",
    "jejak.features.dashboards",
    "jejak.features.audiences",
    "jejak.features.agenda",
    "jejak.features.quality",
    "jejak.features.leads",
    "jejak.features.demo",
    "jejak.features.duplicates",
    "jejak.features.operations",
    "jejak.staff.screens.StaffScreens",  # wagtail.users, in our words
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "jejak.backoffice.policy.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [
            # Wagtail takes icons as templates; those that assets.py fetched lie here.
            Path(__file__).resolve().parent.parent / "backoffice" / "static" / "vendor",
            Path(__file__).resolve().parent.parent
            / "api"
            / "templates",  # It has no models, so it is no app.
        ],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "wagtailadmin_login"

LANGUAGE_CODE = env.text(
    "JEJAK_LANGUAGE", "en", "Language of the back office at first: en, id or ms.", group="Install"
)
LANGUAGES = [("en", _("English")), ("id", _("Indonesian")), ("ms", _("Malay"))]
LOCALE_PATHS = [Path(__file__).resolve().parent.parent / "locale"]
FORMAT_MODULE_PATH = "jejak.project.formats"
TIME_ZONE = env.text(
    "JEJAK_TIME_ZONE", "Asia/Jakarta", "Time zone in which pages show times and days begin.", group="Install"
)
USE_TZ = True
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES

STATIC_URL = "/static/"
STATIC_ROOT = None  # Files are served from where they lie; nothing is collected.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_URL = "/media/"
MEDIA_ROOT = HOME / "media"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

WAGTAIL_SITE_NAME = "Jejak"
# Names such as "localtime" and "SystemV/AST4" mean nothing to browsers.
_CONTINENTS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
WAGTAIL_USER_TIME_ZONES = [
    "UTC",
    *sorted(zone for zone in available_timezones() if zone.startswith(_CONTINENTS)),
]
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAIL_ENABLE_UPDATE_CHECK = False  # No page of ours calls another host.
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
SILENCED_SYSTEM_CHECKS: list[str] = []

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "jejak": {"level": env.text("JEJAK_LOG_LEVEL", "INFO", "How much is logged.", group="Install")}
    },
}
