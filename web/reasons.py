"""Why a file could not be read, in words for people who use a browser.

The library's messages are English and name options of the command line. Each that an upload can meet is known here by its
wording and said anew; a message that is not known is shown as it is.
"""

import re

from flask_babel import gettext

from classifier import PolicyThemesError

# Marks texts for the catalogue; they are translated when they are shown.
N_ = str

DAMAGED = N_("This file cannot be read; it may be damaged. Save it again with the program that made it.")

_REASONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), text)
    for pattern, text in (
        (
            r"no reader for (?P<kind>.+); use (?P<allowed>.+)$",
            N_("Files like this are not read here; use one of: {allowed}"),
        ),
        (r"this is not a text file", N_("This is not a text file, although its name says so.")),
        (r"no text in this file", N_("The file is empty.")),
        (
            r"neither UTF-8 nor GB18030 .*offset (?P<offset>\d+)",
            N_("Neither UTF-8 nor GB18030 (from byte {offset} on); choose its encoding and send it again."),
        ),
        (
            r"not valid (?P<encoding>\S+) .*offset (?P<offset>\d+)",
            N_("Not {encoding} (from byte {offset} on); choose another encoding and send it again."),
        ),
        (r"unknown encoding (?P<encoding>'[^']*')", N_("The encoding {encoding} is unknown.")),
        (r"no paragraph of text found", N_("There is no paragraph in it, only headings, numbers or page furniture.")),
        (r"two columns are named (?P<column>'.*?');", N_("Two columns are named {column}; give each its own name.")),
        (
            r"no column named .*; it has (?P<columns>.*): name the one",
            N_("Which column holds the text? It has: {columns}. Write its name and send the file again."),
        ),
        (
            r"no column (?P<column>'.*?'); it has (?P<columns>.*)$",
            N_("There is no column {column}; it has: {columns}."),
        ),
        (
            r"row (?P<row>\d+) is not CSV",
            N_("Row {row} is not CSV; look for a quotation mark that is never closed."),
        ),
        (
            r"row (?P<row>\d+) has (?P<cells>\d+) cells, but there are (?P<columns>\d+) columns",
            N_("Row {row} has {cells} cells, but there are {columns} columns; quote cells that hold commas."),
        ),
        (r"line (?P<line>\d+) is not JSON", N_("Line {line} is not JSON; mend or remove it.")),
        (
            r"line (?P<line>\d+) is not an object",
            N_("Line {line} is not an object; write one with a key text on each line."),
        ),
        (r"no lines in this file", N_("The file is empty.")),
        (r"the first sheet is empty", N_("The first sheet is empty; put the names of the columns into its first row.")),
        (r"not a Parquet file|damaged behind row|behind row", N_("Not a Parquet file, or damaged; write it again.")),
        (r"not an Excel workbook", N_("Not an Excel workbook, or damaged; save it again as .xlsx.")),
        (
            r"this is an old Word document|this is a rich text file|a Word document with macros",
            N_("An old or foreign kind of Word document; open it in Word or WPS, save it as .docx and send that."),
        ),
        (r"this is an old Excel workbook", N_("An old Excel workbook (.xls, .et); save it as .xlsx and send that.")),
        (
            r"this is an Office file with a password|a PDF file with a password",
            N_("It has a password; open it, save it without one and send that."),
        ),
        (
            r"no text layer",
            N_(
                "There is no text in it, only pictures of pages: recognise the text first (OCR), or send the original .docx."
            ),
        ),
        (
            r"unreadable text",
            N_(
                "Its text cannot be read: the fonts do not say which characters they show. Send the original .docx, or "
                "recognise the text (OCR)."
            ),
        ),
        (r"this is an OFD file", N_("OFD files are not read here; export it as .docx, or as PDF with text.")),
        (r"this is a web archive", N_("Web archives (.mht) are not read here; save the page as .html.")),
        (
            r"this is (?:an OpenDocument file|a presentation)",
            N_("Files like this are not read here; save it as .docx or .txt and send that."),
        ),
        (r"this is damaged|a damaged|damaged|its parser broke off", DAMAGED),
        (r"timed out", N_("Reading it took too long and was stopped; save it as .txt or .docx anew and send that.")),
        (
            r"too large: |a PDF file of|(?P<size>[\d,]+) bytes; at most|unpacked, ",
            N_("It is too large to be read here; divide the file."),
        ),
        (r"nested too deeply", N_("It is nested too deeply to be a report; save it as .txt and send that.")),
        (r"an archive of files", N_("An archive of files; unpack it, or send it on the documents page.")),
        (r"no documents or tables in this archive", N_("There are no documents or tables in this archive.")),
        (
            r"(?P<inside>'.*') in it points outside|holds (?P<twice>'.*') twice",
            N_("This archive is not safe to unpack; pack the files themselves once more."),
        ),
        (
            r"(?P<inside>'.*') in it (?:has a password|is damaged)",
            N_("A file in this archive has a password or is damaged."),
        ),
        (
            r"(?P<count>[\d,]+) files in one archive; send at most (?P<most>[\d,]+)",
            N_("{count} files are too many at once; send at most {most}."),
        ),
    )
)

Reason = dict[str, str | dict[str, str]]


def reason_of(error: PolicyThemesError, name: str) -> Reason:
    """Return why a file could not be read as plain data: a message for the catalogue and what stands in its places."""
    message = str(error).removeprefix(f"{name}: ")
    for pattern, text in _REASONS:
        found = pattern.match(message)
        if found:
            return {"message": text, "values": found.groupdict()}
    return {"message": "{reason}", "values": {"reason": message}}


def said(reason: Reason) -> str:
    """Say a reason in the language of the request."""
    message, values = reason["message"], reason["values"]
    shown = str(gettext(str(message)))
    return shown.format(**values) if isinstance(values, dict) else shown
