import { expect } from 'vitest'

import { aMeeting, cases, mergePatchType, metadataOf, namesIn, pathsIn, type ContractCase } from '../contractCase.ts'

const pageSize = 500
const changes = 1_000
/** Requests under way at once. */
const width = 32

/** Runs `work` for 0 to `count` - 1, several at once. */
async function each(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: width }, worker))
}

/** Sizes that a busy installation reaches; a real server takes its time to make the objects. */
export const largeCases = (objects: number): readonly ContractCase[] =>
  cases({
    'very many objects are listed in pages, each once and in order': async ({ api, namespace }) => {
      const { meetings } = pathsIn(namespace)
      await each(objects, (index) => api.post(meetings, aMeeting(`m-${String(index).padStart(5, '0')}`)))
      const names: string[] = []
      const versions = new Set<string>()
      let token = ''
      do {
        const { body } = await api.get(meetings, { query: { limit: String(pageSize), ...(token !== '' && { continue: token }) } })
        names.push(...namesIn(body))
        versions.add(metadataOf(body)['resourceVersion'] ?? '')
        token = metadataOf(body)['continue'] ?? ''
      } while (token !== '')
      expect(names).toHaveLength(objects)
      expect(names).toEqual(names.toSorted())
      expect(versions.size).toBe(1)
    },
    'a thousand changes arrive in order': async ({ api, namespace }) => {
      const { meetings } = pathsIn(namespace)
      const { resourceVersion = '' } = metadataOf((await api.get(meetings)).body)
      const watch = await api.watch(meetings, { resourceVersion })
      await api.post(meetings, aMeeting('a'))
      for (let change = 1; change < changes; change++)
        await api.patch(`${meetings}/a`, { spec: { title: String(change) } }, { contentType: mergePatchType })
      const events = await watch.take(changes)
      watch.close()
      const titles = events.slice(1).map(({ object }) => Number((object['spec'] as { title: string }).title))
      expect(titles).toEqual(Array.from({ length: changes - 1 }, (_, index) => index + 1))
    },
  })
