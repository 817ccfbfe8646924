"""The language of the interface: Chinese, or English by switch; a cookie remembers it."""

from typing import Any, cast
from urllib.parse import urlencode

from flask import Flask, Response, redirect, request
from flask_babel import Babel, get_locale

from classifier import Code

LANGUAGES = {"zh": "中文", "en": "English"}
LANGUAGE_COOKIE = "language"
_YEAR = 365 * 24 * 3600


def speak(app: Flask) -> None:
    """Teach an application both languages; ``?lang=en`` on any page switches."""
    # The catalogue lies under plain "zh": Babel turns zh_CN into zh_Hans_CN and would not find it.
    app.config.update(BABEL_DEFAULT_LOCALE="zh", BABEL_TRANSLATION_DIRECTORIES="translations")
    Babel(app, locale_selector=language)
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.before_request(_switch)
    app.context_processor(_names_for_templates)
    app.add_template_filter(percent)


def language() -> str:
    """Return the language of this request, zh or en."""
    wanted = request.args.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    return wanted if wanted in LANGUAGES else "zh"


def name_of(code: Code) -> str:
    """Return a code's name in the language of this request."""
    return code.name(language())


def percent(share: float | None, digits: int = 1) -> str:
    """Write a share as people read it: 0.348 becomes 34.8%."""
    return "" if share is None else f"{share * 100:.{digits}f}%"


def other_page(**changes: Any) -> str:
    """Return this page's address with some of its query changed; None takes a part away."""
    query = request.args.to_dict(flat=False)
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value if isinstance(value, list) else [str(value)]
    return request.path + ("?" + urlencode(query, doseq=True) if query else "")


def locale_tag() -> str:
    """Return the language as HTML names it."""
    return "zh-Hans" if str(get_locale()) == "zh" else "en"


def _names_for_templates() -> dict[str, Any]:
    return {
        "language": language(),
        "languages": LANGUAGES,
        "locale_tag": locale_tag(),
        "name_of": name_of,
        "other_page": other_page,
    }


def _switch() -> Response | None:
    if request.method != "GET" or request.blueprint == "api":
        return None
    wanted = request.args.get("lang")
    if wanted not in LANGUAGES:
        return None
    answer = cast(Response, redirect(other_page(lang=None)))
    answer.set_cookie(LANGUAGE_COOKIE, wanted, max_age=_YEAR, httponly=True, samesite="Lax", secure=request.is_secure)
    return answer
