import { matchers, type LabelMatcher } from './matcher.ts'

/** A selector as objects write it (apimachinery `metav1.LabelSelector`): all of it has to hold; an empty one means everything. */
export interface ObjectSelector {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly Expression[]
}

interface Expression {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  readonly values?: readonly string[]
}

function expressionMatcher({ key, operator, values = [] }: Expression): LabelMatcher {
  switch (operator) {
    case 'In':
      return matchers.oneOf(key, values)
    case 'NotIn':
      return matchers.not(matchers.oneOf(key, values))
    case 'Exists':
      return matchers.exists(key)
    case 'DoesNotExist':
      return matchers.not(matchers.exists(key))
  }
}

/** What a selector means. */
export function selectorMatcher({ matchLabels = {}, matchExpressions = [] }: ObjectSelector): LabelMatcher {
  const ofLabels = Object.entries(matchLabels).map(([key, value]) => matchers.oneOf(key, [value]))
  return matchers.all([...ofLabels, ...matchExpressions.map(expressionMatcher)])
}

function expressionWords({ key, operator, values = [] }: Expression): string {
  switch (operator) {
    case 'In':
      return `${key} in (${values.join(',')})`
    case 'NotIn':
      return `${key} notin (${values.join(',')})`
    case 'Exists':
      return key
    case 'DoesNotExist':
      return `!${key}`
  }
}

/** A selector as kubectl writes it, which takes it with `-l`. */
export function selectorWords({ matchLabels = {}, matchExpressions = [] }: ObjectSelector): string {
  const ofLabels = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`)
  return [...ofLabels, ...matchExpressions.map(expressionWords)].join(',')
}
