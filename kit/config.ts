import { readFileSync } from 'node:fs'

/** Turns the text of a setting into its value, or throws an Error whose message says what is wrong with it. */
export interface SettingType<T> {
  readonly name: string
  readonly parse: (text: string) => T
}

/** One row of a setting table. A setting without a default is required. */
export interface Setting<T> {
  readonly flag: `--${string}`
  readonly env: `PARLEY_${string}`
  readonly type: SettingType<T>
  readonly default?: T
  readonly doc: string
}

export type SettingTable = Record<string, Setting<unknown>>
export type Settings<Table extends SettingTable> = {
  readonly [Key in keyof Table]: Table[Key] extends Setting<infer T> ? T : never
}

/** What parsing said: the frozen settings, or every fault at once. */
export type Parsed<T> = { readonly ok: true; readonly settings: T } | { readonly ok: false; readonly faults: readonly string[] }

const fail = (message: string): never => {
  throw new Error(message)
}

function wholeNumber(name: string, minimum: number, maximum: number): SettingType<number> {
  return {
    name,
    parse(text) {
      const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN
      return value >= minimum && value <= maximum ? value : fail(`must be a whole number from ${minimum} to ${maximum}`)
    },
  }
}

/** The types that settings may have. Durations and sizes carry their unit in the setting's name. */
export const settingTypes = {
  text: { name: 'text', parse: (text: string) => (text === '' ? fail('must not be empty') : text) },
  /** May be empty; the default of optional texts. */
  optionalText: { name: 'text', parse: (text: string) => text },
  port: wholeNumber('port', 0, 65_535),
  count: wholeNumber('count', 0, 1_000_000_000),
  milliseconds: wholeNumber('milliseconds', 0, 2 ** 31 - 1),
  flag: {
    name: 'true|false',
    parse: (text: string): boolean => (text === 'true' ? true : text === 'false' ? false : fail('must be true or false')),
  },
  url: {
    name: 'url',
    parse: (text: string) => (URL.canParse(text) ? text.replace(/\/$/, '') : fail('must be an absolute URL')),
  },
  list: {
    name: 'comma-separated',
    parse: (text: string): readonly string[] =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean),
  },
  /** A file that must exist and be readable; the value is its path. */
  file: {
    name: 'file',
    parse(text: string): string {
      try {
        readFileSync(text)
      } catch {
        return fail('must be a file that can be read')
      }
      return text
    },
  },
  oneOf: <const T extends string>(...values: readonly T[]): SettingType<T> => ({
    name: values.join('|'),
    parse: (text) => values.find((value) => value === text) ?? fail(`must be one of ${values.join(', ')}`),
  }),
} as const

/** Declares settings; keeps the value types of each row. */
export function settingTable<
  Table extends { readonly [Key in keyof Table]: Setting<Table[Key]['type'] extends SettingType<infer T> ? T : never> },
>(table: Table): Table {
  return table
}

function flagsOf(argv: readonly string[], known: ReadonlySet<string>, faults: string[]): Map<string, string> {
  const flags = new Map<string, string>()
  for (let index = 0; index < argv.length; index++) {
    const [flag = '', inline] = (argv[index] ?? '').split(/=(.*)/s, 2)
    if (!known.has(flag)) {
      faults.push(`${flag}: unknown flag`)
      continue
    }
    const value = inline ?? argv[++index]
    if (value === undefined) faults.push(`${flag}: needs a value`)
    else flags.set(flag, value)
  }
  return flags
}

function unknownVariables(table: SettingTable, options: { env: NodeJS.ProcessEnv; prefix: string }): string[] {
  const known = new Set(Object.values(table).map((setting) => setting.env as string))
  return Object.keys(options.env).filter((name) => name.startsWith(options.prefix) && !known.has(name))
}

/**
 * Reads settings from flags, then the environment, then defaults. All faults are reported together: unknown flags, unknown variables
 * that begin with `envPrefix` (for instance `PARLEY_SFU_`), missing ones and values that do not fit. A fault never repeats a value,
 * which might be a secret.
 */
export function parseSettings<Table extends SettingTable>(
  table: Table,
  input: { argv: readonly string[]; env: NodeJS.ProcessEnv; envPrefix: string },
): Parsed<Settings<Table>> {
  const faults = unknownVariables(table, { env: input.env, prefix: input.envPrefix }).map((name) => `${name}: unknown setting`)
  const flags = flagsOf(input.argv, new Set(Object.values(table).map((setting) => setting.flag)), faults)
  const values: Record<string, unknown> = {}
  for (const [key, setting] of Object.entries(table)) {
    const text = flags.get(setting.flag) ?? input.env[setting.env]
    const name = `${setting.flag} (${setting.env})`
    if (text === undefined && setting.default === undefined) faults.push(`${name}: is required: ${setting.doc}`)
    if (text === undefined) {
      values[key] = setting.default
      continue
    }
    try {
      values[key] = setting.type.parse(text)
    } catch (error) {
      faults.push(`${name}: ${error instanceof Error ? error.message : 'does not fit'}`)
    }
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, settings: Object.freeze(values) as Settings<Table> }
}

/** The table as help text: one line a setting with flag, variable, type, default and what it does. */
export function describeSettings(table: SettingTable): string {
  return Object.values(table)
    .map((setting) => {
      const fallback = setting.default === undefined ? 'required' : `default ${JSON.stringify(setting.default)}`
      return `  ${setting.flag} <${setting.type.name}>  ${setting.doc} (${setting.env}, ${fallback})`
    })
    .join('\n')
}

/**
 * For `main.ts`: the settings, or, after all faults were printed to stderr, the end of the process with code 2. `together` finds the
 * faults that only several settings have between them. `--help` prints the table and ends with 0.
 */
export function settingsOrExit<Table extends SettingTable>(
  program: string,
  table: Table,
  together: (settings: Settings<Table>) => readonly string[] = () => [],
): Settings<Table> {
  const argv = process.argv.slice(2)
  if (argv.includes('--help')) {
    process.stdout.write(`${program}\n${describeSettings(table)}\n`)
    process.exit(0)
  }
  const parsed = parseSettings(table, { argv, env: process.env, envPrefix: `PARLEY_${program.toUpperCase()}_` })
  const faults = parsed.ok ? together(parsed.settings) : parsed.faults
  if (parsed.ok && faults.length === 0) return parsed.settings
  process.stderr.write(`${program}: ${faults.length} fault(s) in its settings\n${faults.map((fault) => `  ${fault}\n`).join('')}`)
  process.exit(2)
}
