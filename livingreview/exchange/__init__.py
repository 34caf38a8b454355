"""What other programs read: pools for R, references for Zotero, risk of bias for robvis, RevMan, FHIR.

An export is a set of named files, the same bytes for the same data; `livingreview.exchange.folder` writes it.
"""
