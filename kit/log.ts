import { pino, type DestinationStream } from 'pino'

import { censor, redacted, secretKeys } from './redact.ts'

/** The keys that log lines may carry; one vocabulary, so that one query finds a meeting in all processes. */
export interface LogFields {
  readonly namespace?: string
  readonly meeting?: string
  readonly incarnation?: string
  readonly participant?: string
  readonly attachment?: string
  readonly session?: string
  readonly node?: string
  readonly peer?: string
  readonly pool?: string
  readonly object?: string
  readonly worker?: number
  readonly epoch?: number
  readonly generation?: number
  readonly code?: string
  readonly field?: string
  readonly reason?: string
  readonly method?: string
  readonly url?: string
  readonly status?: number
  readonly durationMs?: number
  readonly count?: number
  readonly attempt?: number
  readonly port?: number
  readonly signal?: string
  readonly phase?: string
  readonly revision?: number | string
  readonly err?: unknown
}

/** A log whose messages are constant; what varies goes into agreed fields. */
export interface Log {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
  child(fields: LogFields): Log
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** The fields of a line as they are written: errors with their causes, and no secret. */
function shown(fields: LogFields): Record<string, unknown> {
  const { err } = fields
  return redacted(err instanceof Error ? { ...fields, err: pino.stdSerializers.err(err) } : fields)
}

/** What a child's own fields pass, which pino shows to no formatter; what {@link shown} has seen stays as it is. */
const ofChildren = {
  ...Object.fromEntries([...secretKeys].map((key) => [key, () => censor])),
  err: (err: unknown) => shown({ err })['err'],
}

/** Makes the log of one process: JSON lines with `service` and ISO time, to stdout unless told otherwise. */
export function createLog(options: { service: string; level: LogLevel; destination?: DestinationStream }): Log {
  const settings = {
    level: options.level,
    base: { service: options.service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level: string) => ({ level }), log: shown },
    serializers: ofChildren,
  }
  return options.destination ? pino(settings, options.destination) : pino(settings)
}

/** A log that says nothing, for tests whose subject is not the log. */
export const silentLog: Log = createLog({ service: 'test', level: 'silent' })
