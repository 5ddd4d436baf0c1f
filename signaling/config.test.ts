import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { parseSettings } from '../kit/config.ts'
import { makeKeyPair } from '../kit/keys.ts'
import { faultsTogether, settings } from './config.ts'

const folder = mkdtempSync(join(tmpdir(), 'parley-config-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string, content: unknown): string => {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}
const long = 'a secret that is long enough to be one'
const { privateJwk, publicJwk } = await makeKeyPair('signaling-1', 'signaling')

const right = {
  '--operator-urls': 'http://127.0.0.1:7701/, http://127.0.0.1:7702',
  '--placement-token-file': file('placement', 'placement-token\n'),
  '--signing-key-file': file('key', privateJwk),
  '--api-keys-file': file('keys', [{ key: 'demo', secret: long, namespaces: ['default'] }]),
  '--resume-secrets-file': file('resume', `${long}\n${long} older\n`),
}
const parse = (flags: Record<string, string>) =>
  parseSettings(settings, {
    argv: Object.entries({ ...right, ...flags }).map(([flag, value]) => `${flag}=${value}`),
    env: {},
    envPrefix: 'PARLEY_SIGNALING_',
  })

test('files are read once, and what is not set has its default', () => {
  const parsed = parse({
    '--turn-urls': 'stun:a:3478,turns:a:443?transport=tcp',
    '--turn-secrets-file': file('turn', 'north\nsouth'),
  })
  expect(parsed).toMatchObject({
    ok: true,
    settings: {
      operatorUrls: ['http://127.0.0.1:7701', 'http://127.0.0.1:7702'],
      placementToken: 'placement-token',
      signingKey: { kid: 'signaling-1' },
      apiKeys: [{ key: 'demo' }],
      resumeSecrets: [long, `${long} older`],
      turnSecrets: ['north', 'south'],
      redisUrl: '',
      tlsKey: { path: '', text: '' },
    },
  })
})

test.each([
  ['--signing-key-file', file('public', publicJwk), 'd must be a private key'],
  ['--signing-key-file', file('no-json', 'x'), 'must be a JSON file'],
  [
    '--api-keys-file',
    file('short', [{ key: 'k', secret: 'short', namespaces: ['default'] }]),
    '0.secret must be at least 32 characters long',
  ],
  [
    '--api-keys-file',
    file(
      'twice',
      Array.from({ length: 2 }, () => ({ key: 'k', secret: long, namespaces: ['a'] })),
    ),
    'must name each key once',
  ],
  ['--resume-secrets-file', file('weak', 'short'), 'each secret must be at least 32 characters long'],
  ['--placement-token-file', join(folder, 'missing'), 'must be a file that can be read'],
  ['--placement-token-file', file('blank', 'two words'), 'must hold one token without blanks'],
  ['--operator-urls', 'operator:7701,nothing', 'must be an absolute URL'],
  ['--redis-url', 'localhost:6379', 'must begin with redis:// or rediss://'],
  ['--turn-urls', 'turn://a', 'must be URLs such as turn:host:3478'],
  ['--allowed-origins', 'https://a.example.org/page', 'must be origins such as'],
  ['--port', '70000', 'must be a whole number from 0 to 65535'],
])('%s is refused in words that repeat no value', (flag, value, words) => {
  const parsed = parse({ [flag]: value })
  expect(parsed.ok ? [] : parsed.faults).toEqual([expect.stringContaining(words)])
  expect(JSON.stringify(parsed)).not.toContain('short')
})

test('all faults are told at once', () => {
  const parsed = parseSettings(settings, {
    argv: ['--port=x', '--nonsense=1'],
    env: { PARLEY_SIGNALING_TYPO: '1' },
    envPrefix: 'PARLEY_SIGNALING_',
  })
  expect(parsed.ok ? [] : parsed.faults).toHaveLength(8)
})

test('settings that need each other', () => {
  const parsed = parse({ '--tls-cert-file': file('cert', 'PEM'), '--turn-urls': 'turn:a:3478' })
  expect(parsed.ok ? faultsTogether(parsed.settings) : parsed.faults).toEqual([
    '--tls-key-file and --tls-cert-file: one needs the other',
    '--turn-urls: TURN servers need --turn-secrets-file',
  ])
})
