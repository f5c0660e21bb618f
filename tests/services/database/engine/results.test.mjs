import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batchElements, isError, rename, untag } from '../../../../services/database/engine/results.mjs'

const t = (type, value) => `{"$type":"${type}","value":${value}}`

for (const [name, input, output] of [
  ['no tags', '{"data":{"a":[1,2]}}', '{"data":{"a":[1,2]}}'],
  ['a big integer, as a number', `{"n":${t('BigInt', '"9007199254740993"')}}`, '{"n":9007199254740993}'],
  ['bare big integers beside it', `{"m":9007199254740993,"n":${t('BigInt', '"1"')}}`, '{"m":9007199254740993,"n":1}'],
  ['dates, decimals, bytes', `[${t('DateTime', '"2024-01-01T00:00:00Z"')},${t('Decimal', '"1.50"')},${t('Bytes', '"AA=="')}]`, '["2024-01-01T00:00:00Z","1.50","AA=="]'],
  ['JSON stays a string', `{"j":${t('Json', '"{\\"$type\\":\\"BigInt\\",\\"value\\":\\"7\\"}"')}}`, '{"j":"{\\"$type\\":\\"BigInt\\",\\"value\\":\\"7\\"}"}'],
  ['a string that looks like a tag', '{"s":"{\\"$type\\":\\"BigInt\\",\\"value\\":\\"7\\"}","x":"a\\\\"}', null],
  ['a string that ends in backslashes', `{"s":"\\\\","j":${t('Json', '"\\\\\\\\"')},"z":1}`, '{"s":"\\\\","j":"\\\\\\\\","z":1}'],
  ['a null value', `{"j":${t('Json', 'null')}}`, '{"j":null}'],
  ['brackets inside strings', `{"s":"}]{","n":[${t('BigInt', '"1"')},${t('BigInt', '"-2"')}]}`, '{"s":"}]{","n":[1,-2]}'],
]) {
  test(`untag: ${name}`, () => assert.equal(untag(input), output ?? input))
}

test('a shape that 5.17 does not write is refused, not guessed', () => {
  assert.throws(() => untag('{"$type":"BigInt","other":1}'), /without "value"/)
  assert.throws(() => untag('{"$type":"Json","value":"1","more":2}'), /more than one/)
})

test('batch elements by position', () => {
  assert.deepEqual(batchElements('{"batchResult":[{"data":{"a":"],{"}},{"errors":[1,2]}]}'), ['{"data":{"a":"],{"}}', '{"errors":[1,2]}'])
  assert.deepEqual(batchElements('{"batchResult":[]}'), [])
  assert.equal(batchElements('{"data":{"x":"{\\"batchResult\\":["}}'), null)
})

test('errors are told by position, never by content', () => {
  assert.equal(isError('{"errors":[]}'), true)
  assert.equal(isError('{"data":{"metadata":"{\\"errors\\":1, \\"user_facing_error\\":2}"}}'), false)
})

test('the alias replaces the only name', () => {
  assert.equal(rename('{"data":{"findManyX":[{"findManyX":1}]}}', 'result'), '{"data":{"result":[{"findManyX":1}]}}')
})
