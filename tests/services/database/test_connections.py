"""A Postgres over TCP: passwords, TLS, and the two timeouts. The embedded one has only a Unix socket."""

import datetime as dt
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
import psycopg.sql
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.database import owned
from services.database.paths import StatePaths
from services.database.postgres import Postgres, find_binaries
from tests.services.database.support import RunningEngine, RunningPart, free_port, wait_for
from tests.services.database.tls_front import TlsFront, tls_front

PASSWORD = "p@ss/w:o%rd? #é"


@dataclass
class TcpServer:
    port: int
    certificate: Path
    socket_url: str
    front: TlsFront

    def url(self, parameters: str = "", *, host: str = "localhost", password: str = PASSWORD, port: int = 0) -> str:
        return f"postgresql://us%40er:{quote(password, safe='')}@{host}:{port or self.port}/remote?{parameters}"


def make_certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now - dt.timedelta(days=1))
    builder = builder.not_valid_after(now + dt.timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    certificate = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(
        key, hashes.SHA256()
    )
    paths = folder / "server.crt", folder / "server.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    unencrypted = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, form, unencrypted))
    return paths


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TcpServer]:
    folder = tmp_path_factory.mktemp("tcp")
    paths = StatePaths.of(folder / "state")
    postgres = Postgres(paths)
    postgres.launch()
    postgres.wait_ready()
    with psycopg.connect(postgres.admin_url, autocommit=True) as admin:
        admin.execute(psycopg.sql.SQL('CREATE ROLE "us@er" LOGIN PASSWORD {}').format(psycopg.sql.Literal(PASSWORD)))
        admin.execute('CREATE DATABASE remote OWNER "us@er"')
    postgres.stop()
    port = free_port()
    binary = find_binaries(paths.postgres_data).path("postgres")
    command = [binary, "-D", str(paths.postgres_data), "-k", str(paths.postgres_sockets), "-p", str(port)]
    command += ["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=20"]
    process = owned.start(command, owned.choose_account(paths.postgres_data), paths.log / "tcp.log")
    try:
        socket_url = postgres.admin_url.replace("@localhost/", f"@localhost:{port}/")
        wait_for("Postgres over TCP", lambda: _answers(socket_url))
        certificate, key = make_certificate(folder)
        with tls_front(port, certificate, key) as front:
            yield TcpServer(port, certificate, socket_url, front)
    finally:
        owned.stop(process, [(signal.SIGINT, 10.0)])


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def ask(database: RunningPart, url: str, sql: str) -> list[list[object]] | str:
    """The rows, or the error's code."""
    engine = RunningEngine({**database.gateway(), "DATABASE_URL": url}).start()
    try:
        answer = engine.query(f'mutation {{ result: queryRaw(query: "{sql}", parameters: "[]") }}')
        if "errors" in answer:
            code: str = answer["errors"][0]["user_facing_error"]["error_code"]
            return code
        rows: list[list[object]] = answer["data"]["result"]["rows"]
        return rows
    finally:
        engine.end()


ONE = [[1]]


@pytest.mark.parametrize(
    ("host", "parameters", "expected", "tls"),
    [
        ("localhost", "sslmode=disable", ONE, False),
        ("localhost", "sslmode=prefer", ONE, True),
        ("localhost", "", ONE, True),
        ("localhost", "sslmode=require", ONE, True),
        ("localhost", "sslmode=verify-full&sslrootcert=CERT", ONE, True),
        ("127.0.0.1", "sslmode=verify-ca&sslrootcert=CERT", ONE, True),
        ("127.0.0.1", "sslmode=verify-full&sslrootcert=CERT", "P1011", None),
        ("localhost", "sslmode=verify-full", "P1011", None),
        ("localhost", "sslmode=require&sslaccept=strict", "P1011", None),
        ("localhost", "sslmode=require&sslcert=CERT", ONE, True),
    ],
)
def test_sslmode(
    database: RunningPart, server: TcpServer, host: str, parameters: str, expected: object, tls: bool | None
) -> None:
    server.front.sessions.clear()
    parameters = parameters.replace("CERT", quote(str(server.certificate)))
    assert ask(database, server.url(parameters, host=host, port=server.front.port), "SELECT 1") == expected
    assert set(server.front.sessions) == ({tls} if tls is not None else set())


def test_a_server_without_tls(database: RunningPart, server: TcpServer) -> None:
    assert ask(database, server.url("sslmode=prefer"), "SELECT 1") == ONE
    assert ask(database, server.url("sslmode=require"), "SELECT 1") == "P1011"


def test_a_wrong_password_and_a_missing_database(database: RunningPart, server: TcpServer) -> None:
    assert ask(database, server.url(password="wrong"), "SELECT 1") == "P1000"
    assert ask(database, server.url().replace("/remote?", "/nowhere?"), "SELECT 1") == "P1003"


def test_nobody_listens(database: RunningPart) -> None:
    assert ask(database, f"postgresql://u:p@127.0.0.1:{free_port()}/d?connect_timeout=1", "SELECT 1") == "P1001"


def test_schema_and_session(database: RunningPart, server: TcpServer) -> None:
    with psycopg.connect(server.url().split("?")[0], autocommit=True) as connection:
        connection.execute('CREATE SCHEMA IF NOT EXISTS "o ther"')
    rows = ask(database, server.url("schema=o%20ther"), "SELECT current_schema()::text, current_setting('TimeZone')")
    assert rows == [["o ther", "UTC"]]


def test_a_full_pool_is_told_from_an_unreachable_server(database: RunningPart, server: TcpServer) -> None:
    url = server.url("connection_limit=1&pool_timeout=1&connect_timeout=5")
    engine = RunningEngine({**database.gateway(), "DATABASE_URL": url}).start()
    try:
        with ThreadPoolExecutor(2) as threads:
            slow = threads.submit(engine.raw, "SELECT 1 FROM pg_sleep(2)")
            codes = set()

            def refused() -> bool:
                codes.add(engine.error('mutation { result: queryRaw(query: "SELEC", parameters: "[]") }')[0])
                return "P2024" in codes

            wait_for("the pool is full", refused, 10)
            assert slow.result() == [[1]]
        assert codes <= {"P2024", "P2010"}
        assert engine.raw("SELECT 1") == [[1]]
    finally:
        engine.end()


def test_a_full_server_reports_its_own_code(database: RunningPart, server: TcpServer) -> None:
    held = [psycopg.connect(server.socket_url) for _ in range(17)]
    try:
        engine = RunningEngine({**database.gateway(), "DATABASE_URL": server.url("connection_limit=9")}).start()
        with ThreadPoolExecutor(9) as threads:
            document = 'mutation { result: queryRaw(query: "SELECT 1 FROM pg_sleep(0.5)", parameters: "[]") }'
            answers = list(threads.map(lambda _: engine.query(document), range(9)))
        engine.end()
    finally:
        for connection in held:
            connection.close()
    failed = [a["errors"][0]["user_facing_error"] for a in answers if "errors" in a]
    assert failed
    assert {str(error["meta"].get("code")) for error in failed} == {"53300"} or all("53300" in str(e) for e in failed)
