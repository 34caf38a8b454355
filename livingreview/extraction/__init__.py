"""From a report to rows of ``data/``: a sheet to fill, two readings compared, what is sound taken in.

A person fills a workbook or a folder of short tables; ids, order, codes behind words, defaults and counts of
rows are made here. Nothing is written unless the whole of it passes the checks that the data must pass.
"""
