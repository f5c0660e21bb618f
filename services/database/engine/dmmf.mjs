/**
 * Development tool: a schema.prisma -> what prisma-client-py's generator must be told of it, on standard output.
 *
 *   node dmmf.mjs SCHEMA > dmmf.json        (see ../dmmf.py, which calls this and packs the answer)
 *
 * Prisma's CLI would send the generator the complete DMMF (60 MB for LiteLLM's schema); it reads only the datamodel and the
 * Prisma enums. Uses @prisma/prisma-schema-wasm of the engine's own commit, so no CLI and no native binary is needed.
 */
import fs from 'node:fs'
import { createRequire } from 'node:module'

const wasm = createRequire(import.meta.url)('@prisma/prisma-schema-wasm')
const schema = fs.readFileSync(process.argv[2], 'utf8')
const prismaSchema = [['schema.prisma', schema]]
const { config, errors } = JSON.parse(wasm.get_config(JSON.stringify({ prismaSchema, datasourceOverrides: {}, ignoreEnvVarErrors: true, env: {} })))
if (errors.length) throw new Error(`the schema is not valid: ${JSON.stringify(errors)}`)
const dmmf = JSON.parse(wasm.get_dmmf(JSON.stringify({ prismaSchema })))
const generator = config.generators.find((found) => found.provider.value === 'prisma-client-py')
process.stdout.write(JSON.stringify({
  generator: { ...generator, binaryTargets: [{ fromEnvVar: null, value: 'native' }], output: { fromEnvVar: null, value: '' } },
  otherGenerators: [],
  datasources: config.datasources,
  version: '393aa359c9ad4a4bb28630fb5613f9c281cde053',
  dmmf: { datamodel: dmmf.datamodel, schema: { enumTypes: { prisma: dmmf.schema.enumTypes.prisma } } },
}))
