"""How things are written: figures as digits and cards, tables and fragments as HTML."""
