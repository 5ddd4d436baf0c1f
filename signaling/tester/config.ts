import { settingTable, settingTypes, type Settings, type SettingType } from '../../kit/config.ts'
import type { ApiKey } from '../api/apiKeys.ts'
import { keysFile } from '../settingTypes.ts'

/** The first key of signaling's file of API keys. */
const firstKeyOfFile: SettingType<ApiKey> = {
  name: keysFile.name,
  parse(path) {
    const [first] = keysFile.parse(path)
    if (first === undefined) throw new Error('must hold at least one key')
    return first
  },
}

/** Settings of the tester. */
export const settings = settingTable({
  url: {
    flag: '--url',
    env: 'PARLEY_TESTER_URL',
    type: settingTypes.url,
    doc: 'Where signaling is: http://parley-signaling:7700, or the https address that people use.',
  },
  apiKey: {
    flag: '--api-keys-file',
    env: 'PARLEY_TESTER_API_KEYS_FILE',
    type: firstKeyOfFile,
    doc: "Signaling's API keys: the first makes the tokens by which the two people are let in.",
  },
  meeting: {
    flag: '--meeting',
    env: 'PARLEY_TESTER_MEETING',
    type: settingTypes.text,
    default: 'parley-test',
    doc: 'Name of the meeting that they join, in the first namespace of the API key.',
  },
  regions: {
    flag: '--regions',
    env: 'PARLEY_TESTER_REGIONS',
    type: settingTypes.list,
    default: [],
    doc: 'Region that the first asks for, and the second; one is for both, none leaves it to the operator.',
  },
  apart: {
    flag: '--apart',
    env: 'PARLEY_TESTER_APART',
    type: settingTypes.flag,
    default: true,
    doc: 'Whether they have to be on two media nodes: the second then avoids the one of the first.',
  },
  timeoutMs: {
    flag: '--timeout-ms',
    env: 'PARLEY_TESTER_TIMEOUT_MS',
    type: settingTypes.milliseconds,
    default: 60_000,
    doc: 'How long all of it may take.',
  },
})

/** What settings that are each right say wrongly together. */
export function faultsTogether({ url, regions }: Settings<typeof settings>): readonly string[] {
  return [
    ...(/^https?:/.test(url) ? [] : ['--url: must begin with http:// or https://']),
    ...(regions.length > 2 ? ['--regions: must be two at most'] : []),
  ]
}
