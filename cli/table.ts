/** One column of a table: its heading and what it shows of a row. */
export interface Column<Row> {
  readonly heading: string
  readonly of: (row: Row) => string | number | undefined
}

const gap = '   '

/** Control characters would let an object's text move the cursor or colour the terminal. */
// eslint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u001f\u007f-\u009f]/g

/** Text of an object or a server, safe to print on one line of a terminal. */
export function printable(text: string): string {
  return text.replace(unprintable, ' ')
}

/** Rows as kubectl prints them: capital headings, aligned columns, `<none>` where there is nothing, no space at the end of a line. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = rows.map((row) => columns.map(({ of }) => printable(String(of(row) ?? '')) || '<none>'))
  const lines = [columns.map(({ heading }) => heading.toUpperCase()), ...cells]
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)))
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, index) => cell.padEnd(widths[index] ?? 0))
          .join(gap)
          .trimEnd()}\n`,
    )
    .join('')
}
