import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { makeKeyPair } from '../../kit/keys.ts'
import { meetingName, namespace, otherNamespaces, type Region } from './layout.ts'
import { meetingLink } from '../../signaling/api/meetingLink.ts'
import { mintClientToken } from '../../signaling/api/mintClientToken.ts'

/** The throwaway keys of one run: files in its folder, and what the launcher itself needs. */
export interface Credentials {
  /** Private keys that sign orders and fallback grants (JWK), and the public ones of both (JWKS). */
  readonly operatorKeyFile: string
  readonly signalingKeyFile: string
  readonly trustedKeysFile: string
  /** API keys of client tokens. */
  readonly apiKeysFile: string
  /** Bearer tokens that the placement API knows. */
  readonly placementTokensFile: string
  /** One of them, by itself: signaling's, the tests' and the command line tool's. */
  readonly placementTokenFile: string
  /** Seals resume tokens. */
  readonly resumeSecretsFile: string
  readonly apiKey: { readonly key: string; readonly secret: string }
}

const secretBytes = 32
const secret = (): string => randomBytes(secretBytes).toString('base64url')

/** Makes the keys of a run and writes them into its folder. */
export async function makeCredentials(stateFolder: string): Promise<Credentials> {
  const file = (name: string, content: unknown): string => {
    const path = join(stateFolder, name)
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 })
    return path
  }
  const [operator, signaling] = await Promise.all([
    makeKeyPair('operator-demo', 'operator'),
    makeKeyPair('signaling-demo', 'signaling'),
  ])
  const apiKey = { key: 'demo', secret: secret() }
  const placementToken = secret()
  return {
    operatorKeyFile: file('operator-key.json', operator.privateJwk),
    signalingKeyFile: file('signaling-key.json', signaling.privateJwk),
    trustedKeysFile: file('trusted-keys.json', { keys: [operator.publicJwk, signaling.publicJwk] }),
    apiKeysFile: file('api-keys.json', [{ ...apiKey, namespaces: [namespace, ...otherNamespaces] }]),
    placementTokensFile: file('placement-tokens.json', [
      { name: 'demo', token: placementToken, namespaces: ['*'], verbs: ['place', 'release', 'move', 'explain', 'topology'] },
    ]),
    placementTokenFile: file('placement-token', placementToken),
    resumeSecretsFile: file('resume-secrets', secret()),
    apiKey,
  }
}

/** A certificate that no browser trusts, for the page on an address of this machine. */
export async function makeCertificate(
  stateFolder: string,
  options: { address: string; nowMs: number },
): Promise<{ readonly keyFile: string; readonly certFile: string }> {
  const { generate } = await import('selfsigned')
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'Parley demo' }], {
    keyType: 'ec',
    notAfterDate: new Date(options.nowMs + 24 * 60 * 60_000),
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip: options.address },
          { type: 2, value: 'localhost' },
        ],
      },
    ],
  })
  const [keyFile, certFile] = [join(stateFolder, 'page-key.pem'), join(stateFolder, 'page-cert.pem')]
  writeFileSync(keyFile, key, { mode: 0o600 })
  writeFileSync(certFile, cert)
  return { keyFile, certFile }
}

const linkLifetimeMs = 12 * 60 * 60_000

/** A link by which anybody may join the demo's meeting as somebody of `region`. The token stands behind `#`, where no server sees it. */
export async function invitation(
  credentials: Credentials,
  options: { pageUrl: string; region: Region; nowMs: number },
): Promise<string> {
  const wish = { video: { room: meetingName, roomJoin: true as const } }
  const token = await mintClientToken(credentials.apiKey, wish, { nowMs: options.nowMs, lifetimeMs: linkLifetimeMs })
  return meetingLink({ pageUrl: options.pageUrl, meeting: meetingName, token, region: options.region })
}
