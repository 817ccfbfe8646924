"""Words for the fixed values of the library and the database, in the language of the request.

Every table maps a stored value to a text that is translated when it is shown.
"""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext

LEVEL_NAMES: Mapping[str, LazyString] = MappingProxyType(
    {"province": lazy_gettext("Province"), "city": lazy_gettext("City"), "county": lazy_gettext("County")}
)

SECTION_KIND_NAMES: Mapping[str, LazyString] = MappingProxyType(
    {
        "preamble": lazy_gettext("Preamble"),
        "achievements": lazy_gettext("Achievements"),
        "shortcomings": lazy_gettext("Shortcomings"),
        "plans": lazy_gettext("Plans"),
        "key_figures": lazy_gettext("Key figures"),
    }
)

ORIGIN_NAMES: Mapping[str, LazyString] = MappingProxyType(
    {
        "title": lazy_gettext("Title"),
        "jurisdiction": lazy_gettext("Jurisdiction"),
        "adcode": lazy_gettext("Division code"),
        "level": lazy_gettext("Level"),
        "year": lazy_gettext("Year reported on"),
        "issuer": lazy_gettext("Issued by"),
        "document_number": lazy_gettext("Document number"),
        "published": lazy_gettext("Published on"),
    }
)

SOURCE_NAMES: Mapping[str, LazyString] = MappingProxyType(
    {
        "seed": lazy_gettext("came with the program"),
        "upload": lazy_gettext("uploaded"),
        "tag": lazy_gettext("typed on the Tag page"),
        "import": lazy_gettext("imported"),
    }
)

DROP_REASONS: Mapping[str, LazyString] = MappingProxyType(
    {
        "metadata": lazy_gettext("metadata"),
        "furniture": lazy_gettext("page furniture"),
        "caption": lazy_gettext("caption or signature"),
        "repeated": lazy_gettext("repeated text"),
    }
)
