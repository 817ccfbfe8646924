"""Write JSON answers with orjson, which takes a tenth of the time; what it does not know, Flask writes as before."""

from typing import Any

import orjson
from flask.json.provider import DefaultJSONProvider
from werkzeug.sansio.response import Response

# Dates and the like have a form of their own in Flask.
_AS_FLASK = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_APPEND_NEWLINE


def written(content: Any) -> bytes:
    """Return a value as JSON; TypeError where only Flask can write it."""
    return orjson.dumps(content, option=_AS_FLASK)


class JsonAnswers(DefaultJSONProvider):
    """JSON with Chinese as it is, keys in the order of the answer."""

    ensure_ascii = False
    sort_keys = False

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """Return an answer of values, as `flask.jsonify` takes them."""
        content = self._prepare_response_obj(args, kwargs)
        try:
            data = written(content)
        except TypeError:
            return super().response(*args, **kwargs)
        return self._app.response_class(data, mimetype=self.mimetype)  # type: ignore[arg-type]
