import { readFileSync, renameSync, writeFileSync } from 'node:fs'

import { settingsOrExit, type Settings } from '../../kit/config.ts'
import { createLog } from '../../kit/log.ts'
import { createShutdown, endProcessOnSignals } from '../../kit/shutdown.ts'
import { embeddedSettings } from './config.ts'
import { startEmbeddedApi } from './embeddedApi.ts'

const shutdownDeadlineMs = 5_000

const settings = settingsOrExit('embedded', embeddedSettings)
if ((settings.tlsCertFile === '') !== (settings.tlsKeyFile === '')) {
  process.stderr.write('embedded: 1 fault(s) in its settings\n  --tls-cert-file and --tls-key-file: one needs the other\n')
  process.exit(2)
}
const log = createLog({ service: 'embedded', level: settings.logLevel })
const shutdown = createShutdown({ log, deadlineMs: shutdownDeadlineMs })
endProcessOnSignals(shutdown, log)

try {
  const api = await startEmbeddedApi({ log, host: settings.host, port: settings.port, ...optionalParts(settings) })
  shutdown.add('api', () => api.close())
  if (settings.kubeconfig !== '') writeKubeconfig(settings.kubeconfig, api.kubeconfig)
  log.info({ url: api.url, port: api.port }, 'embedded Kubernetes API ready')
} catch (err) {
  log.error({ err }, 'embedded Kubernetes API could not start')
  process.exitCode = 1
}

function optionalParts({ dataFile, token, tlsCertFile, tlsKeyFile }: Settings<typeof embeddedSettings>): {
  dataFile?: string
  token?: string
  tls?: { key: string; cert: string }
} {
  return {
    ...(dataFile !== '' && { dataFile }),
    ...(token !== '' && { token }),
    ...(tlsCertFile !== '' && { tls: { cert: readFileSync(tlsCertFile, 'utf8'), key: readFileSync(tlsKeyFile, 'utf8') } }),
  }
}

/** Readers see the old file or the whole new one. It may carry a token, so it is the owner's only. */
function writeKubeconfig(path: string, text: string): void {
  writeFileSync(`${path}.next`, text, { mode: 0o600 })
  renameSync(`${path}.next`, path)
}
