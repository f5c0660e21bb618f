"""Documents: text, tables, headings and page images out of files that anybody may send.

Knows: formats, limits, the store of uploaded files; each document is read in a process of its own. Does not know:
keys, budgets, models, what a data class means.
"""
