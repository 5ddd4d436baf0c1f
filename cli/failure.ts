import { CodedError, errorTable } from '../kit/errors.ts'
import { ApiError, type ApiErrorReason } from '../operator/kube/client/apiError.ts'

/**
 * What the shell gets.
 *
 * | code | meaning                                                     |
 * | ---- | ----------------------------------------------------------- |
 * | 0    | done                                                        |
 * | 1    | the answer is no: a check of `doctor` failed, or a fault    |
 * | 2    | the command line is wrong                                   |
 * | 3    | there is no such object                                     |
 * | 4    | not allowed                                                 |
 * | 5    | a server cannot be reached                                  |
 */
export const exitCodes = { done: 0, failed: 1, usage: 2, notFound: 3, forbidden: 4, unreachable: 5 } as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** What the command line tool refuses by itself. `status` is the exit code's kin in HTTP. */
export const cliErrors = errorTable({
  usage: { status: 400, retry: 'never', say: (m: { what: string }) => m.what },
  no_cluster: {
    status: 503,
    retry: 'never',
    say: (m: { why: string }) => `No cluster to talk to: ${m.why}. Give --kubeconfig, or set KUBECONFIG.`,
  },
  no_meeting: {
    status: 404,
    retry: 'never',
    say: (m: { namespace: string; name: string }) => `There is no meeting ${m.name} in the namespace ${m.namespace}.`,
  },
  no_placement_token: {
    status: 403,
    retry: 'never',
    say: (m: { verb: string }) =>
      `A token of the placement API with the verb ${m.verb} is needed: --placement-token-file or PARLEY_PLACEMENT_TOKEN. And its URL where no operator leads: --placement.`,
  },
  no_placement: {
    status: 404,
    retry: 'never',
    say: (m: { namespace: string; name: string; participant: string }) =>
      `None of the latest placements of ${m.namespace}/${m.name} is of ${m.participant}: look with kubectl parley why, or give --attachment.`,
  },
  not_placed: {
    status: 409,
    retry: 'never',
    say: (m: { participant: string; code: string; why: string }) => `${m.participant} is not placed (${m.code}): ${m.why}.`,
  },
  not_moved: {
    status: 409,
    retry: 'never',
    say: (m: { participant: string; code: string; why: string }) => `${m.participant} is not moved (${m.code}): ${m.why}.`,
  },
  not_back: {
    status: 504,
    retry: 'later',
    say: (m: { participant: string; node: string; after: string }) =>
      `${m.participant} was told to leave ${m.node} and has not asked for another place after ${m.after}.`,
  },
  no_api_key: {
    status: 400,
    retry: 'never',
    say: () =>
      'An API key and its secret are needed: --api-key and --api-secret, PARLEY_API_KEY and PARLEY_API_SECRET, or --api-keys-file.',
  },
  secret_missing: {
    status: 404,
    retry: 'never',
    say: (m: { namespace: string; name: string }) =>
      `There is no Secret ${m.name} in the namespace ${m.namespace}: make it first, or leave existingSecret empty.`,
  },
  keys_missing: {
    status: 404,
    retry: 'never',
    say: (m: { namespace: string; name: string }) =>
      `There is no Secret ${m.name} in the namespace ${m.namespace}: give the namespace of the installation by -n, and the Secret of its keys by --secret.`,
  },
  secret_key_missing: {
    status: 404,
    retry: 'never',
    say: (m: { secret: string; key: string; item: string }) => `The Secret ${m.secret} has no key ${m.key} (for ${m.item}).`,
  },
  secret_unfit: {
    status: 400,
    retry: 'never',
    say: (m: { secret: string; key: string; item: string; fault: string }) =>
      `The key ${m.key} of the Secret ${m.secret} is no ${m.item}: ${m.fault}.`,
  },
  not_ours: {
    status: 409,
    retry: 'never',
    say: (m: { kind: string; name: string; namespace: string }) =>
      `${m.kind} ${m.name} in the namespace ${m.namespace} was made by somebody else and is left alone: give another name, or delete it.`,
  },
  trusted_keys_unreadable: {
    status: 400,
    retry: 'never',
    say: (m: { where: string }) => `${m.where} holds no JWKS of trusted keys: mend or delete it, then run this again.`,
  },
  key_id_reused: {
    status: 409,
    retry: 'never',
    say: (m: { kid: string; where: string }) =>
      `${m.where} has another key with the id ${m.kid}: a new key needs an id of its own.`,
  },
  nothing_prepared: {
    status: 409,
    retry: 'never',
    say: (m: { role: string }) => `No next key of the ${m.role} is prepared: kubectl parley rotate ${m.role} prepare.`,
  },
  not_switched: {
    status: 409,
    retry: 'never',
    say: (m: { role: string }) => `The key of the ${m.role} was not switched: kubectl parley rotate ${m.role} switch.`,
  },
  too_early: {
    status: 409,
    retry: 'later',
    say: (m: { inSeconds: number }) => `Media nodes may not trust the next key yet: try again in ${m.inSeconds}s.`,
  },
  old_key_in_use: {
    status: 409,
    retry: 'later',
    say: (m: { pods: string }) =>
      `These Pods started before the switch and sign with the former key: ${m.pods}. Restart them first.`,
  },
  still_there: {
    status: 504,
    retry: 'later',
    say: (m: { what: string; after: string }) => `Still there after ${m.after}: ${m.what}. Run this again to go on waiting.`,
  },
  unreachable: {
    status: 503,
    retry: 'later',
    say: (m: { what: string; why: string }) => `${m.what} cannot be reached: ${m.why}.`,
  },
})

/** What a failed command says and ends with. */
export interface Failure {
  readonly text: string
  readonly code: ExitCode
}

const codeOfReason: Readonly<Record<ApiErrorReason, ExitCode>> = {
  conflict: exitCodes.failed,
  alreadyExists: exitCodes.failed,
  notFound: exitCodes.notFound,
  gone: exitCodes.failed,
  invalid: exitCodes.failed,
  unauthorized: exitCodes.forbidden,
  forbidden: exitCodes.forbidden,
  tooManyRequests: exitCodes.unreachable,
  timeout: exitCodes.unreachable,
  unavailable: exitCodes.unreachable,
  network: exitCodes.unreachable,
  badResponse: exitCodes.unreachable,
}

const codeOfStatus: Readonly<Record<number, ExitCode>> = {
  400: exitCodes.usage,
  401: exitCodes.forbidden,
  403: exitCodes.forbidden,
  404: exitCodes.notFound,
  503: exitCodes.unreachable,
  504: exitCodes.unreachable,
}

function ofApi(error: ApiError): Failure {
  // The sentence of the only fault stands in the message already.
  const listed = error.faults.length === 1 && error.message.includes(error.faults[0]?.message ?? '') ? [] : error.faults
  const faults = listed.map(({ field, message }) => `\n  ${field === undefined ? '' : `${field}: `}${message}`).join('')
  return { text: `${error.message}${faults}`, code: codeOfReason[error.reason] }
}

/** Turns whatever a command threw into words and an exit code. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof ApiError) return ofApi(thrown)
  if (thrown instanceof CodedError) return { text: thrown.message, code: codeOfStatus[thrown.status] ?? exitCodes.failed }
  return { text: thrown instanceof Error ? thrown.message : String(thrown), code: exitCodes.failed }
}
