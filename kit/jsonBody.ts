import type { FastifyInstance } from 'fastify'

import { commonErrors, type CodedError } from './errors.ts'

/** Keys by which a body would reach what every object inherits: fastify refuses them, whatever the route. */
const poisoned = '__proto__, nor constructor with a prototype in it'

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** What is wrong with a body that is not read, in words; nothing of the body is repeated. */
function whyNot(text: string, cause: Error): CodedError {
  const invalid = (what: string): CodedError => commonErrors.raise.invalid({ what }, { field: 'body', cause })
  if (text.length === 0) return invalid('The body is empty: it must be JSON.')
  return invalid(isJson(text) ? `The body must not have the key ${poisoned}.` : 'The body is not well-formed JSON.')
}

/** Reads JSON bodies as fastify does, and says what is wrong with those that it refuses: it says the same of all of them. */
export function readJsonBodies(app: FastifyInstance): void {
  const read = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    void read(request, text, (refused, value) => done(refused === null ? null : whyNot(text, refused), value))
  })
}
