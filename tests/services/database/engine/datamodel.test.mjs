import assert from 'node:assert/strict'
import fs from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { datasourceUrl, readModels, withDriverAdapters } from '../../../../services/database/engine/datamodel.mjs'

const SCHEMA = `
datasource client {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}
generator client {
  provider = "prisma-client-py"
}
// model Commented { a Json }
model A {
  id    String  @id @default("{}") // not Json }
  data  Json?
  blobs Bytes[]
  bs    B[]
  kind  Kind    @default(X)
  @@index([id])
}
enum Kind {
  X
}
model B { // a comment, as LiteLLM has
  id  Int @id
  a   A?  @relation(fields: [aid], references: [id])
} // the end
model C {
  id Int @id
}
`

test('models, types, relations in both directions', () => {
  const models = readModels(SCHEMA)
  assert.deepEqual([...models.keys()], ['A', 'B', 'C'])
  assert.deepEqual([...models.get('A').keys()], ['id', 'data', 'blobs', 'bs', 'kind'])
  assert.deepEqual(models.get('A').get('data'), { type: 'Json', list: false, relation: false, tag: 'Json' })
  assert.deepEqual(models.get('A').get('blobs'), { type: 'Bytes', list: true, relation: false, tag: 'Bytes' })
  assert.equal(models.get('A').get('bs').relation, true)
  assert.equal(models.get('B').get('a').relation, true)
  assert.equal(models.get('A').get('kind').relation, false)
})

test('the preview feature is put in once', () => {
  const once = withDriverAdapters(SCHEMA)
  assert.match(once, /previewFeatures = \["driverAdapters"\]/)
  assert.equal(withDriverAdapters(once), once)
  assert.match(withDriverAdapters('generator g {\n previewFeatures = ["views"]\n}'), /\["driverAdapters", "views"\]/)
  assert.match(withDriverAdapters('model A {\n}'), /driverAdapters/)
})

test('the URL is a variable or a literal', () => {
  assert.deepEqual(datasourceUrl(SCHEMA), { variable: 'DATABASE_URL', literal: null })
  assert.deepEqual(datasourceUrl('datasource d {\n url = "postgresql://x"\n}'), { variable: null, literal: 'postgresql://x' })
})

test("LiteLLM's schema: the same models, fields and types as Prisma's own parser finds", () => {
  const [schema, stored] = [process.env.SCHEMA, process.env.DMMF]
  const { parameters } = JSON.parse(gunzipSync(fs.readFileSync(stored)))
  const models = readModels(fs.readFileSync(schema, 'utf8'))
  const expected = parameters.dmmf.datamodel.models.map((m) => [m.name, m.fields.map((f) => [f.name, f.type, f.isList, f.kind === 'object'])])
  const found = [...models].map(([name, fields]) => [name, [...fields].map(([field, f]) => [field, f.type, f.list, f.relation])])
  assert.ok(expected.length > 90)
  assert.deepEqual(found, expected)
})
