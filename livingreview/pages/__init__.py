"""What a chapter shows beyond single tables and charts.

Its opening, the reports' pages, overview, explorer, what-if panel, cards, clocks and checklist.
"""
