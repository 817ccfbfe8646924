"""Fuzz one target in this process, which ends with it: ``python tests/fuzz_one.py TARGET CORPUS… -OPTION=…``, see tests/fuzz.py."""

import os
import sys

import atheris
from paths import ROOT

sys.path[:0] = [str(ROOT)]
name, options = sys.argv[1], sys.argv[2:]
# What is imported here reports to the fuzzer which of its code is reached.
with atheris.instrument_imports(include=["classifier", "web", "docx", "openpyxl"]):
    import fuzz_targets

    if name == "api":
        os.environ["POLICY_THEMES_HOME"] = str(ROOT / "build" / "fuzz" / "home")
        from web import WebSettings, create_app

        app = create_app(WebSettings(measure_model=False))
        app.config.update(PROPAGATE_EXCEPTIONS=False)
        target = fuzz_targets.api(app.test_client())
    else:
        target = fuzz_targets.READERS[name]
atheris.Setup([sys.argv[0], *options], target)
atheris.Fuzz()
