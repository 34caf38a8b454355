"""The engine of a living review: an evidence data package in, a checked, executable, citable book out.

It knows tables, intervals, charts, pages and citations; it knows no disease, no drug and no chapter by name.
"""

__version__ = "0.1.0"
