/**
 * A Prisma schema's text -> what the translation has to know of it: model -> field -> kind.
 *
 * Knows only names and types, line by line; attributes, defaults and relations' keys are the engine's business. Comments
 * and block attributes are skipped.
 */

/**
 * @typedef {{type: string, list: boolean, relation: boolean, tag: 'Json'|'Bytes'|null}} FieldKind
 * `relation`: the type is another model. `tag`: strings of this field must be typed in the JSON protocol.
 */

const BLOCK = /^(model|enum|type|view|generator|datasource)\s+(\w+)\s*\{\s*(?:\/\/.*)?$/
const FIELD = /^(\w+)\s+(\w+)(\[\])?/

/**
 * @param {string} schema text of a schema.prisma
 * @returns {Map<string, Map<string, FieldKind>>}
 */
export function readModels(schema) {
  const models = new Map()
  let fields = null
  for (const raw of schema.split('\n')) {
    const line = raw.replace(/^\s*\/\/.*$/, '').trim()
    const block = BLOCK.exec(line)
    if (block) {
      fields = []
      if (block[1] === 'model') models.set(block[2], fields)
    } else if (/^\}\s*(?:\/\/.*)?$/.test(line)) {
      fields = null
    } else {
      const found = FIELD.exec(line)
      if (fields && found) fields.push({ name: found[1], type: found[2], list: Boolean(found[3]) })
    }
  }
  return new Map([...models].map(([name, found]) => [name, new Map(found.map((f) => [f.name, kindOf(f, models)]))]))
}

function kindOf({ type, list }, models) {
  return { type, list, relation: models.has(type), tag: type === 'Json' || type === 'Bytes' ? type : null }
}

/** The schema with the `driverAdapters` preview feature on, which the WASM build of the engine insists on. */
export function withDriverAdapters(schema) {
  if (/previewFeatures\s*=\s*\[[^\]]*"driverAdapters"/.test(schema)) return schema
  if (/previewFeatures\s*=\s*\[/.test(schema)) return schema.replace(/(previewFeatures\s*=\s*\[)/, '$1"driverAdapters", ')
  if (/generator\s+\w+\s*\{/.test(schema))
    return schema.replace(/(generator\s+\w+\s*\{)/, '$1\n  previewFeatures = ["driverAdapters"]\n')
  return `${schema}\ngenerator client {\n  provider = "none"\n  previewFeatures = ["driverAdapters"]\n}\n`
}

/**
 * The datasource's URL: a literal, or the name of an environment variable.
 * @returns {{literal: string|null, variable: string|null}}
 */
export function datasourceUrl(schema) {
  const found = /datasource\s+\w+\s*\{[^}]*?\burl\s*=\s*(?:env\(\s*"(\w+)"\s*\)|"([^"]+)")/.exec(schema)
  return { variable: found?.[1] ?? null, literal: found?.[2] ?? null }
}
