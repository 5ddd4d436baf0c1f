import { InvalidArgumentError } from 'commander'

import { isApiError } from '../../operator/kube/client/apiError.ts'
import type { Cluster } from '../deps.ts'
import { cliErrors } from '../failure.ts'
import { faultOf, itemNames, type Items, type SecretItem } from './items.ts'
import { installKinds, type Secret } from './kinds.ts'

/** An item that is not made, since somebody brings it in a Secret of their own. */
export interface Given {
  readonly item: SecretItem
  readonly secret: string
  /** Under which key of that Secret it stands. */
  readonly key: string
}

/** Reads `ITEM=SECRET/KEY`; for a flag that may be given several times. */
export function givenOf(text: string, before: readonly Given[] = []): readonly Given[] {
  const [, name, secret, key] = /^([^=]+)=([^/]+)\/(.+)$/.exec(text) ?? []
  const item = itemNames.find((each) => each === name)
  if (item === undefined || secret === undefined || key === undefined)
    throw new InvalidArgumentError(`It must be ITEM=SECRET/KEY, ITEM being one of ${itemNames.join(', ')}.`)
  return [...before, { item, secret, key }]
}

/** The text under a key of a Secret. */
export function textOf(secret: Secret, key: string): string | undefined {
  const encoded = secret.data?.[key]
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8')
}

async function readSecret({ api, namespace }: Cluster, name: string): Promise<Secret> {
  try {
    return await api.get(installKinds.Secret, { namespace, name })
  } catch (error) {
    if (isApiError(error, 'notFound')) throw cliErrors.raise.secret_missing({ namespace, name }, { cause: error })
    throw error
  }
}

/** Reads what is given. Raises `secret_missing`, `secret_key_missing` or `secret_unfit`, which names what is wrong and never the text. */
export async function readGiven(cluster: Cluster, given: readonly Given[]): Promise<Items> {
  const items: Partial<Record<SecretItem, string>> = {}
  for (const { item, secret, key } of given) {
    const text = textOf(await readSecret(cluster, secret), key)
    if (text === undefined) throw cliErrors.raise.secret_key_missing({ secret, key, item })
    const fault = faultOf(item, text)
    if (fault !== undefined) throw cliErrors.raise.secret_unfit({ secret, key, item, fault })
    items[item] = text
  }
  return items
}
