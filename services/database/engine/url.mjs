/**
 * A Postgres URL, with Prisma's and libpq's parameters -> settings of the pool.
 *
 * Knows hosts, Unix sockets (`host=/dir` as parameter, or percent-encoded as host), percent-encoded user names and
 * passwords, the pool's and the connection's own timeouts, `schema`, and TLS: `sslmode` disable, allow, prefer (default),
 * require, verify-ca, verify-full, with `sslrootcert`, `sslcert`, `sslkey`, `sslidentity`, `sslpassword`, `sslaccept`.
 * Never prints a URL: it holds a password.
 *
 * Sources: Prisma "PostgreSQL connection URL", libpq "SSL Support".
 */
import fs from 'node:fs'

export class BadUrl extends Error {
  constructor(message) {
    super(`the database URL cannot be used: ${message}`)
    this.name = 'BadUrl'
  }
}

const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full']

/**
 * @param {string} raw postgresql://user:password@host:port/database?parameters
 * @returns {{pool: object, connectTimeout: number, poolTimeout: number, schema: string, tls: 'off'|'try'|'on', where: object}}
 * `pool`: options of pg.Pool (milliseconds); both timeouts in seconds, 0 for none; `tls` 'try' falls back to plain text.
 * @throws {BadUrl}
 */
export function readUrl(raw) {
  const url = parseUrl(raw)
  const query = url.searchParams
  const host = query.get('host') || decode(url.hostname) || 'localhost'
  const socket = host.startsWith('/')
  const mode = query.get('sslmode') ?? 'prefer'
  if (!MODES.includes(mode)) throw new BadUrl(`unknown sslmode "${mode}" (valid: ${MODES.join(', ')})`)
  const port = Number(url.port || query.get('port') || 5432)
  const poolTimeout = seconds(query, 'pool_timeout', 10)
  const connectTimeout = seconds(query, 'connect_timeout', 5)
  const user = decode(url.username) || query.get('user') || 'postgres'
  const database = decode(url.pathname.slice(1)) || user
  const max = count(query, 'connection_limit', 10)
  const pool = {
    host, port, user, database, max,
    password: decode(url.password) || query.get('password') || undefined,
    connectionTimeoutMillis: poolTimeout * 1000,
    idleTimeoutMillis: seconds(query, 'max_idle_connection_lifetime', 300) * 1000,
    maxLifetimeSeconds: seconds(query, 'max_connection_lifetime', 0),
    query_timeout: seconds(query, 'socket_timeout', 0) * 1000 || undefined,
    application_name: query.get('application_name') || undefined,
    options: query.get('options') || undefined,
    keepAlive: true,
    ssl: socket || mode === 'disable' ? false : tlsOptions(mode, query, host),
  }
  const tls = pool.ssl === false ? 'off' : mode === 'prefer' || mode === 'allow' ? 'try' : 'on'
  const schema = query.get('schema') || 'public'
  return { pool, connectTimeout, poolTimeout, schema, tls, where: { host, port, user, database, max, poolTimeout } }
}

function parseUrl(raw) {
  // WHATWG URLs allow no empty host behind credentials, libpq does: postgresql://user@/db?host=/dir
  const filled = raw.replace(/^(postgres(?:ql)?:\/\/[^/?#]*@)(?=[/?]|$)/, '$1localhost')
  if (!/^postgres(ql)?:\/\//.test(filled)) throw new BadUrl('it must start with postgresql://')
  try {
    return new URL(filled)
  } catch {
    throw new BadUrl('it is not a URL (percent-encode special characters of the password)')
  }
}

function decode(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new BadUrl('a percent sign is not part of a percent-encoding')
  }
}

function seconds(query, name, fallback) {
  const value = query.has(name) ? Number(query.get(name)) : fallback
  if (!Number.isFinite(value) || value < 0) throw new BadUrl(`${name} must be a number of seconds`)
  return value
}

function count(query, name, fallback) {
  const value = query.has(name) ? Number(query.get(name)) : fallback
  if (!Number.isInteger(value) || value < 1) throw new BadUrl(`${name} must be a whole number above zero`)
  return value
}

function tlsOptions(mode, query, host) {
  // As in libpq, `require` with a root certificate verifies the chain. Prisma calls the root `sslcert`.
  const root = query.get('sslrootcert') ?? (query.has('sslkey') ? null : query.get('sslcert'))
  const verifyName = mode === 'verify-full' || query.get('sslaccept') === 'strict'
  const verify = verifyName || mode === 'verify-ca' || (mode === 'require' && root !== null)
  const options = { rejectUnauthorized: verify }
  if (root && root !== 'system') options.ca = read(root, 'sslrootcert')
  if (query.has('sslkey')) {
    options.key = read(query.get('sslkey'), 'sslkey')
    options.cert = read(query.get('sslcert') ?? '', 'sslcert')
  }
  if (query.has('sslidentity')) options.pfx = read(query.get('sslidentity'), 'sslidentity')
  if (query.has('sslpassword')) options.passphrase = query.get('sslpassword')
  if (verify && !verifyName) options.checkServerIdentity = () => undefined
  if (!/^[\d.]+$|:/.test(host)) options.servername = host
  return options
}

function read(path, name) {
  try {
    return fs.readFileSync(path)
  } catch (error) {
    throw new BadUrl(`${name} "${path}" cannot be read (${error.code})`)
  }
}
