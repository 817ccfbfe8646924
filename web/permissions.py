"""Who may do what: one table of endpoints, one of roles. An endpoint without an entry stops the application at its start."""

from collections.abc import Mapping
from types import MappingProxyType

# "open": always; "read": everyone, unless the server is private; all others: a role that has them.
OPEN, READ, ACCOUNT, CLASSIFY = "open", "read", "account", "classify"
LABEL, IMPORT, ADMINISTER = "label", "import", "administer"

ROLES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "viewer": frozenset({READ, ACCOUNT, CLASSIFY}),
        "annotator": frozenset({READ, ACCOUNT, CLASSIFY, LABEL, IMPORT}),
        "administrator": frozenset({READ, ACCOUNT, CLASSIFY, LABEL, IMPORT, ADMINISTER}),
    }
)

ENDPOINTS: Mapping[str, str] = MappingProxyType(
    {
        "static": OPEN,
        "health.healthz": OPEN,
        "account.log_in": OPEN,
        "account.log_out": OPEN,
        "account.tokens": ACCOUNT,
        "account.make_token": ACCOUNT,
        "account.revoke_token": ACCOUNT,
        "account.change_password": ACCOUNT,
        "tag.form": READ,
        "tag.classify": CLASSIFY,
        "tag.results": CLASSIFY,
        "tag.label": LABEL,
        "tag.download": CLASSIFY,
        "mix.table": READ,
        "mix.paragraphs": READ,
        "mix.download": READ,
        "mix.chart": READ,
        "snapshots.overview": READ,
        "snapshots.show": READ,
        "snapshots.download": READ,
        "snapshots.make": LABEL,
        "compare.show": READ,
        "compare.download": READ,
        "review.overview": READ,
        "review.unit": LABEL,
        "review.label": LABEL,
        "review.undo": LABEL,
        "review.log": READ,
        "review.agreement": READ,
        "review.drift": READ,
        "review.conflicts": READ,
        "review.settle": LABEL,
        "review.draw_sample": LABEL,
        "documents.overview": READ,
        "documents.show": READ,
        "documents.upload": IMPORT,
        "documents.preview": IMPORT,
        "documents.keep": IMPORT,
        "documents.discard": IMPORT,
        "documents.change": IMPORT,
        "documents.delete": ADMINISTER,
        "model.card": READ,
        "model.job": READ,
        "model.retrain": ADMINISTER,
        "model.promote": ADMINISTER,
        "codebook.show": READ,
        "codebook.difference": READ,
        "api_guide.show": READ,
        "api.classify": READ,
        "api.mix": READ,
        "api.compare": READ,
        "api.paragraphs": READ,
        "api.list_snapshots": READ,
        "api.make_snapshot": LABEL,
        "api.snapshot": READ,
        "api.snapshot_archive_file": READ,
        "api.list_documents": READ,
        "api.add_document": IMPORT,
        "api.document": READ,
        "api.delete_document": ADMINISTER,
        "api.document_paragraphs": READ,
        "api.list_labels": READ,
        "api.add_label": LABEL,
        "api.review": READ,
        "api.agreement": READ,
        "api.drift": READ,
        "api.codebook": READ,
        "api.model": READ,
        "api.job": READ,
        "api.openapi": OPEN,
    }
)
