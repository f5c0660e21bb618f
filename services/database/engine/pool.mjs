/**
 * The pool of Postgres connections, on `pg`.
 *
 * Adds to pg.Pool what Prisma's pool has and pg's lacks: a timeout for connecting beside the one for waiting, `sslmode=prefer`
 * (TLS where the server offers it), a session in UTC and in the URL's schema, connections that die while they are checked
 * out (pg would end the process), and no connection that comes back inside a transaction.
 */
import net from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { isUnreachable } from './errors.mjs'

const RETRY_MS = 100
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]) // length 8, code 80877103

export class Pool {
  /** @param settings from `readUrl` */
  constructor(settings) {
    this.settings = settings
    this.tlsKnown = settings.tls !== 'try'
    const connectTimeoutMillis = settings.connectTimeout * 1000
    class Client extends pg.Client {
      constructor(options) {
        // Not a copy: pg hides the password and TLS key from enumeration, so a spread would lose them.
        super(Object.create(options, { connectionTimeoutMillis: { value: connectTimeoutMillis } }))
        this.on('error', ignore)
      }
    }
    this.pool = new pg.Pool({ ...settings.pool, Client, onConnect: (client) => client.query(sessionSql(settings.schema)) })
    this.pool.on('error', ignore)
  }

  /**
   * A connection of one's own; give it back with `release`. While the server cannot be reached it is tried again for
   * `connect_timeout`: nothing has been sent yet, so that is safe, and LiteLLM drops spend that it cannot write at once.
   * @returns {Promise<pg.PoolClient>}
   */
  async connect() {
    const until = Date.now() + this.settings.connectTimeout * 1000
    for (;;) {
      try {
        if (!this.tlsKnown) await this.#tryTls()
        return await this.pool.connect()
      } catch (error) {
        if (!isUnreachable(error) || Date.now() >= until) throw error
        await delay(RETRY_MS)
      }
    }
  }

  /** Gives a connection back; one that failed or is still inside a transaction is closed instead. */
  release(client, error) {
    client.release(error ?? client.getTransactionStatus() !== 'I')
  }

  /** Runs one query on any connection. */
  async query(query) {
    const client = await this.connect()
    let failure
    try {
      return await client.query(query)
    } catch (error) {
      // An error that Postgres reports about the statement leaves the connection usable.
      if (!error?.severity) failure = error
      throw error
    } finally {
      this.release(client, failure)
    }
  }

  end() {
    return this.pool.end()
  }

  async #tryTls() {
    const { host, port } = this.settings.pool
    if (!(await offersTls(host, port, this.settings.connectTimeout * 1000))) this.pool.options.ssl = false
    this.tlsKnown = true
  }
}

/** A failed connection is noticed by the query that uses it, or not at all when it was idle. */
function ignore() {}

function sessionSql(schema) {
  const path = schema === 'public' ? '' : `; SET search_path TO "${schema.replaceAll('"', '""')}"`
  return `SET TIME ZONE 'UTC'${path}`
}

/** Asks a server whether it speaks TLS (SSLRequest of the frontend/backend protocol). */
export function offersTls(host, port, timeoutMillis) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port })
    const settle = (done, value) => {
      socket.destroy()
      done(value)
    }
    if (timeoutMillis > 0) socket.setTimeout(timeoutMillis, () => settle(reject, new Error('timeout expired')))
    socket.once('connect', () => socket.write(SSL_REQUEST))
    socket.once('data', (data) => settle(resolve, data[0] === 83)) // 'S'
    socket.once('error', (error) => settle(reject, error))
    socket.once('end', () => settle(reject, new Error('Connection terminated during the TLS question')))
  })
}
