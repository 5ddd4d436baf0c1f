import type { MeetingLink } from './link.ts'

/** What a tab keeps of its meeting, so that a reload takes the same place again. Gone with the tab. */
export interface TabMemory {
  readonly link: MeetingLink
  readonly name: string
  /** Set while in the meeting. */
  readonly resumeToken: string | undefined
  readonly microphoneOn: boolean
  readonly cameraOn: boolean
}

/** What a browser keeps for the next time. */
export interface Preferences {
  readonly name: string
  readonly camera: string | undefined
  readonly microphone: string | undefined
  readonly speaker: string | undefined
}

const tabKey = 'parley.tab'
const preferencesKey = 'parley.preferences'
const noPreferences: Preferences = { name: '', camera: undefined, microphone: undefined, speaker: undefined }

/** Reads one entry; storage may be switched off, or hold what an older version wrote. */
function read(storage: Storage, key: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(storage.getItem(key) ?? 'null')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function write(storage: Storage, key: string, value: unknown): void {
  try {
    storage.setItem(key, JSON.stringify(value))
  } catch {
    // A full or forbidden storage costs only the memory.
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** What this tab remembers; undefined where it was in no meeting, or in another than `meeting` (the one of its address). */
export function recallTab(storage: Storage, meeting: string | undefined): TabMemory | undefined {
  const value = read(storage, tabKey)
  const link = value?.['link'] as Partial<MeetingLink> | undefined
  const token = text(link?.token)
  if (!value || token === undefined || link?.meeting !== meeting) return undefined
  return {
    link: { meeting, token, region: text(link?.region), name: text(link?.name) },
    name: text(value['name']) ?? '',
    resumeToken: text(value['resumeToken']),
    microphoneOn: value['microphoneOn'] === true,
    cameraOn: value['cameraOn'] === true,
  }
}

export function rememberTab(storage: Storage, memory: TabMemory): void {
  write(storage, tabKey, memory)
}

export function recallPreferences(storage: Storage): Preferences {
  const value = read(storage, preferencesKey) ?? {}
  const { camera, microphone, speaker } = value
  return {
    ...noPreferences,
    name: text(value['name']) ?? '',
    camera: text(camera),
    microphone: text(microphone),
    speaker: text(speaker),
  }
}

export function rememberPreferences(storage: Storage, preferences: Preferences): void {
  write(storage, preferencesKey, preferences)
}
