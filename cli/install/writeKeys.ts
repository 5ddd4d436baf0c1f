import { isApiError } from '../../operator/kube/client/apiError.ts'
import type { KindRef, KubeObject } from '../../operator/kube/objects.ts'
import type { Cluster } from '../deps.ts'
import { cliErrors } from '../failure.ts'
import { freshItems, type Reach } from './freshItems.ts'
import { readGiven, textOf, type Given } from './givenItems.ts'
import { faultOf, itemNames, type Items, type SecretItem } from './items.ts'
import { installKinds, isOurs, madeByUs, type ConfigMap, type Secret } from './kinds.ts'
import { publicOf, trusting } from './trustedKeys.ts'

/** What the keys of an installation are called and made for. */
export interface KeysWish extends Reach {
  readonly secret: string
  readonly configMap: string
  /** Helm's release, for the label. */
  readonly release?: string | undefined
  readonly given: readonly Given[]
}

/** What was done. */
export interface KeysDone {
  readonly secret: string
  /** Items that were made now; those that were there are never touched. */
  readonly made: readonly SecretItem[]
  readonly configMap: string
  /** Whether media nodes have to trust a key that they did not before. */
  readonly trustGrew: boolean
}

/** The key of the ConfigMap under which media nodes find the keys that they trust. */
export const trustedKeysFile = 'trusted-keys.json'

/** Reads an object of ours, or undefined where there is none; raises `not_ours` where somebody else made one of that name. */
export async function readOurs<T extends KubeObject>(
  { api, namespace }: Cluster,
  kind: KindRef<T>,
  name: string,
): Promise<T | undefined> {
  try {
    const found = await api.get(kind, { namespace, name })
    if (!isOurs(found)) throw cliErrors.raise.not_ours({ kind: kind.kind, name, namespace })
    return found
  } catch (error) {
    if (isApiError(error, 'notFound')) return undefined
    throw error
  }
}

function itemsOf(secret: Secret | undefined): Items {
  const items: Partial<Record<SecretItem, string>> = {}
  for (const item of itemNames) {
    const text = secret && textOf(secret, item)
    if (text === undefined) continue
    const fault = faultOf(item, text)
    if (fault !== undefined) throw cliErrors.raise.secret_unfit({ secret: secret?.metadata.name ?? '', key: item, item, fault })
    items[item] = text
  }
  return items
}

const encoded = (items: Items): Record<string, string> =>
  Object.fromEntries(Object.entries(items).map(([item, text]) => [item, Buffer.from(text).toString('base64')]))

/** Adds `data` to an object of ours, which is made where it is not there. One that changed meanwhile is refused with `conflict`. */
async function save(
  { api, namespace }: Cluster,
  wish: KeysWish,
  at: {
    kind: KindRef<Secret | ConfigMap, Secret | ConfigMap>
    name: string
    before: KubeObject | undefined
    data: Record<string, string>
  },
): Promise<void> {
  const { kind, name, before, data } = at
  if (before !== undefined) {
    const { uid, resourceVersion } = before.metadata
    await api.mergePatch(kind, { namespace, name }, { patch: { data }, uid, resourceVersion })
    return
  }
  const labels = { ...madeByUs, ...(wish.release === undefined ? {} : { 'app.kubernetes.io/instance': wish.release }) }
  await api.create(kind, { metadata: { name, namespace, labels }, data })
}

/** Lets media nodes trust the public halves of the signing keys; whether they did not before. */
async function saveTrust(cluster: Cluster, wish: KeysWish, items: Items): Promise<boolean> {
  const { configMap: name } = wish
  const before = await readOurs(cluster, installKinds.ConfigMap, name)
  const keys = [
    publicOf(items['operator-signing-key.json'] ?? '', 'operator'),
    publicOf(items['signaling-signing-key.json'] ?? '', 'signaling'),
  ]
  const text = trusting(before?.data?.[trustedKeysFile], keys, `The ConfigMap ${name}`)
  if (text === undefined) return false
  await save(cluster, wish, { kind: installKinds.ConfigMap, name, before, data: { [trustedKeysFile]: text } })
  return true
}

/**
 * Makes what is missing of an installation's keys: the items that nobody gives, in one Secret, and the ConfigMap of the public keys
 * that media nodes trust. What is there is left as it is, so it may run at every upgrade. The Secret is written first: when the rest
 * fails, the next run takes the keys up from there.
 */
export async function writeKeys(cluster: Cluster, wish: KeysWish): Promise<KeysDone> {
  const given = await readGiven(cluster, wish.given)
  const before = await readOurs(cluster, installKinds.Secret, wish.secret)
  const known: Items = { ...itemsOf(before), ...given }
  const made = await freshItems(
    itemNames.filter((item) => known[item] === undefined),
    known,
    wish,
  )
  const data = encoded(made)
  if (Object.keys(data).length > 0) await save(cluster, wish, { kind: installKinds.Secret, name: wish.secret, before, data })
  const trustGrew = await saveTrust(cluster, wish, { ...known, ...made })
  return { secret: wish.secret, made: itemNames.filter((item) => made[item] !== undefined), configMap: wish.configMap, trustGrew }
}
