/**
 * Failures of the driver -> the error codes that the native engine would report.
 *
 * The WASM engine reports an exception of the JavaScript driver as P2036 with a number; LiteLLM's recovery looks for the
 * native engine's codes and texts instead (litellm/proxy/db/exception_handler.py): "Can't reach database server" (P1001)
 * makes it reconnect, P2024 tells it that the pool is full, `meta.code` and `PostgresError { code: "..." }` carry an
 * SQLSTATE. Errors that Postgres itself reports about a statement never come here: the engine maps them.
 *
 * Codes and texts: prisma-engines 5.17, user-facing-errors.
 */

const KEEP = 1000

/** JavaScript exceptions by the number under which the engine hands them back. */
export class ErrorRegistry {
  constructor() {
    this.errors = new Map()
    this.last = 0
  }

  /** @returns {number} the number to report as {kind: 'GenericJs', id} */
  register(error) {
    this.last = (this.last + 1) % 2147483647
    this.errors.set(this.last, error)
    if (this.errors.size > KEEP) this.errors.delete(this.errors.keys().next().value)
    return this.last
  }

  take(id) {
    const error = this.errors.get(id)
    this.errors.delete(id)
    return error
  }
}

const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOENT', 'ENOTFOUND', 'EAI_AGAIN', 'ECONNRESET', 'ECONNABORTED', 'ETIMEDOUT',
  'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'EPIPE', 'EACCES', 'EADDRNOTAVAIL'])
/** SQLSTATE of a refused or ended session -> the code of the native engine. */
const SESSION = new Map([['57P01', 'P1001'], ['57P02', 'P1001'], ['57P03', 'P1001'], ['08006', 'P1001'], ['08001', 'P1001'],
  ['08003', 'P1001'], ['08004', 'P1001'], ['28P01', 'P1000'], ['28000', 'P1000'], ['3D000', 'P1003']])

/** Whether a Postgres error says that the session, not the statement, failed. */
export const isSessionFailure = (error) => SESSION.has(error?.code)

/**
 * @param {Error} error what the driver threw
 * @param {{host: string, port: number, database: string, user: string, max: number, poolTimeout: number}} where
 * @returns {{error_code: string, message: string, meta: object}} without any password
 */
export function describe(error, where) {
  const message = error?.message || String(error)
  const code = SESSION.get(error?.code) ?? (unreachable(error, message) ? 'P1001' : message.startsWith('SASL') ? 'P1000' : null)
  if (code === 'P1000')
    return known('P1000', `Authentication failed against database server at \`${where.host}\`, the provided database credentials for \`${where.user}\` are not valid.\n\nPlease make sure to provide valid database credentials for the database server at \`${where.host}\`.`,
      { database_user: where.user, database_host: where.host })
  if (code === 'P1003')
    return known('P1003', `Database \`${where.database}\` does not exist on the database server at \`${where.host}:${where.port}\`.`,
      { database_name: where.database, database_host: where.host, database_port: where.port })
  if (code === 'P1001')
    return known('P1001', `Can't reach database server at \`${where.host}:${where.port}\`\n\nPlease make sure your database server is running at \`${where.host}:${where.port}\`.`,
      { database_host: where.host, database_port: where.port })
  if (message === 'timeout exceeded when trying to connect')
    return known('P2024', `Timed out fetching a new connection from the connection pool. More info: http://pris.ly/d/connection-pool (Current connection pool timeout: ${where.poolTimeout}, connection limit: ${where.max})`,
      { connection_limit: where.max, timeout: where.poolTimeout })
  if (message === 'Query read timeout')
    return known('P1008', 'Operations timed out after the `socket_timeout` of the database URL', { time: 'socket_timeout' })
  if (/\bSSL\b|certificate|TLS/i.test(message) || /^(ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|CERT_)/.test(error?.code ?? ''))
    return known('P1011', `Error opening a TLS connection: ${message}`, { message })
  return known('P2010', `Raw query failed. Code: \`${error?.code ?? 'N/A'}\`. Message: \`${message}\``,
    { code: error?.code ?? 'N/A', message })
}

/** Whether a failed attempt to connect may succeed a moment later: nobody listens, or the server is still starting. */
export const isUnreachable = (error) => SESSION.get(error?.code) === 'P1001' || unreachable(error, error?.message ?? '')

function unreachable(error, message) {
  if (UNREACHABLE.has(error?.code)) return true
  if (error?.errors?.length) return error.errors.every((inner) => UNREACHABLE.has(inner?.code))
  return message.startsWith('Connection terminated') || message === 'timeout expired' || message.includes('not queryable')
}

const known = (error_code, message, meta) => ({ error_code, message, meta })

/** The body of a failed request. */
export function errorBody(code, message, meta = {}) {
  return JSON.stringify({ errors: [{ error: message, user_facing_error: { is_panic: false, message, meta, error_code: code } }] })
}

/**
 * Replaces every P2036 in an error answer by what the native engine would say.
 * @param {string} text an answer that `isError` told to be one, or the answer of a transaction call
 */
export function nativeErrors(text, registry, where) {
  const answer = JSON.parse(text)
  for (const entry of answer.errors ?? []) {
    const facing = entry.user_facing_error
    if (facing?.error_code === 'P2036') {
      Object.assign(facing, describe(registry.take(facing.meta.id), where))
      entry.error = facing.message
    }
    if (facing && !facing.meta) facing.meta = {}
  }
  if (answer.error_code === 'P2036') Object.assign(answer, describe(registry.take(answer.meta.id), where))
  return answer
}
