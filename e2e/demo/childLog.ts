/** A line of a child's log as people read it; undefined where there is nothing to tell them. */
export interface ShownLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly text: string
}

/** Keys that every line has and no reader needs twice. */
const known = new Set(['level', 'time', 'service', 'msg', 'err', 'pid', 'hostname'])
const levels = ['debug', 'info', 'warn', 'error'] as const

function causeOf(err: unknown): string {
  if (typeof err !== 'object' || err === null || !('message' in err)) return ''
  return ` (${String(err.message)})`
}

/** Reads one line of a child: kit/log.ts writes JSON, whatever else comes (a crash of Node, a library) is an error as it stands. */
export function readLogLine(line: string): ShownLine {
  let entry: Record<string, unknown>
  try {
    entry = JSON.parse(line) as Record<string, unknown>
  } catch {
    return { level: 'error', text: line }
  }
  const message = typeof entry['msg'] === 'string' ? entry['msg'] : ''
  const fields = Object.entries(entry)
    .filter(([key]) => !known.has(key))
    .map(([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const level = levels.find((each) => each === entry['level']) ?? 'info'
  return { level, text: `${message}${causeOf(entry['err'])}${fields.join('')}` }
}

/** What of the children's logs people see. */
export type Attention = 'all' | 'warnings' | 'nothing'

const levelsShown: Readonly<Record<Attention, readonly ShownLine['level'][]>> = {
  all: levels,
  warnings: ['warn', 'error'],
  nothing: [],
}

/** Options of {@link childLogs}. */
export interface ChildLogOptions {
  /** Keeps a line in the file of its process. */
  readonly keep: (name: string, line: string) => void
  /** Asked for each line. */
  readonly attention: () => Attention
  readonly show: (text: string) => void
}

/** The logs of all children. */
export interface ChildLogs {
  /** Takes a line: it goes to the file of its process; people see what they pay attention to. */
  take(name: string, line: string): void
  /** The latest errors that nobody was shown, oldest first: what a failed start is explained by. */
  unseenErrors(): readonly string[]
}

const errorsKept = 20

/** Makes the logs of all children. */
export function childLogs(options: ChildLogOptions): ChildLogs {
  const unseen: string[] = []

  function pass(level: ShownLine['level'], text: string): void {
    if (levelsShown[options.attention()].includes(level)) options.show(text)
    else if (level === 'error') unseen.splice(0, Math.max(0, unseen.push(text) - errorsKept))
  }

  return {
    take(name, line) {
      options.keep(name, line)
      const { level, text } = readLogLine(line)
      if (text.trim() !== '') pass(level, `${name}: ${level === 'info' ? '' : `${level}: `}${text}`)
    },
    unseenErrors: () => unseen,
  }
}
