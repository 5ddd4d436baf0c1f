import { Counter, Gauge, Histogram, Registry } from 'prom-client'

/** One row of a metric table. Names end in `_total` (counter), a unit (`_seconds`, `_bytes`) or a plain noun; labels are bounded sets. */
export interface MetricEntry {
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly name: string
  readonly help: string
  readonly labels: readonly string[]
  readonly buckets?: readonly number[]
}

/** A counter: `counter('parley_placements_total', 'Answers of the placement API.', ['result'])`. */
export const counter = (name: string, help: string, labels: readonly string[] = []) =>
  ({ type: 'counter', name, help, labels }) as const
/** A gauge, set to what is true now. */
export const gauge = (name: string, help: string, labels: readonly string[] = []) =>
  ({ type: 'gauge', name, help, labels }) as const
/** A histogram of seconds unless its buckets say otherwise. */
export const histogram = (name: string, help: string, options: { labels?: readonly string[]; buckets: readonly number[] }) =>
  ({ type: 'histogram', name, help, labels: options.labels ?? [], buckets: options.buckets }) as const

type Made<Entry extends MetricEntry> = Entry['type'] extends 'counter'
  ? Counter
  : Entry['type'] extends 'gauge'
    ? Gauge
    : Histogram

/** The metrics of one process, by the key they were declared with, and the text that Prometheus scrapes. */
export type Metrics<Table extends Record<string, MetricEntry>> = { readonly [Key in keyof Table]: Made<Table[Key]> } & {
  readonly registry: Registry
}

function make(entry: MetricEntry, registry: Registry): Counter | Gauge | Histogram {
  const options = { name: entry.name, help: entry.help, labelNames: [...entry.labels], registers: [registry] }
  if (entry.type === 'counter') return new Counter(options)
  if (entry.type === 'gauge') return new Gauge(options)
  return new Histogram({ ...options, buckets: [...(entry.buckets ?? [])] })
}

/** Registers a table in a registry of its own; counters and gauges without labels start at zero. */
export function createMetrics<Table extends Record<string, MetricEntry>>(
  table: Table,
  registry = new Registry(),
): Metrics<Table> {
  const made = Object.fromEntries(Object.entries(table).map(([key, entry]) => [key, make(entry, registry)]))
  return Object.assign(made, { registry }) as Metrics<Table>
}
