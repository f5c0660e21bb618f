import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from '../../../../services/database/engine/parser.mjs'

test('aliases, arguments, nested selections', () => {
  const [field] = parse('query Q { result: findManyA(where: {x: [1, "s", null]}, take: 2) { id rel(take: 1) { id } } }')
  assert.equal(field.alias, 'result')
  assert.equal(field.name, 'findManyA')
  assert.deepEqual([...field.args.keys()], ['where', 'take'])
  assert.deepEqual(field.args.get('where').entries[0][1].items.map((v) => v.kind), ['number', 'string', 'word'])
  assert.deepEqual(field.selection.map((f) => f.name), ['id', 'rel'])
  assert.equal(field.selection[1].args.get('take').text, '1')
})

test('an operation without keyword, and several fields', () => {
  assert.deepEqual(parse('{a b}').map((f) => f.alias), ['a', 'b'])
})

for (const [source, message] of [
  ['subscription {a}', /not supported/], ['query ($x: Int) {a}', /variables/], ['{a @skip(if: true)}', /directives/],
  ['{a', /expected a name/], ['{a(x 1)}', /expected ":"/], ['{a} {b}', /end of the document/], ['{a(x: )}', /expected a value/],
  ['{a(x: "\u0000" ]}', /expected a name/], ['', /expected "{"/],
]) {
  test(`refused: ${source}`, () => assert.throws(() => parse(source), message))
}

test('depth is bounded', () => {
  assert.throws(() => parse(`{a(x: ${'['.repeat(5000)}${']'.repeat(5000)})}`), /nested deeper/)
})
