import assert from 'node:assert/strict'
import { test } from 'node:test'
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
model B {
  id  Int @id
  a   A?  @relation(fields: [aid], references: [id])
}
`

test('models, types, relations in both directions', () => {
  const models = readModels(SCHEMA)
  assert.deepEqual([...models.keys()], ['A', 'B'])
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
