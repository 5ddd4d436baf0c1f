/** A command of a page, and what the page says that it prints. */
export interface ConsoleStep {
  readonly command: string
  readonly printed: readonly string[]
}

/** The commands of all `console` blocks of a page in Markdown, in their order. */
export function consoleSteps(markdown: string): readonly ConsoleStep[] {
  const lines = [...markdown.matchAll(/^```console\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) => block.trimEnd().split('\n'))
  const steps: { command: string; printed: string[] }[] = []
  for (const line of lines) {
    if (line.startsWith('$ ')) steps.push({ command: line.slice(2), printed: [] })
    else steps.at(-1)?.printed.push(line)
  }
  return steps
}

/** What differs from run to run: which node of a region, loads and what makes them, times and ages, widths of columns. */
const volatile: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\b(eu-west|us-east)-\d\b/g, '$1-N'],
  [/\b0\.\d+\b/g, 'LOAD'],
  [/\b\d+[sm](\d+s)?\b/g, 'AGE'],
  [/ +/g, ' '],
]

/** A line without what differs from run to run. */
export const steady = (line: string): string =>
  volatile.reduce((text, [pattern, instead]) => text.replace(pattern, instead), line).trim()

const escaped = (line: string): string => line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Whether the output is what the page says; a line `...` of the page stands for any lines. */
export function isAsPrinted(output: string, printed: readonly string[]): boolean {
  const patterns = printed.map((line) => (line === '...' ? '(.*\n)*?' : `${escaped(steady(line))}\n`))
  const lines = output.trimEnd().split('\n').map(steady)
  return new RegExp(`^${patterns.join('')}$`).test(output.trim() === '' ? '' : `${lines.join('\n')}\n`)
}
