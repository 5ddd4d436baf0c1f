import { expect, test } from 'vitest'

import { recallPreferences, recallTab, rememberPreferences, rememberTab } from './memory.ts'

function aStorage(entries: Record<string, string> = {}): Storage {
  const map = new Map(Object.entries(entries))
  return {
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
  } as unknown as Storage
}

const link = { meeting: 'standup', token: 'a.b.c', region: 'eu', name: undefined }

test('a reload of the same meeting finds its place, another meeting does not', () => {
  const storage = aStorage()
  const memory = { link, name: 'Ann', resumeToken: 'r', microphoneOn: true, cameraOn: false }
  rememberTab(storage, memory)
  expect(recallTab(storage, 'standup')).toEqual(memory)
  expect(recallTab(storage, 'retro')).toBeUndefined()
})

test('what somebody else wrote, or nobody, is no memory', () => {
  for (const value of ['', 'null', '7', '{', '{"link":7}', '{"link":{"token":""}}'])
    expect(recallTab(aStorage({ 'parley.tab': value }), undefined)).toBeUndefined()
  expect(recallPreferences(aStorage({ 'parley.preferences': '[1]' })).name).toBe('')
})

test('storage that is switched off costs only the memory', () => {
  const broken = {
    getItem: () => {
      throw new Error('denied')
    },
    setItem: () => {
      throw new Error('denied')
    },
  } as unknown as Storage
  rememberPreferences(broken, { name: 'Ann', camera: 'c', microphone: undefined, speaker: undefined })
  expect(recallPreferences(broken)).toEqual({ name: '', camera: undefined, microphone: undefined, speaker: undefined })
})
