import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ColumnType, columnType, timestampToUtc, timeToUtc, types } from '../../../../services/database/engine/columns.mjs'

for (const [text, utc] of [
  ['2024-05-05 10:00:00+00', '2024-05-05 10:00:00'], ['2024-05-05 10:00:00.123456+02', '2024-05-05 08:00:00.123456'],
  ['2024-01-01 00:30:00+05:45', '2023-12-31 18:45:00'], ['2024-12-31 23:00:00-03:30', '2025-01-01 02:30:00'],
  ['1890-01-01 00:00:00+00:53:28', '1889-12-31 23:06:32'], ['2024-05-05 10:00:00', '2024-05-05 10:00:00'],
  ['infinity', 'infinity'], ['0044-03-15 12:00:00+01 BC', '0044-03-15 12:00:00+01 BC'],
]) {
  test(`timestamp ${text}`, () => assert.equal(timestampToUtc(text), utc))
}

for (const [text, utc] of [['10:00:00+02', '08:00:00'], ['01:00:00.5+02', '23:00:00.5'], ['23:30:15-01:00', '00:30:15'], ['12:30:00', '12:30:00']]) {
  test(`time ${text}`, () => assert.equal(timeToUtc(text), utc))
}

for (const [oid, name] of [[16, 'Boolean'], [20, 'Int64'], [23, 'Int32'], [701, 'Double'], [1700, 'Numeric'], [3802, 'Json'], [1184, 'DateTime'],
  [17, 'Bytes'], [2950, 'Uuid'], [25, 'Text'], [1186, 'Text'], [999999, 'Text'], [1009, 'TextArray'], [1185, 'DateTimeArray'], [3807, 'JsonArray']]) {
  test(`type ${oid} is ${name}`, () => assert.equal(columnType(oid), ColumnType[name]))
}

test('values are read as Prisma wants them', () => {
  assert.equal(types.getTypeParser(16)('t'), true)
  assert.deepEqual(types.getTypeParser(17)('\\x00ff'), [0, 255])
  assert.equal(types.getTypeParser(20)('9007199254740993'), '9007199254740993')
  assert.deepEqual(types.getTypeParser(1009)('{a,"b,c",NULL,"NULL"}'), ['a', 'b,c', null, 'NULL'])
  assert.deepEqual(types.getTypeParser(1185)('{"2024-01-01 02:00:00+02"}'), ['2024-01-01 00:00:00'])
  assert.equal(types.getTypeParser(3802)('{"a": 1}'), '{"a": 1}')
})
