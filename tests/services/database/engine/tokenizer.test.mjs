import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SyntaxProblem, tokenize } from '../../../../services/database/engine/tokenizer.mjs'

const values = (source) => tokenize(source).slice(0, -1).map((t) => t.json ?? t.text)

test('numbers and names are copied verbatim, commas and comments are white space', () => {
  const source = '{ a: -9007199254740993, b: 1.50e-9 # note }\n c: [true,,null] }'
  assert.deepEqual(values(source), ['{', 'a', ':', '-9007199254740993', 'b', ':', '1.50e-9', 'c', ':', '[', 'true', 'null', ']', '}'])
})

for (const [name, source, value] of [
  ['plain', '"abc"', 'abc'],
  ['escapes', '"a\\"b\\\\c\\n\\u00e9\\/"', 'a"b\\c\né/'],
  ['separators that JavaScript once refused', '"\u2028\u{1F600}"', '\u2028\u{1F600}'],
  ['an escaped code point', '"\\u{1F600}!"', '\u{1F600}!'],
  ['a raw tab', '"a\tb"', 'a\tb'],
  ['braces and quotes that look like structure', '"{\\"a\\": [}"', '{"a": [}'],
  ['an empty block', '""""""', ''],
  ['a block with quotes', '"""say "hi" \\"""ok\\""" """', 'say "hi" """ok""" '],
  ['a block with indentation', '"""\n    one\n      two\n\n    three\n"""', 'one\n  two\n\nthree'],
  ['a block keeps its backslashes', '"""a\\n"""', 'a\\n'],
]) {
  test(`string: ${name}`, () => {
    const [token] = tokenize(source)
    assert.equal(token.kind, 'string')
    assert.equal(JSON.parse(token.json), value)
  })
}

test('a string literal that is JSON already is not touched', () => {
  assert.equal(tokenize('"\\u0041\\/"')[0].json, '"\\u0041\\/"')
})

for (const [source, message] of [
  ['{a: $b}', /variables are not supported/], ['{...F}', /fragments are not supported/], ['"abc', /malformed string/],
  ['"a\nb"', /malformed string/], ['"\\x"', /malformed string/], ['"""abc', /block string without an end/],
  ['01', /malformed number/], ['1a', /malformed number/], ['1.', /malformed number/], ['-', /malformed number/],
  ['"\\u{D800}"', /invalid code point/], ['?', /unexpected character/],
]) {
  test(`refused: ${JSON.stringify(source)}`, () => assert.throws(() => tokenize(source), (e) => e instanceof SyntaxProblem && message.test(e.message)))
}

test('a message never quotes the document', () => {
  assert.throws(() => tokenize('{a: "sk-secret'), (e) => !e.message.includes('secret'))
})
