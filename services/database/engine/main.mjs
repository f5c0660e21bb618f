/**
 * `query-engine --version` and `query-engine -p PORT [-H HOST]`: what PRISMA_QUERY_ENGINE_BINARY names.
 *
 * Reads the schema from PRISMA_DML_PATH and the database URL from OVERWRITE_DATASOURCES or from where the schema says.
 * Ends on SIGINT and SIGTERM, and when the process that started it is gone. Switches of the native engine that change
 * nothing here (--enable-metrics, --enable-raw-queries, --enable-playground) are accepted.
 *
 * SIGNALBOX_ENGINE_RECORD=FILE appends every request's body to FILE (mode 0600): for making the tests' corpus only, it holds
 * whatever the requests hold.
 */
import fs from 'node:fs'

const COMMIT = '393aa359c9ad4a4bb28630fb5613f9c281cde053'
const PARENT_CHECK_MS = 500

function option(...names) {
  const at = process.argv.findIndex((argument) => names.includes(argument))
  return at === -1 ? undefined : process.argv[at + 1]
}

function fail(message) {
  console.error(`query-engine: ${message}`)
  process.exit(1)
}

function databaseUrl({ literal, variable }) {
  const overrides = process.env.OVERWRITE_DATASOURCES
  if (overrides) {
    const text = overrides.trimStart().startsWith('[') ? overrides : Buffer.from(overrides, 'base64').toString()
    const [first] = JSON.parse(text)
    if (first?.url) return first.url
  }
  return literal ?? process.env[variable] ?? fail(`the environment variable ${variable} is not set`)
}

function watchParent() {
  const parent = process.ppid
  const check = () => process.ppid !== parent && process.exit(0)
  setInterval(check, PARENT_CHECK_MS).unref()
}

function recorder() {
  const file = process.env.SIGNALBOX_ENGINE_RECORD
  return file ? (body) => fs.appendFileSync(file, `${body}\n`, { mode: 0o600 }) : undefined
}

async function serve() {
  const { datasourceUrl } = await import('./datamodel.mjs')
  const { readUrl, BadUrl } = await import('./url.mjs')
  const { Engine } = await import('./engine.mjs')
  const { makeServer } = await import('./server.mjs')
  const schema = fs.readFileSync(process.env.PRISMA_DML_PATH ?? fail('PRISMA_DML_PATH is not set'), 'utf8')
  let settings
  try {
    settings = readUrl(databaseUrl(datasourceUrl(schema)))
  } catch (error) {
    if (!(error instanceof BadUrl)) throw error
    fail(error.message)
  }
  const engine = await Engine.start(schema, settings)
  // A panic leaves the WASM instance unusable. Its message may quote a query.
  const onPanic = (error) => fail(`the engine stopped (${error?.name}); the client starts another`)
  process.on('uncaughtException', onPanic)
  const server = makeServer(engine, { onRequest: recorder(), onPanic })
  server.on('error', (error) => fail(`cannot listen: ${error.message}`))
  server.listen(Number(option('-p', '--port') ?? process.env.PORT ?? 4466), option('-H', '--host') ?? '127.0.0.1')
}

if (process.argv.includes('--version')) {
  console.log(`query-engine ${COMMIT}`)
} else {
  process.on('SIGINT', () => process.exit(0))
  process.on('SIGTERM', () => process.exit(0))
  watchParent()
  await serve()
}
