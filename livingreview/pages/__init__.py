"""What a chapter shows beyond single tables and charts: its opening, reports, overview, explorer, what-if, cards, clocks, checklist."""
