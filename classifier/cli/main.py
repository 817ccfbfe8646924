"""The command ``policy-themes`` and its table of commands; each is imported only when it is called."""

import importlib
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any, NoReturn

import click

from classifier.errors import PolicyThemesError
from classifier.signals import handled_by
from classifier.version import VERSION

# Name: (module, attribute, one line for the overview). Those of `web` are named only, never imported from here.
COMMANDS: Mapping[str, tuple[str, str, str]] = {
    "train": ("classifier.cli.train", "train", "Train a model from hand labels."),
    "evaluate": ("classifier.cli.evaluate", "evaluate", "Measure accuracy on documents that were not trained on."),
    "classify": ("classifier.cli.classify", "classify", "Give every paragraph of files its theme."),
    "mix": ("classifier.cli.mix", "mix", "Show the theme mix of jurisdictions."),
    "snapshot": ("classifier.cli.snapshot", "snapshot", "Freeze theme mixes with all that they are made from."),
    "reproduce": ("classifier.cli.snapshot", "reproduce", "Make the tables of a snapshot again and compare them."),
    "compare": ("classifier.cli.compare", "compare", "Show where two jurisdictions or years differ, and by which terms."),
    "verify-intervals": ("classifier.cli.verify", "verify", "Measure how often intervals hold the truth."),
    "copies": ("classifier.cli.copies", "copies", "List the paragraphs that stand in several places."),
    "explain": ("classifier.cli.explain", "explain", "Show why a text has its theme."),
    "labels": ("classifier.cli.labels", "labels", "Check, compare, migrate, export and import hand labels."),
    "codebook": ("classifier.cli.codebook", "codebook", "Compare versions of a codebook."),
    "export-sklearn": ("classifier.cli.export", "export", "Write the model as a scikit-learn pipeline."),
    "serve": ("web.commands", "serve", "Start the web application."),
    "users": ("web.commands", "users", "Manage the accounts of the web application."),
    "backup": ("web.backup_commands", "backup", "Write all that the web application keeps into one file."),
    "restore": ("web.backup_commands", "restore", "Put such a file in the place of what is there."),
}


class LazyGroup(click.Group):
    """A group that imports the commands of its table when they are called, so that the others cost nothing."""

    def __init__(self, *arguments: Any, table: Mapping[str, tuple[str, str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._table = table

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the names of all commands, own ones first."""
        return [*self.commands, *self._table]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Return a command, which is imported now; None where there is none of this name."""
        if name not in self._table:
            return super().get_command(context, name)
        module, attribute, _ = self._table[name]
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the overview, without importing anything for it."""
        own = [(name, command.get_short_help_str(100)) for name, command in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl([*own, *((name, summary) for name, (_, _, summary) in self._table.items())])


@click.group(
    cls=LazyGroup, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(VERSION, prog_name="policy-themes")
def commands() -> None:
    """Find the policy themes of Chinese justice-bureau reports.

    Example: policy-themes mix seeds/
    """


# Arrays here are small: more threads of a linear algebra library would wait in busy loops rather than help.
_THREADS_OF_ARRAYS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line; errors of the library become one line and exit code 1, wrong usage 2, Ctrl-C and SIGTERM 130."""
    for variable in _THREADS_OF_ARRAYS:
        os.environ.setdefault(variable, "1")
    # SIGTERM, by which systems end programs, keeps what Ctrl-C keeps.
    with handled_by(signal.SIGTERM, signal.default_int_handler):
        code = _run(arguments)
    sys.exit(code)


def _run(arguments: list[str] | None) -> int:  # noqa: PLR0911  (one way out for each kind of end)
    try:
        result: Any = commands.main(arguments, prog_name="policy-themes", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.UsageError as error:
        error.show()
        return 2
    except PolicyThemesError as error:
        complain(str(error))
        return 1
    except (click.Abort, KeyboardInterrupt):
        complain("stopped; no half-written output was left")
        return 130
    except BrokenPipeError:
        # The reader of a pipe, such as head, has seen enough.
        sys.stderr.close()
        return 0
    except OSError as error:
        complain(f"{error.filename or 'output'}: {error.strerror or error}")
        return 1


def complain(text: str) -> None:
    """Say one line on standard error, with control characters made visible."""
    shown = "".join(ch if ch.isprintable() or ch == " " else repr(ch)[1:-1] for ch in text)
    click.echo(f"policy-themes: {shown}", err=True)
