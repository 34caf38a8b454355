"""From executed chapters to the finished book: Sphinx, its theme, what is done to every page, paper."""
