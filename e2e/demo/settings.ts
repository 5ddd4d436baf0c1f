import { parseSettings, settingTable, settingTypes, type Parsed, type Settings, type SettingType } from '../../kit/config.ts'

/** A media node needs two pools to be interesting and a machine to run on: 1 to 9 of them fit both. */
const nodeCount: SettingType<number> = {
  name: '1-9',
  parse(text) {
    if (!/^[1-9]$/.test(text)) throw new Error('must be a whole number from 1 to 9')
    return Number(text)
  },
}

/** What the demo may be told. */
export const demoSettings = settingTable({
  nodes: { flag: '--nodes', env: 'PARLEY_DEMO_NODES', type: nodeCount, default: 3, doc: 'How many media nodes to start.' },
  address: {
    flag: '--address',
    env: 'PARLEY_DEMO_ADDRESS',
    type: settingTypes.optionalText,
    default: '',
    doc: 'IP address of this machine that other devices reach: announced for media, and the page is served on it over TLS.',
  },
  port: { flag: '--port', env: 'PARLEY_DEMO_PORT', type: settingTypes.port, default: 7700, doc: 'Port of the meeting page.' },
  ports: {
    flag: '--ports',
    env: 'PARLEY_DEMO_PORTS',
    type: settingTypes.oneOf('usual', 'free'),
    default: 'usual',
    doc: 'Whether to try the usual ports first or to take any free ones.',
  },
  redisUrl: {
    flag: '--redis-url',
    env: 'PARLEY_DEMO_REDIS_URL',
    type: settingTypes.optionalText,
    default: '',
    doc: 'Redis that signaling keeps its room facts in; without one they stay in memory.',
  },
  verbose: { flag: '--verbose', env: 'PARLEY_DEMO_VERBOSE', type: settingTypes.flag, default: false, doc: 'Show all logs.' },
})
export type DemoSettings = Settings<typeof demoSettings>

/** Variables that people give to make, and the settings they stand for. */
const shortNames = { NODES: 'PARLEY_DEMO_NODES', ADDRESS: 'PARLEY_DEMO_ADDRESS' } as const

/** Reads the demo's settings: flags, `PARLEY_DEMO_*`, or `NODES=5 ADDRESS=192.0.2.7` as make passes them on. */
export function readDemoSettings(argv: readonly string[], env: NodeJS.ProcessEnv): Parsed<DemoSettings> {
  const long = Object.fromEntries(Object.entries(shortNames).flatMap(([short, name]) => (env[short] ? [[name, env[short]]] : [])))
  return parseSettings(demoSettings, {
    argv: argv.map((argument) => (argument === '--verbose' ? '--verbose=true' : argument)),
    env: { ...long, ...env },
    envPrefix: 'PARLEY_DEMO_',
  })
}
