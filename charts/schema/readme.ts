import type { Value } from './valuesFile.ts'

const begin = '<!-- values: generated -->'
const end = '<!-- /values -->'

const cell = (text: string): string => text.replaceAll('|', '\\|')

/** A default as it would be written: long ones by their beginning would mislead, so those are named. */
function fallbackOf({ fallback }: Value): string {
  const text = JSON.stringify(fallback)
  return text === '""' ? '' : `\`${text}\``
}

function table(values: readonly Value[]): string {
  const rows = values.map((value) => `| \`${value.path}\` | ${cell(fallbackOf(value))} | ${cell(value.words)} |`)
  return ['| value | default | what |', '| --- | --- | --- |', ...rows].join('\n')
}

/** The README with the tables of all values between its two marks, one a component. */
export function withValues(readme: string, values: readonly Value[]): string {
  const [before, rest] = readme.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`the README of the chart lacks ${begin} or ${end}`)
  const groupOf = ({ path }: Value): string => (path.includes('.') ? path.slice(0, path.indexOf('.')) : 'general')
  const groups = Map.groupBy(values, groupOf)
  const sections = [...groups].map(([group, members]) => `### ${group}\n\n${table(members)}\n`)
  return `${before}${begin}\n\n${sections.join('\n')}\n${end}${after}`
}
