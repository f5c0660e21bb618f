/**
 * The query engine's HTTP protocol, as prisma-engines' `query-engine` binary 5.17 speaks it to its client:
 *   GET /status, GET /metrics, POST / (transaction id in the header x-transaction-id),
 *   POST /transaction/start {timeout, max_wait} -> {id}, POST /transaction/ID/commit, POST /transaction/ID/rollback.
 * Query errors are answered 200 {"errors": [...]}. Nothing of a request or an answer is logged.
 */
import http from 'node:http'
import { errorBody } from './errors.mjs'

const KEEP_ALIVE_MS = 120_000
const EMPTY_METRICS = '{"counters":[],"gauges":[],"histograms":[]}'

/**
 * @param {Engine} engine
 * @param {{onRequest?: (body: string) => void, onPanic: (error: Error) => void}} hooks `onPanic`: the engine cannot go on
 * @returns {http.Server} not yet listening
 */
export function makeServer(engine, hooks) {
  const server = http.createServer(async (request, response) => {
    try {
      const { status, body, type } = await answer(engine, request, hooks)
      send(response, status, body, type)
    } catch (error) {
      send(response, 200, errorBody('P2009', `Failed to validate the query: ${error?.message ?? error}`))
      if (error instanceof WebAssembly.RuntimeError) hooks.onPanic(error)
    }
  })
  server.keepAliveTimeout = KEEP_ALIVE_MS
  server.requestTimeout = 0
  return server
}

async function answer(engine, request, hooks) {
  const { pathname, searchParams } = new URL(request.url, 'http://engine')
  if (request.method === 'GET' && pathname === '/status') return { status: 200, body: '{"status":"ok"}' }
  if (request.method === 'GET' && pathname === '/metrics')
    return searchParams.get('format') === 'json' ? { status: 200, body: EMPTY_METRICS } : { status: 200, body: '', type: 'text/plain' }
  if (request.method !== 'POST') return { status: 404, body: '{}' }
  const body = await read(request)
  if (pathname === '/') {
    hooks.onRequest?.(body)
    return { status: 200, body: await engine.query(JSON.parse(body), request.headers['x-transaction-id']) }
  }
  const [, id, verb] = /^\/transaction\/([^/]+)(?:\/(commit|rollback))?$/.exec(pathname) ?? []
  if (id === 'start') return engine.startTransaction(JSON.parse(body))
  if (verb === 'commit') return engine.commit(id)
  if (verb === 'rollback') return engine.rollback(id)
  return { status: 404, body: '{}' }
}

async function read(request) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function send(response, status, body, type = 'application/json') {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
