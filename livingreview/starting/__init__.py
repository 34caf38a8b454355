"""A new review from nothing: tables without rows, pages without results, and what makes a book of them."""
