import { matchers, type LabelMatcher } from '../../labels/matcher.ts'
import { failures } from '../failure.ts'
import { isLabelValue, isQualifiedName } from '../schema/names.ts'

const fault = (why: string): Error => failures.badRequest(`unable to parse requirement: ${why}`)

/** A word of the selector's grammar, and where reading stands. */
class Words {
  readonly #words: readonly string[]
  #next = 0

  constructor(text: string) {
    this.#words = [...text.matchAll(/==|!=|[=!,()<>]|[^\s=!,()<>]+/g)].map(([word]) => word)
  }

  peek(): string {
    return this.#words[this.#next] ?? ''
  }

  take(): string {
    const word = this.peek()
    this.#next++
    return word
  }

  get done(): boolean {
    return this.#next >= this.#words.length
  }
}

const isWord = (text: string): boolean => text !== '' && !/[=!,()<>]/.test(text)

/**
 * Parses a label selector: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`, `a>1`, `a<1`, joined by commas which mean
 * "and" (apimachinery `labels.Parse`).
 */
export function parseLabelSelector(text: string): LabelMatcher {
  const words = new Words(text)
  if (words.done) return () => true
  const each: LabelMatcher[] = []
  for (;;) {
    each.push(requirement(words))
    if (words.done) return matchers.all(each)
    const comma = words.take()
    if (comma !== ',') throw fault(`found '${comma}', expected: ',' or 'end of string'`)
  }
}

function requirement(words: Words): LabelMatcher {
  if (words.peek() === '!') {
    words.take()
    const key = keyFrom(words)
    return matchers.not(matchers.exists(key))
  }
  const key = keyFrom(words)
  if (words.done || words.peek() === ',') return matchers.exists(key)
  return operation(key, words)
}

function keyFrom(words: Words): string {
  const key = words.take()
  if (!isWord(key)) throw fault(`found '${key}', expected: !, identifier, or 'end of string'`)
  if (!isQualifiedName(key)) throw fault(`key: Invalid value: ${JSON.stringify(key)}`)
  return key
}

function operation(key: string, words: Words): LabelMatcher {
  const operator = words.take()
  switch (operator) {
    case '=':
    case '==':
      return matchers.oneOf(key, [valueFrom(words)])
    case '!=':
      return matchers.not(matchers.oneOf(key, [valueFrom(words)]))
    case 'in':
      return matchers.oneOf(key, valuesFrom(words))
    case 'notin':
      return matchers.not(matchers.oneOf(key, valuesFrom(words)))
    case '>':
    case '<':
      return matchers.compares(key, operator, integerFrom(words))
    default:
      throw fault(`found '${operator}', expected: in, notin, =, ==, !=, gt, lt`)
  }
}

/** A value; none at all is the empty one. */
function valueFrom(words: Words): string {
  const value = words.done || words.peek() === ',' ? '' : words.take()
  if (value !== '' && !isWord(value)) throw fault(`found '${value}', expected: identifier`)
  if (!isLabelValue(value)) throw fault(`values[0]: Invalid value: ${JSON.stringify(value)}`)
  return value
}

function valuesFrom(words: Words): readonly string[] {
  const open = words.take()
  if (open !== '(') throw fault(`found '${open}' expected: '('`)
  const values: string[] = []
  for (;;) {
    const next = words.take()
    if (isWord(next)) values.push(next)
    else throw fault(`found '${next}', expected: ',', ')' or identifier`)
    const close = words.take()
    if (close === ')') return values
    if (close !== ',') throw fault(`found '${close}', expected: ',' or ')'`)
  }
}

function integerFrom(words: Words): number {
  const text = words.take()
  if (!/^-?\d{1,15}$/.test(text))
    throw fault(`values[0]: Invalid value: ${JSON.stringify(text)}: for 'Gt', 'Lt' operators, the value must be an integer`)
  return Number(text)
}
