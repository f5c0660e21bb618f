/**
 * Answers in Prisma's JSON protocol -> the answers that the GraphQL protocol would give.
 *
 * The JSON protocol wraps typed values as {"$type":"BigInt","value":"1"}; the GraphQL one has them bare. Answers are kept as
 * text and rewritten by walking over their structure, so integers above 2^53 stay as they are. A `{"$type"` outside a string
 * is always such a wrapper: field names cannot start with "$", and the content of a Json column is inside a string.
 *
 * Answers of raw operations are never to be passed through `untag`: there the columns' own JSON stands outside strings.
 */

const OPEN = '"$type":"'
const VALUE = ',"value":'

/**
 * @param {string} text an answer in the JSON protocol
 * @returns {string} the same with every wrapper replaced by its value; BigInt as a bare number
 * @throws {Error} if a wrapper does not look as 5.17 writes it
 */
export function untag(text) {
  if (!text.includes('{' + OPEN)) return text
  const out = []
  let copied = 0
  let quote = text.indexOf('"')
  while (quote !== -1) {
    let after = stringEnd(text, quote)
    if (text.charCodeAt(quote - 1) === 123 && text.startsWith(OPEN, quote)) {
      const type = text.slice(quote + OPEN.length, text.indexOf('"', quote + OPEN.length))
      const start = quote + OPEN.length + type.length + 1
      if (!text.startsWith(VALUE, start)) throw new Error('a typed value without "value" in the engine\'s answer')
      const from = start + VALUE.length
      const to = text[from] === '"' ? stringEnd(text, from) : text.indexOf('}', from)
      if (text[to] !== '}') throw new Error('a typed value with more than one "value" in the engine\'s answer')
      out.push(text.slice(copied, quote - 1), type === 'BigInt' ? text.slice(from, to).replace(/^"|"$/g, '') : text.slice(from, to))
      copied = after = to + 1
    }
    quote = text.indexOf('"', after)
  }
  out.push(text.slice(copied))
  return out.join('')
}

/**
 * The elements of {"batchResult":[...]}, as text, by position.
 * @returns {string[] | null} null if the text is not a batch's answer
 */
export function batchElements(text) {
  const head = '{"batchResult":['
  if (!text.startsWith(head)) return null
  const elements = []
  let depth = 0
  let start = head.length
  for (let i = head.length; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 34) i = stringEnd(text, i) - 1
    else if (c === 123 || c === 91) depth++
    else if (c === 125 || c === 93) {
      if (depth-- === 0) {
        if (i > start) elements.push(text.slice(start, i))
        return elements
      }
    } else if (c === 44 && depth === 0) {
      elements.push(text.slice(start, i))
      start = i + 1
    }
  }
  throw new Error("the engine's answer to a batch has no end")
}

/** Whether an answer (or one element of a batch) reports errors: told by its position, never by its content. */
export const isError = (text) => text.startsWith('{"errors":')

/** Names the only result of an answer as the document's alias asks. */
export function rename(text, alias) {
  const head = '{"data":{"'
  if (!text.startsWith(head)) return text
  return head + alias + text.slice(text.indexOf('"', head.length))
}

/** Index just behind the JSON string that starts at `start`. */
function stringEnd(text, start) {
  for (let i = text.indexOf('"', start + 1); i !== -1; i = text.indexOf('"', i + 1)) {
    let slashes = 0
    while (text.charCodeAt(i - 1 - slashes) === 92) slashes++
    if (slashes % 2 === 0) return i + 1
  }
  throw new Error("a string without an end in the engine's answer")
}
