import { statusOf, type Failure } from '../failure.ts'
import type { Watch } from '../verbs/watch.ts'

/** A request without its transport. */
export interface ApiRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly accept?: string | undefined
  readonly contentType?: string | undefined
  readonly body: string
}

/** An answer without its transport: a body, or a stream of watch events. */
export type ApiAnswer =
  | {
      readonly code: number
      readonly contentType: string
      readonly body: string
      /** One `Warning` header each. */
      readonly warnings: readonly string[]
    }
  | { readonly code: 200; readonly watch: Watch }

/** An answer in JSON. */
export function jsonAnswer(code: number, value: unknown, warnings: readonly string[] = []): ApiAnswer {
  return { code, contentType: 'application/json', body: typeof value === 'string' ? value : JSON.stringify(value), warnings }
}

/** An answer in plain text. */
export function textAnswer(code: number, body: string): ApiAnswer {
  return { code, contentType: 'text/plain; charset=utf-8', body, warnings: [] }
}

/** A failure as its `Status`. */
export function failureAnswer(failure: Failure): ApiAnswer {
  return jsonAnswer(failure.failing.code, statusOf(failure.failing))
}
