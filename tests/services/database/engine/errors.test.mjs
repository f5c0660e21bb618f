import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describe, ErrorRegistry, isUnreachable, nativeErrors } from '../../../../services/database/engine/errors.mjs'

const where = { host: 'db', port: 5432, database: 'd', user: 'u', max: 7, poolTimeout: 3 }
const error = (message, extra = {}) => Object.assign(new Error(message), extra)

for (const [thrown, code, text] of [
  [error('connect', { code: 'ECONNREFUSED' }), 'P1001', /Can't reach database server at `db:5432`/],
  [error('connect', { code: 'ENOENT' }), 'P1001', /Can't reach/],
  [error('', { errors: [error('', { code: 'ECONNREFUSED' }), error('', { code: 'ECONNREFUSED' })] }), 'P1001', /Can't reach/],
  [error('Connection terminated unexpectedly'), 'P1001', /Can't reach/],
  [error('timeout expired'), 'P1001', /Can't reach/],
  [error('starting up', { code: '57P03', severity: 'FATAL' }), 'P1001', /Can't reach/],
  [error('shut down', { code: '57P01', severity: 'FATAL' }), 'P1001', /Can't reach/],
  [error('timeout exceeded when trying to connect'), 'P2024', /Timed out fetching a new connection.*limit: 7/],
  [error('password', { code: '28P01', severity: 'FATAL' }), 'P1000', /credentials for `u`/],
  [error('no db', { code: '3D000', severity: 'FATAL' }), 'P1003', /Database `d` does not exist/],
  [error('The server does not support SSL connections'), 'P1011', /TLS/],
  [error('self-signed certificate', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), 'P1011', /TLS/],
  [error('Query read timeout'), 'P1008', /timed out/],
  [error('something else'), 'P2010', /something else/],
]) {
  test(`${thrown.code ?? thrown.message} -> ${code}`, () => {
    const found = describe(thrown, where)
    assert.equal(found.error_code, code)
    assert.match(found.message, text)
  })
}

test('a registered error is named once, and meta is never null', () => {
  const registry = new ErrorRegistry()
  const id = registry.register(error('x', { code: 'EPIPE' }))
  const answer = JSON.stringify({ errors: [{ error: 'raw', user_facing_error: { error_code: 'P2036', message: '', meta: { id } } }, { user_facing_error: { error_code: 'P1', meta: null } }] })
  const { errors } = nativeErrors(answer, registry, where)
  assert.equal(errors[0].user_facing_error.error_code, 'P1001')
  assert.match(errors[0].error, /Can't reach/)
  assert.deepEqual(errors[1].user_facing_error.meta, {})
  assert.equal(registry.take(id), undefined)
})

test('the registry forgets the oldest', () => {
  const registry = new ErrorRegistry()
  const first = registry.register(error('first'))
  for (let i = 0; i < 1000; i++) registry.register(error('more'))
  assert.equal(registry.take(first), undefined)
})

test('only a server that may be back in a moment is worth another try', () => {
  for (const again of [error('', { code: 'ECONNREFUSED' }), error('', { code: 'ENOENT' }), error('', { code: '57P03', severity: 'FATAL' })])
    assert.equal(isUnreachable(again), true)
  for (const never of [error('', { code: '28P01', severity: 'FATAL' }), error('timeout exceeded when trying to connect'), error('', { code: '53300', severity: 'FATAL' })])
    assert.equal(isUnreachable(never), false)
})
