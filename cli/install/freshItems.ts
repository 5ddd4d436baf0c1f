import { randomBytes } from 'node:crypto'

import { makeKeyPair } from '../../kit/keys.ts'
import type { Items, SecretItem } from './items.ts'

/** Where the keys of an installation are good for. */
export interface Reach {
  /** Namespaces of meetings that the API key opens; the first is meant where a token names none. */
  readonly meetingNamespaces: readonly string[]
  /** Namespaces that signaling may place meetings of; `*` means all. */
  readonly placementNamespaces: readonly string[]
}

/** 256 bits. */
const secretBytes = 32
const secret = (): string => randomBytes(secretBytes).toString('base64url')

/** Ids of keys differ between installations and rotations, so that a trusted key is never mistaken for another. */
const keyIdBytes = 6
/** A new private key of a role, as the text of a JWK. */
export async function signingKey(role: string): Promise<string> {
  const { privateJwk } = await makeKeyPair(`${role}-${randomBytes(keyIdBytes).toString('hex')}`, role)
  return JSON.stringify(privateJwk)
}

const tokensText = (token: string, namespaces: readonly string[]): string =>
  JSON.stringify([
    { name: 'signaling', token, namespaces, verbs: ['place', 'release', 'topology'] },
    { name: 'tools', token: secret(), namespaces, verbs: ['explain', 'move', 'topology'] },
  ])

/** Signaling's token of a list of tokens: the one of that name, else the first. */
function tokenOf(tokens: string): string {
  const list = JSON.parse(tokens) as readonly { name: string; token: string }[]
  return (list.find(({ name }) => name === 'signaling') ?? list[0])?.token ?? secret()
}

/**
 * Makes the items that `wanted` names. The token and the list of tokens belong together: where one of them is `known`, the other is made
 * to fit.
 */
export async function freshItems(wanted: readonly SecretItem[], known: Items, reach: Reach): Promise<Items> {
  const tokens = known['placement-tokens.json']
  const token = known['placement-token']?.trim() ?? (tokens === undefined ? secret() : tokenOf(tokens))
  const make: Readonly<Record<SecretItem, () => string | Promise<string>>> = {
    'operator-signing-key.json': () => signingKey('operator'),
    'signaling-signing-key.json': () => signingKey('signaling'),
    'placement-tokens.json': () => tokensText(token, reach.placementNamespaces),
    'placement-token': () => token,
    'api-keys.json': () => JSON.stringify([{ key: 'parley', secret: secret(), namespaces: reach.meetingNamespaces }]),
    'resume-secrets': secret,
    'turn-secret': secret,
    'redis-password': secret,
    'metrics-token': secret,
  }
  return Object.fromEntries(await Promise.all(wanted.map(async (item) => [item, await make[item]()] as const)))
}
