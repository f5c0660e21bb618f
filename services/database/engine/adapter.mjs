/**
 * Prisma's driver-adapter contract (5.17) on our pool.
 *
 * Own adapter: @prisma/adapter-pg 5.17 refuses unlisted type OIDs and drops the offset of timestamps. Statement errors of
 * Postgres are handed to the engine, which maps them; everything else is registered and comes back as P2036 (see errors).
 */
import { columnType, types } from './columns.mjs'
import { isSessionFailure } from './errors.mjs'

const ok = (value) => ({ ok: true, value, map: (f) => ok(f(value)), flatMap: (f) => f(value) })
const err = (error) => ({ ok: false, error, map: () => err(error), flatMap: () => err(error) })

/**
 * @param {Pool} pool
 * @param {ErrorRegistry} registry
 * @param {string} schema the Postgres schema the models live in
 */
export function makeAdapter(pool, registry, schema) {
  const guard = guardWith(registry)
  return {
    ...queryable(pool, guard),
    errorRegistry: { consumeError: (id) => ({ error: registry.take(id) }) },
    getConnectionInfo: () => ok({ schemaName: schema }),
    startTransaction: guard(async () => ok(transaction(pool, await pool.connect(), guard))),
  }
}

/** The engine sends BEGIN, COMMIT and ROLLBACK itself (usePhantomQuery: false); commit and rollback only give back. */
function transaction(pool, client, guard) {
  let failure
  let open = true
  const release = guard(async () => {
    if (open) pool.release(client, failure)
    open = false
    return ok(undefined)
  })
  const watched = {
    async query(query) {
      try {
        return await client.query(query)
      } catch (error) {
        if (!error?.severity) failure = error
        throw error
      }
    },
  }
  return { ...queryable(watched, guard), options: { usePhantomQuery: false }, commit: release, rollback: release }
}

function queryable(client, guard) {
  return {
    provider: 'postgres',
    adapterName: 'signalbox-pg',
    queryRaw: guard(async (query) => (await run(client, query)).map((result) => ({
      columnNames: result.fields.map((field) => field.name),
      columnTypes: result.fields.map((field) => columnType(field.dataTypeID)),
      rows: result.rows,
    }))),
    executeRaw: guard(async (query) => (await run(client, query)).map((result) => result.rowCount ?? 0)),
  }
}

async function run(client, { sql, args }) {
  try {
    return ok(await client.query({ text: sql, values: args.map(argument), rowMode: 'array', types }))
  } catch (error) {
    if (typeof error?.code !== 'string' || typeof error?.severity !== 'string' || isSessionFailure(error)) throw error
    const { code, severity, message, detail, column, hint } = error
    return err({ kind: 'Postgres', code, severity, message, detail, column, hint })
  }
}

/** Bytes come as typed arrays, which `pg` would not take as bytea. */
function argument(value) {
  if (!ArrayBuffer.isView(value) || Buffer.isBuffer(value)) return value
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}

/** No exception may cross into the engine: it is registered and reported by number. */
function guardWith(registry) {
  return (body) => async (...args) => {
    try {
      return await body(...args)
    } catch (error) {
      return err({ kind: 'GenericJs', id: registry.register(error) })
    }
  }
}
