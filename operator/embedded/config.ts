import { settingTable, settingTypes } from '../../kit/config.ts'

/** Settings of the embedded Kubernetes API. */
export const embeddedSettings = settingTable({
  host: {
    flag: '--host',
    env: 'PARLEY_EMBEDDED_HOST',
    type: settingTypes.text,
    default: '127.0.0.1',
    doc: 'Address to listen on.',
  },
  port: {
    flag: '--port',
    env: 'PARLEY_EMBEDDED_PORT',
    type: settingTypes.port,
    default: 0,
    doc: 'Port to listen on; 0 takes a free one.',
  },
  dataFile: {
    flag: '--data-file',
    env: 'PARLEY_EMBEDDED_DATA_FILE',
    type: settingTypes.optionalText,
    default: '',
    doc: 'File that keeps the objects; empty keeps them in memory only.',
  },
  kubeconfig: {
    flag: '--kubeconfig',
    env: 'PARLEY_EMBEDDED_KUBECONFIG',
    type: settingTypes.optionalText,
    default: '',
    doc: 'File to write a kubeconfig to once the API listens; empty writes none.',
  },
  token: {
    flag: '--token',
    env: 'PARLEY_EMBEDDED_TOKEN',
    type: settingTypes.optionalText,
    default: '',
    doc: 'Bearer token that clients must show; empty lets everybody in. kubectl shows it over TLS only.',
  },
  tlsCertFile: {
    flag: '--tls-cert-file',
    env: 'PARLEY_EMBEDDED_TLS_CERT_FILE',
    type: settingTypes.file,
    default: '',
    doc: 'PEM certificate to serve HTTPS with; empty serves HTTP.',
  },
  tlsKeyFile: {
    flag: '--tls-key-file',
    env: 'PARLEY_EMBEDDED_TLS_KEY_FILE',
    type: settingTypes.file,
    default: '',
    doc: 'PEM key of the certificate; needed where there is one.',
  },
  logLevel: {
    flag: '--log-level',
    env: 'PARLEY_EMBEDDED_LOG_LEVEL',
    type: settingTypes.oneOf('debug', 'info', 'warn', 'error'),
    default: 'info',
    doc: 'Lowest level of log lines.',
  },
})
