/** Labels of an object. */
export type Labels = Readonly<Record<string, string>>

/** Whether an object with these labels is meant. */
export type LabelMatcher = (labels: Labels) => boolean

const valueOf = (labels: Labels, key: string): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined)

/** One requirement of a selector by its operator, as apimachinery's `labels.Requirement` means it: an absent label is not in any list. */
export const matchers = {
  exists:
    (key: string): LabelMatcher =>
    (labels) =>
      Object.hasOwn(labels, key),
  oneOf:
    (key: string, values: readonly string[]): LabelMatcher =>
    (labels) => {
      const value = valueOf(labels, key)
      return value !== undefined && values.includes(value)
    },
  compares:
    (key: string, operator: '<' | '>', limit: number): LabelMatcher =>
    (labels) => {
      const text = valueOf(labels, key) ?? ''
      if (!/^-?\d+$/.test(text)) return false
      return operator === '>' ? Number(text) > limit : Number(text) < limit
    },
  not:
    (matches: LabelMatcher): LabelMatcher =>
    (labels) =>
      !matches(labels),
  all:
    (each: readonly LabelMatcher[]): LabelMatcher =>
    (labels) =>
      each.every((matches) => matches(labels)),
} as const
