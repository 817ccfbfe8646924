"""The errors that users may see: one family, each message with the value, what is allowed, and the remedy.

    PolicyThemesError
    ├── InputError      a file, folder, table or text that cannot be read or classified
    ├── CodebookError   a codebook.toml that does not define themes properly
    ├── LabelError      a hand label that is unknown, doubled, or no longer fits its source
    ├── ModelError      a model file that is damaged, foreign, or of another version
    └── SnapshotError   a snapshot that was changed, is damaged, or is not safe to open

Everything else that escapes from this package is a defect.
"""


class PolicyThemesError(Exception):
    """The root of the family; its text is one line that is safe to show to a user."""


class InputError(PolicyThemesError):
    """An input cannot be read, or holds nothing to classify."""


class CodebookError(PolicyThemesError):
    """A codebook does not say clearly what its themes are."""


class LabelError(PolicyThemesError):
    """A label file names an unknown theme, repeats a unit, or does not fit the source any more."""


class ModelError(PolicyThemesError):
    """A model file cannot be trusted or used; the message says what to do instead."""


class SnapshotError(PolicyThemesError):
    """A snapshot cannot be trusted or opened; the message names what is wrong in it."""
