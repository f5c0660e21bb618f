/**
 * Tokens -> a small tree of one executable GraphQL document.
 *
 * Knows the grammar that the generated Prisma Python client emits: one anonymous or named query or mutation, fields with
 * aliases, arguments and nested selections. Variables, fragments, directives and subscriptions are refused with a clear
 * message. Knows nothing about models.
 *
 * Shapes:
 *   Field  {alias, name, args: Map<string, Value> | null, selection: Field[] | null}
 *   Value  {kind: 'object', entries: [string, Value][]} | {kind: 'list', items: Value[]}
 *        | {kind: 'string', json} | {kind: 'number', text} | {kind: 'word', text}      (word: true, false, null, an enum)
 */
import { SyntaxProblem, tokenize } from './tokenizer.mjs'

const MAX_DEPTH = 200

/**
 * @param {string} source
 * @returns {Field[]} the top-level fields of the only operation
 * @throws {SyntaxProblem}
 */
export function parse(source) {
  const parser = new Parser(tokenize(source))
  return parser.document()
}

class Parser {
  constructor(tokens) {
    this.tokens = tokens
    this.position = 0
    this.depth = 0
  }

  get token() {
    return this.tokens[this.position]
  }

  is(punctuator) {
    return this.token.kind === 'punctuator' && this.token.text === punctuator
  }

  take(punctuator) {
    if (!this.is(punctuator)) return false
    this.position++
    return true
  }

  expect(punctuator) {
    if (!this.take(punctuator)) throw new SyntaxProblem(`expected "${punctuator}"`, this.token.at)
  }

  name() {
    if (this.token.kind !== 'name') throw new SyntaxProblem('expected a name', this.token.at)
    return this.tokens[this.position++].text
  }

  document() {
    if (this.token.kind === 'name') {
      const operation = this.name()
      if (operation !== 'query' && operation !== 'mutation')
        throw new SyntaxProblem(`"${operation}" is not supported: send a query or a mutation`, this.token.at)
      if (this.token.kind === 'name') this.position++
      if (this.is('(')) throw new SyntaxProblem('variables are not supported: write the value in place', this.token.at)
    }
    const fields = this.selection()
    if (this.token.kind !== 'end') throw new SyntaxProblem('expected the end of the document', this.token.at)
    return fields
  }

  selection() {
    this.expect('{')
    const fields = this.nested(() => {
      const found = []
      while (!this.take('}')) found.push(this.field())
      return found
    })
    return fields
  }

  field() {
    const first = this.name()
    const name = this.take(':') ? this.name() : first
    const args = this.take('(') ? this.arguments() : null
    if (this.is('@')) throw new SyntaxProblem('directives are not supported', this.token.at)
    const selection = this.is('{') ? this.selection() : null
    return { alias: first, name, args, selection }
  }

  arguments() {
    const args = new Map()
    while (!this.take(')')) {
      const name = this.name()
      this.expect(':')
      args.set(name, this.value())
    }
    return args
  }

  value() {
    const token = this.token
    if (this.take('{')) return this.nested(() => this.object())
    if (this.take('[')) return this.nested(() => this.list())
    this.position++
    if (token.kind === 'string') return { kind: 'string', json: token.json }
    if (token.kind === 'number') return { kind: 'number', text: token.text }
    if (token.kind === 'name') return { kind: 'word', text: token.text }
    throw new SyntaxProblem('expected a value', token.at)
  }

  object() {
    const entries = []
    while (!this.take('}')) {
      const name = this.name()
      this.expect(':')
      entries.push([name, this.value()])
    }
    return { kind: 'object', entries }
  }

  list() {
    const items = []
    while (!this.take(']')) items.push(this.value())
    return { kind: 'list', items }
  }

  /** Bounds the recursion, so that a hostile document cannot overflow the stack. */
  nested(body) {
    if (++this.depth > MAX_DEPTH) throw new SyntaxProblem(`nested deeper than ${MAX_DEPTH}`, this.token.at)
    const result = body()
    this.depth--
    return result
  }
}
