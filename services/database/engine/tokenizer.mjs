/**
 * GraphQL source text -> tokens (GraphQL specification, October 2021, section 2.1).
 *
 * Knows the lexical grammar that an executable document may use: punctuators, names, numbers, strings with escapes,
 * block strings, comments, commas as white space. Knows nothing about operations, models or Prisma.
 *
 * A string token carries `json`: the same value as a JSON string literal. Where the GraphQL literal already is one it is
 * copied verbatim, so nothing is decoded and re-encoded on the way; numbers are copied verbatim for the same reason
 * (integers above 2^53 must survive).
 */

export class SyntaxProblem extends Error {
  /** @param {string} message what is wrong @param {number} offset UTF-16 offset in the document */
  constructor(message, offset) {
    super(`${message} at character ${offset}`)
    this.name = 'SyntaxProblem'
    this.offset = offset
  }
}

const IGNORED = /(?:[\s,\uFEFF]+|#[^\n\r]*)*/y
const NAME = /[_A-Za-z][_0-9A-Za-z]*/y
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y
const STRING = /"(?:[^"\\\n\r]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}|u\{[0-9A-Fa-f]{1,6}\}))*"/y
const BLOCK = /"""((?:[^"\\]|\\"""|\\|"(?!""))*)"""/y
const PUNCTUATORS = new Set(['{', '}', '(', ')', '[', ']', ':', '!', '=', '|', '@', '&'])
const NEEDS_DECODING = /[\u0000-\u001f]|\\u\{/

/**
 * @param {string} source
 * @returns {Array<{kind: 'punctuator'|'name'|'number'|'string'|'end', text: string, json?: string, at: number}>}
 * @throws {SyntaxProblem} on anything outside the grammar; the message never quotes the document (it may hold secrets)
 */
export function tokenize(source) {
  const tokens = []
  let at = 0
  for (;;) {
    at += match(IGNORED, source, at).length
    if (at >= source.length) break
    const token = next(source, at)
    tokens.push(token)
    at = token.end
  }
  tokens.push({ kind: 'end', text: '', at })
  return tokens
}

function next(source, at) {
  const char = source[at]
  if (PUNCTUATORS.has(char)) return { kind: 'punctuator', text: char, at, end: at + 1 }
  if (char === '"') return string(source, at)
  if (char === '-' || (char >= '0' && char <= '9')) return number(source, at)
  if (char === '$') throw new SyntaxProblem('variables are not supported: write the value into the document', at)
  if (source.startsWith('...', at)) throw new SyntaxProblem('fragments are not supported', at)
  const text = match(NAME, source, at)
  if (text === '') throw new SyntaxProblem('unexpected character', at)
  return { kind: 'name', text, at, end: at + text.length }
}

function number(source, at) {
  const text = match(NUMBER, source, at)
  const end = at + text.length
  if (text === '' || /[_0-9A-Za-z.]/.test(source[end] ?? '')) throw new SyntaxProblem('malformed number', at)
  return { kind: 'number', text, at, end }
}

function string(source, at) {
  if (source.startsWith('"""', at)) {
    BLOCK.lastIndex = at
    const found = BLOCK.exec(source)
    if (!found) throw new SyntaxProblem('block string without an end', at)
    const json = JSON.stringify(blockValue(found[1].replaceAll('\\"""', '"""')))
    return { kind: 'string', text: found[0], json, at, end: BLOCK.lastIndex }
  }
  const text = match(STRING, source, at)
  if (text === '') throw new SyntaxProblem('malformed string', at)
  return { kind: 'string', text, json: NEEDS_DECODING.test(text) ? recode(text, at) : text, at, end: at + text.length }
}

/** A GraphQL string literal that is not valid JSON (raw tabs, `\u{1F600}`) as a JSON string literal. */
function recode(text, at) {
  const body = text.slice(1, -1).replace(/\\u\{([0-9A-Fa-f]+)\}/g, (_, hex) => {
    const point = Number.parseInt(hex, 16)
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) throw new SyntaxProblem('invalid code point', at)
    return JSON.stringify(String.fromCodePoint(point)).slice(1, -1)
  })
  return `"${body.replace(/[\u0000-\u001f]/g, (c) => JSON.stringify(c).slice(1, -1))}"`
}

/** BlockStringValue() of the specification: common indentation and blank first and last lines are dropped. */
function blockValue(raw) {
  const lines = raw.split(/\r\n|[\n\r]/)
  const indents = lines.slice(1).filter((l) => /[^\t ]/.test(l)).map((l) => /^[\t ]*/.exec(l)[0].length)
  const common = indents.length ? Math.min(...indents) : 0
  const cut = lines.map((line, i) => (i === 0 ? line : line.slice(common)))
  while (cut.length && !/[^\t ]/.test(cut[0])) cut.shift()
  while (cut.length && !/[^\t ]/.test(cut[cut.length - 1])) cut.pop()
  return cut.join('\n')
}

function match(pattern, source, at) {
  pattern.lastIndex = at
  return pattern.exec(source)?.[0] ?? ''
}
