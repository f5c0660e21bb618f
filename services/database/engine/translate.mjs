/**
 * GraphQL documents -> requests in Prisma's JSON protocol.
 *
 * The engine's WASM build (5.17) takes only the JSON protocol: {modelName, action, query: {arguments, selection}}; the
 * generated Python client sends GraphQL. This module knows the difference, and nothing about transport or results:
 *   - `findUniqueXOrThrow` becomes the action `findUniqueOrThrow` on model X; raw operations have no model;
 *   - strings for Json and Bytes fields must be tagged {"$type":"Json","value":"..."}: untagged ones would be stored as a
 *     JSON string of the JSON text (double encoded, silently);
 *   - enum words of Json fields (DbNull, JsonNull, AnyNull) are tagged as enums.
 *
 * Whether a name is a field or an operator depends on its position, not on its spelling: LiteLLM has fields called `data`,
 * which is also a nested write's key. The three positions are `fields` (a where or data object), `relation` (what stands
 * under a relation field) and `write` (what stands under a relation's write operator).
 *
 * Output is text: literals are copied verbatim from the document.
 */
import { parse } from './parser.mjs'

export class UnsupportedOperation extends Error {
  constructor(message) {
    super(message)
    this.name = 'UnsupportedOperation'
  }
}

const ACTIONS =
  /^(findUnique|findFirst|findMany|createOne|createMany|updateOne|updateMany|deleteOne|deleteMany|upsertOne|aggregate|groupBy)(.+)$/
const RAW = new Set(['queryRaw', 'executeRaw'])
/** Operators under a relation field whose value is a `fields` object (or a list of them). */
const RELATION_FIELDS = new Set(
  ['some', 'every', 'none', 'is', 'isNot', 'create', 'connect', 'disconnect', 'delete', 'deleteMany', 'set'])
/** Operators under a relation field whose value is a `write` object (or a list of them). */
const RELATION_WRITES = new Set(['connectOrCreate', 'createMany', 'update', 'updateMany', 'upsert'])
const WRITE_KEYS = new Set(['where', 'data', 'create', 'update', 'skipDuplicates'])
const LOGICAL = new Set(['AND', 'OR', 'NOT'])
/** Filter and write operators of a Json field whose value is JSON text; the others take plain strings. */
const JSON_OPERATORS = new Set(['equals', 'not', 'set', 'push', 'array_contains', 'array_starts_with', 'array_ends_with',
  'lt', 'lte', 'gt', 'gte'])

/**
 * @param {string} source one GraphQL document
 * @param {Map} models from `readModels`
 * @returns {Array<{alias: string, field: string, action: string, json: string}>} one entry an operation in the document
 * @throws {SyntaxProblem | UnsupportedOperation}
 */
export function translate(source, models) {
  return parse(source).map((field) => {
    const [action, model] = splitOperation(field.name, models)
    const translator = new Translator(models)
    const query = `{"arguments":${translator.args(field.args, model)},"selection":${translator.selection(field.selection, model)}}`
    const named = model ? `"modelName":${JSON.stringify(model)},` : ''
    return { alias: field.alias, field: field.name, action, json: `{${named}"action":"${action}","query":${query}}` }
  })
}

/** @returns {[string, string|null]} action and model of a top-level field such as `findManyLiteLLM_TeamTable` */
export function splitOperation(field, models) {
  if (RAW.has(field)) return [field, null]
  const [, action, rest] = ACTIONS.exec(field) ?? []
  if (action && models.has(rest)) return [action, rest]
  const model = rest?.replace(/OrThrow$/, '')
  if ((action === 'findUnique' || action === 'findFirst') && model !== rest && models.has(model))
    return [`${action}OrThrow`, model]
  throw new UnsupportedOperation(`the operation "${field}" is not supported, or its model is not in the schema`)
}

class Translator {
  constructor(models) {
    this.models = models
  }

