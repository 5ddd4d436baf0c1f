import { expect, test } from 'vitest'

import { virtualClock } from '../../kit/virtualClock.ts'
import type { Speakers } from '../api/session.ts'
import { publisherOf, rank, SpeakerBoard, speakerHoldMs, speakersPeriodMs, type SpeakerPeer } from './speakers.ts'

const names = (list: Speakers | undefined) => list?.speakers.map(({ participant }) => participant)

/** Boards joined by edges that carry at once; each knows those that `links` names beside it. */
function aCascade(roles: Record<string, 'core' | 'leaf'>, links: [string, string][]) {
  const clock = virtualClock()
  const lists = new Map<string, Speakers[]>()
  const boards = new Map<string, SpeakerBoard>()
  const peer = (node: string): SpeakerPeer => ({ node, role: roles[node] ?? 'core' })
  const connected = (node: string) => links.flatMap(([a, b]) => (a === node ? [peer(b)] : b === node ? [peer(a)] : []))
  for (const node of Object.keys(roles)) {
    boards.set(
      node,
      new SpeakerBoard({
        clock,
        self: () => peer(node),
        connected: () => connected(node),
        onList: (list) => void lists.set(node, [...(lists.get(node) ?? []), list]),
        sendLevels: (to, levels) => to.forEach((each) => boards.get(each)?.hear(node, levels)),
        sendList: (to, author, list) => to.forEach((each) => boards.get(each)?.hearList(node, author, list)),
      }),
    )
  }
  const board = (node: string): SpeakerBoard => {
    const found = boards.get(node)
    if (!found) throw new Error(`no board ${node}`)
    return found
  }
  return { clock, board, lists, links }
}

test('the loudest five, each once, ties by name', () => {
  const levels = ['f', 'e', 'd', 'c', 'b', 'a'].map((participant) => ({ participant, dBov: -40 }))
  expect(rank([levels, [{ participant: 'f', dBov: -20 }]]).map(({ participant }) => participant)).toEqual([
    'f',
    'a',
    'b',
    'c',
    'd',
  ])
})

test('the core with the smallest name publishes; a leaf that is cut off ranks what it hears', () => {
  expect(publisherOf({ node: 'b', role: 'core' }, [{ node: 'a', role: 'core' }])).toBe('a')
  expect(publisherOf({ node: 'b', role: 'core' }, [{ node: 'a', role: 'leaf' }])).toBe('b')
  expect(publisherOf({ node: 'a', role: 'leaf' }, [{ node: 'b', role: 'core' }])).toBe('b')
  expect(publisherOf({ node: 'a', role: 'leaf' }, [])).toBe('a')
})

test('in a mesh all apply one list with one number', async () => {
  const { clock, board, lists } = aCascade({ a: 'core', b: 'core' }, [['a', 'b']])
  board('b').hear('b', [{ participant: 'bob', dBov: -20 }])
  board('a').hear('a', [{ participant: 'ann', dBov: -30 }])
  await clock.advance(2 * speakersPeriodMs)
  expect(names(board('a').list)).toEqual(['bob', 'ann'])
  expect(board('b').list).toEqual(board('a').list)
  expect(lists.get('b')?.at(-1)).toEqual(board('a').list)
})

test('in a star what one leaf hears reaches the other, and silence too', async () => {
  const { clock, board } = aCascade({ core: 'core', l1: 'leaf', l2: 'leaf' }, [
    ['core', 'l1'],
    ['core', 'l2'],
  ])
  board('l1').hear('l1', [{ participant: 'ann', dBov: -20 }])
  await clock.advance(2 * speakersPeriodMs)
  expect(names(board('l2').list)).toEqual(['ann'])
  await clock.advance(speakerHoldMs + 2 * speakersPeriodMs)
  expect(names(board('l2').list)).toEqual([])
  expect(clock.pending()).toBe(0)
})

test('one who stopped leaves the list though another on the same node goes on', async () => {
  const { clock, board } = aCascade({ a: 'core' }, [])
  board('a').hear('a', [{ participant: 'bob', dBov: -20 }])
  for (let period = 0; period <= speakerHoldMs / speakersPeriodMs; period++) {
    board('a').hear('a', [{ participant: 'ann', dBov: -30 }])
    await clock.advance(speakersPeriodMs)
  }
  expect(names(board('a').list)).toEqual(['ann'])
})

test('a segment that is cut off ranks by itself, and its numbers go on rising when it is back', async () => {
  const { clock, board, lists, links } = aCascade({ a: 'core', b: 'core' }, [['a', 'b']])
  board('a').hear('a', [{ participant: 'ann', dBov: -20 }])
  await clock.advance(speakersPeriodMs)
  links.splice(0)
  board('b').forget('a')
  board('b').hear('b', [{ participant: 'bob', dBov: -20 }])
  await clock.advance(speakersPeriodMs)
  expect(names(board('b').list)).toEqual(['bob'])
  links.push(['a', 'b'])
  board('a').hear('a', [{ participant: 'cat', dBov: -10 }])
  await clock.advance(2 * speakersPeriodMs)
  const seqs = lists.get('b')?.map(({ seq }) => seq) ?? []
  expect(seqs).toEqual(seqs.toSorted((x, y) => x - y))
  expect(names(board('b').list)).toContain('cat')
})
