import { settingTable, settingTypes, type Settings } from '../kit/config.ts'
import {
  bearerFile,
  fileText,
  followedFile,
  iceUrls,
  keysFile,
  noFile,
  origins,
  ownSecretsFile,
  redisUrl,
  secretsFile,
  signingKeyFile,
  urls,
} from './settingTypes.ts'

/** All settings of signaling. */
export const settings = settingTable({
  host: {
    flag: '--host',
    env: 'PARLEY_SIGNALING_HOST',
    type: settingTypes.text,
    default: '0.0.0.0',
    doc: 'Address to listen on.',
  },
  port: {
    flag: '--port',
    env: 'PARLEY_SIGNALING_PORT',
    type: settingTypes.port,
    default: 7700,
    doc: 'Port of the page and of clients; 0 takes a free one.',
  },
  tlsKey: {
    flag: '--tls-key-file',
    env: 'PARLEY_SIGNALING_TLS_KEY_FILE',
    type: followedFile,
    default: noFile,
    doc: 'Private key (PEM) for TLS; with a certificate. Both are read again when they change.',
  },
  tlsCert: {
    flag: '--tls-cert-file',
    env: 'PARLEY_SIGNALING_TLS_CERT_FILE',
    type: followedFile,
    default: noFile,
    doc: 'Certificate chain (PEM) for TLS.',
  },
  operatorUrls: {
    flag: '--operator-urls',
    env: 'PARLEY_SIGNALING_OPERATOR_URLS',
    type: urls,
    doc: 'Base URLs of the placement API, tried in turn.',
  },
  operatorCa: {
    flag: '--operator-ca-file',
    env: 'PARLEY_SIGNALING_OPERATOR_CA_FILE',
    type: fileText,
    default: '',
    doc: "Authority (PEM) of the operators' certificates.",
  },
  placementToken: {
    flag: '--placement-token-file',
    env: 'PARLEY_SIGNALING_PLACEMENT_TOKEN_FILE',
    type: bearerFile,
    doc: 'Bearer token for the placement API.',
  },
  signingKey: {
    flag: '--signing-key-file',
    env: 'PARLEY_SIGNALING_SIGNING_KEY_FILE',
    type: signingKeyFile,
    doc: 'Ed25519 key (private JWK with kid) that signs session tokens and fallback grants.',
  },
  apiKeys: {
    flag: '--api-keys-file',
    env: 'PARLEY_SIGNALING_API_KEYS_FILE',
    type: keysFile,
    doc: 'API keys of client tokens: [{ key, secret, namespaces }].',
  },
  resumeSecrets: {
    flag: '--resume-secrets-file',
    env: 'PARLEY_SIGNALING_RESUME_SECRETS_FILE',
    type: ownSecretsFile,
    doc: 'Secrets of resume tokens, the same for all replicas; the first seals.',
  },
  redisUrl: {
    flag: '--redis-url',
    env: 'PARLEY_SIGNALING_REDIS_URL',
    type: redisUrl,
    default: '',
    doc: 'Redis that replicas share chat by; empty keeps it in this process.',
  },
  roomLingerMs: {
    flag: '--room-linger-ms',
    env: 'PARLEY_SIGNALING_ROOM_LINGER_MS',
    type: settingTypes.milliseconds,
    default: 15_000,
    doc: 'How long chat outlives the last client of a meeting; one that lost its connection counts for a minute.',
  },
  turnUrls: {
    flag: '--turn-urls',
    env: 'PARLEY_SIGNALING_TURN_URLS',
    type: iceUrls,
    default: [],
    doc: 'STUN and TURN servers for clients, beside those of the pools.',
  },
  turnSecrets: {
    flag: '--turn-secrets-file',
    env: 'PARLEY_SIGNALING_TURN_SECRETS_FILE',
    type: secretsFile,
    default: [],
    doc: 'Secrets shared with the TURN servers; the first signs credentials.',
  },
  webDir: {
    flag: '--web-dir',
    env: 'PARLEY_SIGNALING_WEB_DIR',
    type: settingTypes.optionalText,
    default: '',
    doc: 'Folder of the built meeting page; empty serves none.',
  },
  allowedOrigins: {
    flag: '--allowed-origins',
    env: 'PARLEY_SIGNALING_ALLOWED_ORIGINS',
    type: origins,
    default: [],
    doc: 'Origins whose pages may connect; empty allows all.',
  },
  maxConnections: {
    flag: '--max-connections',
    env: 'PARLEY_SIGNALING_MAX_CONNECTIONS',
    type: settingTypes.count,
    default: 10_000,
    doc: 'Clients that this replica takes.',
  },
  metricsToken: {
    flag: '--metrics-token-file',
    env: 'PARLEY_SIGNALING_METRICS_TOKEN_FILE',
    type: bearerFile,
    default: '',
    doc: 'Bearer token that /metrics asks for; empty asks for none.',
  },
  logLevel: {
    flag: '--log-level',
    env: 'PARLEY_SIGNALING_LOG_LEVEL',
    type: settingTypes.oneOf('debug', 'info', 'warn', 'error', 'silent'),
    default: 'info',
    doc: 'Least severe lines that are logged.',
  },
})
export type SignalingSettings = Settings<typeof settings>

/** Faults that only several settings together have. */
export function faultsTogether({ tlsKey, tlsCert, turnUrls, turnSecrets }: SignalingSettings): readonly string[] {
  const relays = turnUrls.some((url) => url.startsWith('turn'))
  return [
    ...((tlsKey.path === '') === (tlsCert.path === '') ? [] : ['--tls-key-file and --tls-cert-file: one needs the other']),
    ...(relays && turnSecrets.length === 0 ? ['--turn-urls: TURN servers need --turn-secrets-file'] : []),
  ]
}