  args(args, model) {
    if (!args) return '{}'
    return object([...args], (name, value) => this.fields(value, model))
  }

  selection(fields, model) {
    if (!fields) return '{}'
    const out = fields.map((field) => {
      const kind = this.models.get(model)?.get(field.name)
      const target = kind?.relation ? kind.type : null
      const plain = !field.args && !field.selection
      const nested = () => (field.selection ? this.selection(field.selection, target) : '{"$scalars":true}')
      return `${JSON.stringify(field.name)}:${plain ? 'true' : `{"arguments":${this.args(field.args, target)},"selection":${nested()}}`}`
    })
    return `{${out.join(',')}}`
  }

  /** A where, data, orderBy, cursor... object of `model`: its keys are fields, logical operators or compound names. */
  fields(value, model) {
    return each(value, (entries) => object(entries, (name, inner) => {
      const kind = LOGICAL.has(name) ? null : this.models.get(model)?.get(name)
      if (kind?.relation) return this.relation(inner, kind.type)
      if (kind?.tag) return tagged(inner, kind.tag)
      return this.fields(inner, kind ? null : model)
    }))
  }

  /** What stands under a relation field: operators, or (a filter's short form) the related model's fields. */
  relation(value, model) {
    return each(value, (entries) => {
      if (!entries.every(([name]) => RELATION_FIELDS.has(name) || RELATION_WRITES.has(name)))
        return this.fields({ kind: 'object', entries }, model)
      return object(entries, (name, inner) => (RELATION_WRITES.has(name) ? this.write(inner, model) : this.fields(inner, model)))
    })
  }

  /** {where, data, create, update}, or (an update's short form) the data itself. */
  write(value, model) {
    return each(value, (entries) => {
      const wrapped = entries.every(([name, inner]) => WRITE_KEYS.has(name) && (name === 'skipDuplicates' || inner.kind === 'object' || inner.kind === 'list'))
      if (!wrapped) return this.fields({ kind: 'object', entries }, model)
      return object(entries, (name, inner) => this.fields(inner, model))
    })
  }
}

/** The value of a Json or Bytes field: strings are typed, except under operators that take plain text. */
function tagged(value, tag) {
  if (value.kind === 'string') return `{"$type":"${tag}","value":${value.json}}`
  if (value.kind === 'word' && JSON_NULLS.has(value.text))
    return `{"$type":"Enum","value":${JSON.stringify(value.text)}}`
  if (value.kind === 'list') return `[${value.items.map((item) => tagged(item, tag)).join(',')}]`
  if (value.kind === 'object')
    return object(value.entries, (name, inner) => (tag === 'Bytes' || JSON_OPERATORS.has(name) ? tagged(inner, tag) : plain(inner)))
  return plain(value)
}

const CONSTANTS = new Set(['true', 'false', 'null'])
const JSON_NULLS = new Set(['DbNull', 'JsonNull', 'AnyNull'])
const NOT_JSON = new Set(['NaN', 'Infinity'])

/** A value without anything to tag in it. Enum words become strings, as the JSON protocol wants them. */
function plain(value) {
  switch (value.kind) {
    case 'string': return value.json
    case 'number': return value.text
    case 'list': return `[${value.items.map(plain).join(',')}]`
    case 'object': return object(value.entries, (name, inner) => plain(inner))
  }
  if (NOT_JSON.has(value.text)) throw new UnsupportedOperation(`${value.text} cannot be stored`)
  return CONSTANTS.has(value.text) ? value.text : JSON.stringify(value.text)
}

/** Applies `render` to an object's entries, or to those of every object in a list; anything else is plain. */
function each(value, render) {
  if (value.kind === 'list') return `[${value.items.map((item) => each(item, render)).join(',')}]`
  return value.kind === 'object' ? render(value.entries) : plain(value)
}

function object(entries, render) {
  return `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${render(name, value)}`).join(',')}}`
}
