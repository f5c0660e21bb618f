import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { BadUrl, readUrl } from '../../../../services/database/engine/url.mjs'

const HERE = fileURLToPath(import.meta.url)

test('a URL with everything', () => {
  const s = readUrl('postgresql://us%40er:p%2Fw%3F@db.example:6000/da%20ta?schema=s1&connection_limit=3&pool_timeout=7&connect_timeout=2&max_idle_connection_lifetime=60&socket_timeout=9&application_name=x&sslmode=disable')
  assert.deepEqual([s.pool.user, s.pool.password, s.pool.host, s.pool.port, s.pool.database], ['us@er', 'p/w?', 'db.example', 6000, 'da ta'])
  assert.deepEqual([s.pool.max, s.pool.connectionTimeoutMillis, s.connectTimeout, s.pool.idleTimeoutMillis, s.pool.query_timeout], [3, 7000, 2, 60000, 9000])
  assert.deepEqual([s.schema, s.tls, s.pool.ssl], ['s1', 'off', false])
  assert.equal(JSON.stringify(s.where).includes('p/w'), false)
})

test('defaults', () => {
  const s = readUrl('postgres://u@h')
  assert.deepEqual([s.pool.port, s.pool.database, s.pool.max, s.poolTimeout, s.connectTimeout, s.schema], [5432, 'u', 10, 10, 5, 'public'])
  assert.equal(s.pool.password, undefined)
})

for (const url of ['postgresql://u:p@localhost/d?host=/run/pg', 'postgresql://u:p@/d?host=/run/pg', 'postgresql://u:p@%2Frun%2Fpg/d']) {
  test(`Unix socket: ${url}`, () => {
    const s = readUrl(url)
    assert.deepEqual([s.pool.host, s.tls, s.pool.ssl], ['/run/pg', 'off', false])
  })
}

for (const [mode, tls, verify, name] of [['disable', 'off'], ['allow', 'try', false], ['prefer', 'try', false], ['require', 'on', false], ['verify-ca', 'on', true, false], ['verify-full', 'on', true, true]]) {
  test(`sslmode=${mode}`, () => {
    const { pool, tls: found } = readUrl(`postgresql://u@h/d?sslmode=${mode}&sslrootcert=system`.replace(mode === 'require' ? '&sslrootcert=system' : '$', ''))
    assert.equal(found, tls)
    if (tls !== 'off') assert.equal(pool.ssl.rejectUnauthorized, verify)
    if (verify) assert.equal(pool.ssl.checkServerIdentity === undefined, name)
  })
}

test('require with a root certificate verifies the chain, as in libpq', () => {
  const { pool } = readUrl(`postgresql://u@h/d?sslmode=require&sslrootcert=${HERE}`)
  assert.equal(pool.ssl.rejectUnauthorized, true)
  assert.ok(pool.ssl.ca.length > 0)
})

test("Prisma's names: sslcert is the root, sslaccept=strict verifies the name", () => {
  const { pool } = readUrl(`postgresql://u@h/d?sslmode=require&sslcert=${HERE}&sslaccept=strict`)
  assert.ok(pool.ssl.ca.length > 0)
  assert.equal(pool.ssl.checkServerIdentity, undefined)
})

for (const [url, message] of [
  ['mysql://u:secret@h/d', /must start with/], ['postgresql://u:sec/ret@h:x/d', /not a URL/], ['postgresql://u@h/d?sslmode=maybe', /unknown sslmode "maybe" \(valid: disable/],
  ['postgresql://u@h/d?pool_timeout=soon', /pool_timeout/], ['postgresql://u@h/d?connection_limit=0', /connection_limit/],
  ['postgresql://u@h/d?sslmode=verify-ca&sslrootcert=/nowhere.pem', /sslrootcert "\/nowhere.pem" cannot be read/], ['postgresql://u:%ZZ@h/d', /percent/],
]) {
  test(`refused: ${message}`, () => assert.throws(() => readUrl(url), (e) => e instanceof BadUrl && message.test(e.message) && !/secret/.test(e.message)))
}
