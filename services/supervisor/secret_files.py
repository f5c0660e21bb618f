"""Credentials given as files: ``NAME_FILE=/run/secrets/name`` stands for ``NAME=<what the file holds>``.

Knows: the convention of container images, and that the passwords of Postgres and Redis belong into their URLs. Does
not know: who uses a value. An environment literal can be read by ``docker inspect``; a file with a mode cannot.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from services.supervisor.options import OptionError

SUFFIX = "_FILE"
IN_URL = {"DATABASE_PASSWORD": "DATABASE_URL", "REDIS_PASSWORD": "REDIS_URL"}
"""Passwords that go into a URL that has none, where there is such a URL."""

ENDINGS = ("_KEY", "_PASSWORD", "_TOKEN", "DATABASE_URL", "REDIS_URL")
"""Only such names are read: other variables that end in ``_FILE`` (``SSL_CERT_FILE``) are no secrets of ours."""


def with_secret_files(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment with the files' contents in place of their names. Raises OptionError.

    A variable that is given both ways is refused: which one counts would be a guess.
    """
    made = dict(environ)
    for name, path in environ.items():
        wanted = name.removesuffix(SUFFIX)
        if wanted == name or not wanted.endswith(ENDINGS) or not path:
            continue
        if environ.get(wanted):
            raise OptionError(f"{wanted} and {name} are both set: unset one of them")
        del made[name]
        made[wanted] = _read(name, Path(path))
    for password, url in IN_URL.items():
        if made.get(url) and f"{password}{SUFFIX}" in environ:
            made[url] = _with_password(url, made[url], made.pop(password))
    return made


def _read(name: str, path: Path) -> str:
    try:
        value = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise OptionError(
            f"{name} names {path}, which cannot be read ({why}): this process is the user that must be able to"
        ) from error
    if not value:
        raise OptionError(f"{name} names {path}, which is empty")
    return value


def _with_password(name: str, url: str, password: str) -> str:
    parts = urlsplit(url)
    if parts.password:
        raise OptionError(f"{name} holds a password and another one is given as a file: leave one of them out")
    user, _, rest = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.rstrip(':')}:{quote(password, safe='')}@{rest}"))
