import { readFileSync } from 'node:fs'

import type { JWK } from 'jose'
import { z } from 'zod'

import { settingTypes, type SettingType } from '../kit/config.ts'
import { apiKeysFile, type ApiKey } from './api/apiKeys.ts'

/** A secret that signs something of this installation's own. */
const minSecretLength = 32

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new Error('must be a file that can be read')
  }
}

function json(path: string): unknown {
  const text = read(path)
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('must be a JSON file')
  }
}

/** Checks a file's content; the fault names the field, never what stands in it. */
function fits<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Error(`does not fit: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim())
}

/** A file whose text counts, for instance a certificate. */
export const fileText: SettingType<string> = {
  name: 'file',
  parse(path) {
    const text = read(path).trim()
    if (text === '') throw new Error('must not be an empty file')
    return text
  },
}

/** A file that may change while the process runs, and what it holds when it starts. */
export interface FollowedFile {
  readonly path: string
  readonly text: string
}

/** No such file. */
export const noFile: FollowedFile = { path: '', text: '' }

/** As {@link fileText}, for a file that is read again when it changes. */
export const followedFile: SettingType<FollowedFile> = {
  name: fileText.name,
  parse(path) {
    fileText.parse(path)
    return { path, text: read(path) }
  },
}

/** A bearer token (RFC 6750) in a file of its own. */
export const bearerFile: SettingType<string> = {
  name: 'file',
  parse(path) {
    const token = fileText.parse(path)
    if (/\s/.test(token)) throw new Error('must hold one token without blanks')
    return token
  },
}

/** One secret a line: the first is used for what is made new, all of them for what is shown. */
export const secretsFile: SettingType<readonly string[]> = {
  name: 'file, one secret a line',
  parse(path) {
    const lines = read(path)
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean)
    if (lines.length === 0) throw new Error('must hold at least one secret')
    return lines
  },
}

/** As {@link secretsFile}, for secrets that sign what only we check. */
export const ownSecretsFile: SettingType<readonly [string, ...string[]]> = {
  name: secretsFile.name,
  parse(path) {
    const [first, ...others] = secretsFile.parse(path)
    if (first === undefined || [first, ...others].some((secret) => secret.length < minSecretLength))
      throw new Error(`each secret must be at least ${minSecretLength} characters long`)
    return [first, ...others]
  },
}

const privateJwk = z.looseObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  kid: z.string().min(1),
  x: z.string().min(1),
  d: z.string({ error: 'must be a private key' }).min(1),
})

/** A private Ed25519 key as a JWK with its kid. */
export const signingKeyFile: SettingType<JWK & { kid: string }> = {
  name: 'JWK file',
  parse: (path) => fits(privateJwk, json(path)),
}

/** API keys of client tokens. */
export const keysFile: SettingType<readonly ApiKey[]> = { name: 'JSON file', parse: (path) => fits(apiKeysFile, json(path)) }

const iceUrl = /^(stuns?|turns?):[^\s?/]+(\?transport=(udp|tcp))?$/
/** URLs of STUN and TURN servers (RFC 7064, RFC 7065). */
export const iceUrls: SettingType<readonly string[]> = {
  name: 'comma-separated stun: and turn: URLs',
  parse(text) {
    const urls = settingTypes.list.parse(text)
    if (!urls.every((url) => iceUrl.test(url))) throw new Error('must be URLs such as turn:host:3478?transport=udp')
    return urls
  },
}

/** Absolute URLs, at least one. */
export const urls: SettingType<readonly string[]> = {
  name: 'comma-separated URLs',
  parse(text) {
    const list = settingTypes.list.parse(text)
    if (list.length === 0) throw new Error('must name at least one URL')
    return list.map((url) => settingTypes.url.parse(url))
  },
}

/** Origins as browsers send them: scheme, host and port, nothing more. */
export const origins: SettingType<readonly string[]> = {
  name: 'comma-separated origins',
  parse(text) {
    const list = settingTypes.list.parse(text)
    if (!list.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin))
      throw new Error('must be origins such as https://meet.example.org')
    return list
  },
}

/** May be empty: no Redis. */
export const redisUrl: SettingType<string> = {
  name: 'redis URL',
  parse(text) {
    if (text !== '' && !/^rediss?:\/\//.test(text)) throw new Error('must begin with redis:// or rediss://')
    return text
  },
}
