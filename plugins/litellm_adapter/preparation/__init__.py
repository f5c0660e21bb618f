"""Content preparation: what a request holds is made readable before it is judged.

Knows: nothing by itself. ``registry.PREPARERS`` is the ordered tuple; to add one, write its file here (the protocol and
its rules stand in ``preparer``) and name it there. ``run`` calls them, ``parts`` finds content in every body's shape.
"""
