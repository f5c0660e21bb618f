"""The database of the admin UI and the key API: Postgres, Redis, migrations, the query engine and its Python client.

Entry points: `python -m services.database --state DIR --port PORT` (one supervised part), `environment` (what LiteLLM
must see), `python -m services.database.client` (at installation). See README.md in this folder.
"""
