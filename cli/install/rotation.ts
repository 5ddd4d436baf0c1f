import type { CliDeps, Cluster } from '../deps.ts'
import { cliErrors } from '../failure.ts'
import { signingKey } from './freshItems.ts'
import { textOf } from './givenItems.ts'
import { installKinds, type Secret } from './kinds.ts'
import { publicOf, trusting, without } from './trustedKeys.ts'
import { readOurs, trustedKeysFile } from './writeKeys.ts'

/** Whose signing key is rotated. */
export type Signer = 'operator' | 'signaling'

/** Names of what `install keys` made. */
export interface RotationNames {
  readonly secret: string
  readonly configMap: string
}

/**
 * The rotation of a signing key.
 *
 * | step    | the private key is   | media nodes trust          | before it                                              |
 * | ------- | -------------------- | -------------------------- | ------------------------------------------------------ |
 * | prepare | the former           | the former and the next    |                                                        |
 * | switch  | the next, on restart | the former and the next    | media nodes have had the time to see the next          |
 * | finish  | the next             | the next                   | every Pod of the signer started after the switch       |
 *
 * Each step may be repeated: what is done already is left as it is.
 */
export interface Rotation {
  prepare(): Promise<string>
  switch(): Promise<string>
  finish(): Promise<string>
}

/** A kubelet brings a changed ConfigMap within its sync period and the life of its cache (a minute each), an agent looks every 10 s. */
export const trustedAfterMs = 130_000

interface StartedPod {
  readonly metadata: { readonly name: string }
  readonly status?: { readonly startTime?: string }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** Makes the rotation of one signer's key. */
export function createRotation(
  deps: Pick<CliDeps, 'clock'>,
  { cluster, names, signer }: { cluster: Cluster; names: RotationNames; signer: Signer },
): Rotation {
  const { api, namespace } = cluster
  const current = `${signer}-signing-key.json`
  const next = `next-${current}`
  const preparedAt = `parley.media/${signer}-key-prepared-at`
  const switchedAt = `parley.media/${signer}-key-switched-at`
  const now = (): string => new Date(deps.clock.nowMs()).toISOString()

  async function readSecret(): Promise<{ secret: Secret; key: string }> {
    const secret = await readOurs(cluster, installKinds.Secret, names.secret)
    if (secret === undefined) throw cliErrors.raise.keys_missing({ namespace, name: names.secret })
    const key = textOf(secret, current)
    if (key === undefined) throw cliErrors.raise.secret_key_missing({ secret: names.secret, key: current, item: current })
    return { secret, key }
  }

  async function change(secret: Secret, to: { data?: Record<string, string | null>; at?: Record<string, string | null> }) {
    const { uid, resourceVersion } = secret.metadata
    const patch = { ...(to.data && { data: to.data }), ...(to.at && { metadata: { annotations: to.at } }) }
    return api.mergePatch(installKinds.Secret, { namespace, name: names.secret }, { patch, uid, resourceVersion })
  }

  async function changeTrust(edit: (before: string | undefined) => string | undefined): Promise<boolean> {
    const { configMap: name } = names
    const map = await readOurs(cluster, installKinds.ConfigMap, name)
    if (map === undefined) throw cliErrors.raise.trusted_keys_unreadable({ where: `The ConfigMap ${name}` })
    const text = edit(map.data?.[trustedKeysFile])
    if (text === undefined) return false
    const { uid, resourceVersion } = map.metadata
    const patch = { data: { [trustedKeysFile]: text } }
    await api.mergePatch(installKinds.ConfigMap, { namespace, name }, { patch, uid, resourceVersion })
    return true
  }

  const timeOf = ({ metadata }: Secret, annotation: string): number | undefined => {
    const text = metadata.annotations?.[annotation]
    return text === undefined ? undefined : Date.parse(text)
  }

  return {
    async prepare() {
      let { secret } = await readSecret()
      const key = textOf(secret, next) ?? (await signingKey(signer))
      if (textOf(secret, next) === undefined)
        secret = await change(secret, { data: { [next]: base64(key) }, at: { [preparedAt]: null } })
      await changeTrust((before) => trusting(before, [publicOf(key, signer)], `The ConfigMap ${names.configMap}`))
      // Only once it is trusted does the time count.
      if (timeOf(secret, preparedAt) === undefined) await change(secret, { at: { [preparedAt]: now() } })
      return `The next key of the ${signer} is prepared. In ${trustedAfterMs / 1_000} s: kubectl parley rotate ${signer} switch\n`
    },

    async switch() {
      const { secret } = await readSecret()
      const key = textOf(secret, next)
      const since = timeOf(secret, preparedAt)
      if (key === undefined || since === undefined) throw cliErrors.raise.nothing_prepared({ role: signer })
      const waitMs = since + trustedAfterMs - deps.clock.nowMs()
      if (waitMs > 0) throw cliErrors.raise.too_early({ inSeconds: Math.ceil(waitMs / 1_000) }, { retryAfterMs: waitMs })
      await change(secret, { data: { [current]: base64(key), [next]: null }, at: { [preparedAt]: null, [switchedAt]: now() } })
      return `Switched. Restart the Deployment of the ${signer}, then: kubectl parley rotate ${signer} finish\n`
    },

    async finish() {
      const { secret, key } = await readSecret()
      const since = timeOf(secret, switchedAt)
      if (since === undefined) throw cliErrors.raise.not_switched({ role: signer })
      const labelSelector = `app.kubernetes.io/part-of=parley,app.kubernetes.io/component=${signer}`
      const pods = (await api.list(installKinds.Pod, { namespace, labelSelector })).items as readonly StartedPod[]
      const old = pods.filter(({ status }) => Date.parse(status?.startTime ?? now()) < since)
      if (old.length > 0) throw cliErrors.raise.old_key_in_use({ pods: old.map(({ metadata }) => metadata.name).join(', ') })
      const { kid } = publicOf(key, signer)
      const changed = await changeTrust((before) =>
        without(before, { role: signer, but: kid }, `The ConfigMap ${names.configMap}`),
      )
      return changed ? `Media nodes forget the former key of the ${signer}.\n` : `No former key of the ${signer} is trusted.\n`
    },
  }
}
