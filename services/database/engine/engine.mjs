/**
 * Prisma's query engine (the WASM build) behind the calls that the HTTP server needs.
 *
 * Knows the engine's JSON protocol and its transaction calls; GraphQL is translated and answers are untagged here. Knows
 * nothing of HTTP.
 */
import fs from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as bindings from '@prisma/query-engine-wasm/postgresql/query_engine_bg.js'
import { makeAdapter } from './adapter.mjs'
import { readModels, withDriverAdapters } from './datamodel.mjs'
import { errorBody, ErrorRegistry, nativeErrors } from './errors.mjs'
import { Pool } from './pool.mjs'
import { batchElements, isError, rename, untag } from './results.mjs'
import { translate } from './translate.mjs'

const NO_TRANSACTION = "Transaction not found. Transaction ID is invalid, refers to an old closed transaction Prisma doesn't have information about anymore, or was obtained before disconnecting."
const NO_TRANSACTION_ANSWER = JSON.stringify({ is_panic: false, message: `Transaction API error: ${NO_TRANSACTION}`, meta: { error: NO_TRANSACTION }, error_code: 'P2028' })

/** The engine panics on an id shorter than its own (interactive_transactions/mod.rs, MINIMUM_TX_ID_LENGTH). */
const isTransactionId = (id) => /^[\w-]{24,}$/.test(id)

const TRACE = '{}' // no tracing context

export class Engine {
  /**
   * @param {string} schema text of the schema.prisma
   * @param settings from `readUrl`
   */
  static async start(schema, settings) {
    const engine = new Engine(schema, settings)
    await engine.wasm.connect(TRACE)
    return engine
  }

  constructor(schema, settings) {
    this.models = readModels(schema)
    this.where = settings.where
    this.registry = new ErrorRegistry()
    this.pool = new Pool(settings)
    loadWasm()
    const options = { datamodel: withDriverAdapters(schema), logLevel: 'error', logQueries: false }
    this.wasm = new bindings.QueryEngine(options, () => {}, makeAdapter(this.pool, this.registry, settings.schema))
  }

  /**
   * One request of the client: {query} or {batch: [{query}], transaction}.
   * @returns {Promise<string>} the answer in the GraphQL protocol
   * @throws {SyntaxProblem | UnsupportedOperation} if a document cannot be translated
   */
  async query(request, transactionId) {
    if (transactionId !== undefined && !isTransactionId(transactionId)) return errorBody('P2028', NO_TRANSACTION, { error: NO_TRANSACTION })
    return Array.isArray(request.batch) ? this.#batch(request, transactionId) : this.#single(request.query, transactionId)
  }

  async #single(document, transactionId) {
    const operations = translate(document, this.models)
    if (operations.length !== 1) throw new TypeError('a document must hold exactly one operation')
    const [operation] = operations
    const answer = await this.wasm.query(operation.json, TRACE, transactionId)
    if (isError(answer)) return JSON.stringify(this.#native(answer))
    return rename(isRaw(operation) ? answer : untag(answer), operation.alias)
  }

  async #batch({ batch, transaction }, transactionId) {
    const operations = batch.flatMap((entry) => translate(entry.query, this.models))
    const options = transaction ? ',"transaction":{"isolationLevel":null}' : ''
    const answer = await this.wasm.query(`{"batch":[${operations.map((o) => o.json).join(',')}]${options}}`, TRACE, transactionId)
    const elements = batchElements(answer)
    if (elements === null) return JSON.stringify(this.#native(answer))
    const failed = elements.filter(isError).flatMap((element) => this.#native(element).errors)
    if (failed.length) return JSON.stringify({ errors: failed })
    const named = elements.map((element, i) => rename(isRaw(operations[i]) ? element : untag(element), operations[i].alias))
    return `{"batchResult":[${named.join(',')}]}`
  }

  /** @returns {Promise<{status: number, body: string}>} status as the native engine's server would set it */
  async startTransaction({ max_wait = 2000, timeout = 5000, isolation_level }) {
    return this.#outcome(await this.wasm.startTransaction(JSON.stringify({ max_wait, timeout, isolation_level }), TRACE))
  }

  async commit(id) {
    if (!isTransactionId(id)) return this.#outcome(NO_TRANSACTION_ANSWER)
    return this.#outcome(await this.wasm.commitTransaction(id, TRACE))
  }

  async rollback(id) {
    if (!isTransactionId(id)) return this.#outcome(NO_TRANSACTION_ANSWER)
    return this.#outcome(await this.wasm.rollbackTransaction(id, TRACE))
  }

  #outcome(text) {
    const answer = text && text !== 'null' ? this.#native(text) : {}
    return { status: transactionStatus(answer), body: JSON.stringify(answer) }
  }

  #native(text) {
    return nativeErrors(text, this.registry, this.where)
  }
}

const isRaw = (operation) => operation.action === 'queryRaw' || operation.action === 'executeRaw'

/** As the native engine's server answers TransactionError: 404 not found, 422 closed, 504 could not start, else 500. */
export function transactionStatus(answer) {
  if (!answer.error_code) return 200
  const text = answer.meta?.error ?? answer.message ?? ''
  if (text.startsWith('Transaction not found')) return 404
  if (text.startsWith('Transaction already closed')) return 422
  if (text.startsWith('Unable to start a transaction in the given time')) return 504
  return 500
}

function loadWasm() {
  const file = fileURLToPath(import.meta.resolve('@prisma/query-engine-wasm/postgresql/query_engine_bg.wasm'))
  const wasm = new WebAssembly.Instance(new WebAssembly.Module(fs.readFileSync(file)), { './query_engine_bg.js': bindings })
  bindings.__wbg_set_wasm(wasm.exports)
}
