"""Exported files of databases, managers and registers, as one kind of record; nothing is dropped unsaid."""

from livingreview.surveillance.readers.columns import name_persons
from livingreview.surveillance.readers.detect import ReadError, read_export, read_exports
from livingreview.surveillance.readers.found import Export, Found

__all__ = ["Export", "Found", "ReadError", "name_persons", "read_export", "read_exports"]
