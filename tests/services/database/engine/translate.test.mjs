import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readModels } from '../../../../services/database/engine/datamodel.mjs'
import { splitOperation, translate } from '../../../../services/database/engine/translate.mjs'

const models = readModels(`
model Team {
  id String @id
  meta Json?
  blob Bytes
  tags String[]
  data Json
  n BigInt
  members Member[]
  run Run?
}
model Member {
  id String @id
  info Json
  team Team
}
model Run {
  id String
  data Json
}
model RunOrThrow {
  id String
}
`)
const json = (document) => {
  const [operation, ...rest] = translate(document, models)
  assert.equal(rest.length, 0)
  return JSON.parse(operation.json)
}
const args = (document) => json(document).query.arguments
const tag = (value, type = 'Json') => ({ $type: type, value })

for (const [field, expected] of [
  ['findUniqueTeam', ['findUnique', 'Team']], ['findUniqueTeamOrThrow', ['findUniqueOrThrow', 'Team']],
  ['findFirstRunOrThrow', ['findFirst', 'RunOrThrow']], ['findFirstTeamOrThrow', ['findFirstOrThrow', 'Team']],
  ['findManyTeam', ['findMany', 'Team']], ['createOneTeam', ['createOne', 'Team']], ['createManyTeam', ['createMany', 'Team']],
  ['updateOneTeam', ['updateOne', 'Team']], ['updateManyTeam', ['updateMany', 'Team']], ['upsertOneTeam', ['upsertOne', 'Team']],
  ['deleteOneTeam', ['deleteOne', 'Team']], ['deleteManyTeam', ['deleteMany', 'Team']], ['aggregateTeam', ['aggregate', 'Team']],
  ['groupByTeam', ['groupBy', 'Team']], ['queryRaw', ['queryRaw', null]], ['executeRaw', ['executeRaw', null]],
]) {
  test(`operation ${field}`, () => assert.deepEqual(splitOperation(field, models), expected))
}

for (const field of ['findManyNobody', 'createManyAndReturnTeam', 'runCommandRaw', 'updateOneTeamOrThrow', '__schema']) {
  test(`operation ${field} is refused`, () => assert.throws(() => splitOperation(field, models), /not supported/))
}

test('the envelope, and a selection with a relation', () => {
  assert.deepEqual(json('query { result: findManyTeam(where: {id: "x"}, take: 2) { id members(where: {id: "m"}) { id } } }'), {
    modelName: 'Team', action: 'findMany', query: {
      arguments: { where: { id: 'x' }, take: 2 },
      selection: { id: true, members: { arguments: { where: { id: 'm' } }, selection: { id: true } } } } })
})

test('aggregates select like relations', () => {
  assert.deepEqual(json('{ result: aggregateTeam { _count { _all } } }').query.selection, { _count: { arguments: {}, selection: { _all: true } } })
})

test('raw operations have no model, and their parameters are a string', () => {
  assert.deepEqual(json('mutation { result: queryRaw(query: "select $1", parameters: "[\\"a\\"]") }'),
    { action: 'queryRaw', query: { arguments: { query: 'select $1', parameters: '["a"]' }, selection: {} } })
})

test('big integers are copied verbatim', () => {
  assert.match(translate('{ findManyTeam(where: {n: 9007199254740993}) { id } }', models)[0].json, /"n":9007199254740993\}/)
})

for (const [name, document, expected] of [
  ['a written value', 'mutation { createOneTeam(data: {meta: "{\\"a\\":1}", id: "{}"}) { id } }', { data: { meta: tag('{"a":1}'), id: '{}' } }],
  ['every row of createMany', 'mutation { createManyTeam(data: [{meta: "1"}, {meta: null}], skipDuplicates: true) { count } }', { data: [{ meta: tag('1') }, { meta: null }], skipDuplicates: true }],
  ['bytes', 'mutation { updateOneTeam(data: {blob: {set: "AA=="}}, where: {id: "x"}) { id } }', { data: { blob: { set: tag('AA==', 'Bytes') } }, where: { id: 'x' } }],
  ['a filter: path and plain operators stay strings', '{ findManyTeam(where: {meta: {path: ["a"], string_contains: "x", array_contains: "[1]", mode: insensitive}}) { id } }', { where: { meta: { path: ['a'], string_contains: 'x', array_contains: tag('[1]'), mode: 'insensitive' } } }],
  ['a negated filter', '{ findManyTeam(where: {NOT: [{meta: {not: {equals: "1"}}}]}) { id } }', { where: { NOT: [{ meta: { not: { equals: tag('1') } } }] } }],
  ['the nulls of a Json field', '{ findManyTeam(where: {meta: {equals: DbNull}}) { id } }', { where: { meta: { equals: tag('DbNull', 'Enum') } } }],
  ['ordering by a Json field is no value', '{ findManyTeam(orderBy: {meta: desc}) { id } }', { orderBy: { meta: 'desc' } }],
  ['upsert', 'mutation { upsertOneTeam(where: {id: "1"}, create: {meta: "{}"}, update: {meta: "[]"}) { id } }', { where: { id: '1' }, create: { meta: tag('{}') }, update: { meta: tag('[]') } }],
  ['a compound key', '{ findUniqueTeam(where: {id_n: {id: "a", n: 1}}) { id } }', { where: { id_n: { id: 'a', n: 1 } } }],
  ['a field called data', 'mutation { createOneTeam(data: {data: "{}"}) { id } }', { data: { data: tag('{}') } }],
  ['a nested create', 'mutation { createOneTeam(data: {members: {create: [{info: "{}"}], connect: {id: "m"}}}) { id } }', { data: { members: { create: [{ info: tag('{}') }], connect: { id: 'm' } } } }],
  ['a nested update with where and data', 'mutation { updateOneTeam(data: {members: {update: {where: {id: "m"}, data: {info: "{}"}}}}, where: {id: "t"}) { id } }', { data: { members: { update: { where: { id: 'm' }, data: { info: tag('{}') } } } }, where: { id: 't' } }],
  ['a nested update in short form, of a field called data', 'mutation { updateOneTeam(data: {run: {update: {data: "{}"}}}, where: {id: "t"}) { id } }', { data: { run: { update: { data: tag('{}') } } }, where: { id: 't' } }],
  ['connectOrCreate', 'mutation { createOneTeam(data: {run: {connectOrCreate: {where: {id: "r"}, create: {data: "1"}}}}) { id } }', { data: { run: { connectOrCreate: { where: { id: 'r' }, create: { data: tag('1') } } } } }],
  ['a relation filter', '{ findManyTeam(where: {members: {some: {info: {equals: "1"}}}}) { id } }', { where: { members: { some: { info: { equals: tag('1') } } } } }],
  ['a relation filter in short form', '{ findManyTeam(where: {run: {data: {equals: "1"}}}) { id } }', { where: { run: { data: { equals: tag('1') } } } }],
  ['a missing relation', '{ findManyTeam(where: {run: null, tags: {has: "a"}}) { id } }', { where: { run: null, tags: { has: 'a' } } }],
]) {
  test(`arguments: ${name}`, () => assert.deepEqual(args(document), expected))
}

test('values that JSON has not are refused', () => {
  assert.throws(() => translate('mutation { createOneTeam(data: {n: NaN}) { id } }', models), /NaN cannot be stored/)
})
