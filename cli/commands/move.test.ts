import { afterAll, beforeAll, expect, test } from 'vitest'

import { makeKeyPair, signingKeyOf } from '../../kit/keys.ts'
import { startFakeOperator, type FakeOperator } from '../../operator/api/fakeServer.ts'
import { placementAnswer, type Placed } from '../../operator/api/placement.ts'
import { aCli } from '../testing/aCli.ts'

const token = 'a-token-that-may-move-people'
const watching = 'a-token-that-may-only-look'
let operator: FakeOperator
/** What the next move is followed by: the participant's client joins again, or does not. */
let comesBack = true

beforeAll(async () => {
  const { privateJwk } = await makeKeyPair('operator', 'operator')
  operator = await startFakeOperator({
    key: await signingKeyOf(privateJwk),
    tokens: [
      { name: 'admin', token, namespaces: ['default'], verbs: ['place', 'move', 'explain'] },
      { name: 'watcher', token: watching, namespaces: ['default'], verbs: ['explain'] },
    ],
    nodes: ['eu-1', 'eu-2'].map((name) => ({ name, region: 'eu', url: `http://127.0.0.1:1/${name}` })),
    onMove: ({ participant, attachment, node }) => {
      const [meeting] = participant.split('.')
      if (comesBack) void place(meeting ?? '', participant, { replaces: attachment, excludeNodes: [node] })
    },
  })
})
afterAll(() => operator.close())

let keys = 0
async function place(meeting: string, participant: string, more: object = {}): Promise<Placed> {
  keys += 1
  const rights = { publish: [], subscribe: true, hidden: false }
  const answer = await fetch(`${operator.url}/v1/namespaces/default/meetings/${meeting}/placements`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ participant, displayName: 'Ann', rights, idempotencyKey: `cli-move-${keys}`, ...more }),
  })
  const placed = placementAnswer.parse(await answer.json())
  if (placed.result !== 'placed') throw new Error(placed.reason)
  return placed
}

/** Somebody who is attached; their id begins with the meeting's name. */
async function somebodyIn(meeting: string): Promise<{ participant: string; node: string; other: string }> {
  const participant = `${meeting}.ann`
  const placed = await place(meeting, participant)
  operator.attach(placed, participant)
  return { participant, node: placed.node, other: placed.node === 'eu-1' ? 'eu-2' : 'eu-1' }
}

const move = (bearer: string | undefined, ...argv: string[]) => {
  const env = bearer === undefined ? {} : { PARLEY_PLACEMENT_TOKEN: bearer }
  return aCli({ env, fetch: globalThis.fetch }).cli('move', ...argv, '--placement', operator.url)
}

test('somebody is told to go, and it is said where and why', async () => {
  comesBack = false
  const { participant, node, other } = await somebodyIn('told')
  const { code, out } = await move(token, 'told', participant, '--to', other, '--reason', 'nearer to her')
  expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^.* is told to go from .*\n$/) as string })
  expect(out).toContain(`${participant} is told to go from ${node} to ${other} in eu: nearer to her; `)
})

test('who waits hears of the place that follows', async () => {
  comesBack = true
  const { participant, node, other } = await somebodyIn('waited')
  const { code, out } = await move(token, 'waited', participant, '--wait', '-o', 'json')
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({
    ordered: { result: 'ordered', from: node, node: other },
    placed: { participant, node: other, reason: expect.stringContaining(`moved from ${node}`) as string },
  })
})

test('what is against it is told with its code', async () => {
  const { participant, node } = await somebodyIn('against')
  expect(await move(token, 'against', participant, '--to', node)).toMatchObject({
    ...{ code: 1, out: '' },
    err: `error: ${participant} is not moved (already_there): ${participant} is on ${node}.\n`,
  })
  expect(await move(token, 'against', participant, '--to', 'nowhere')).toMatchObject({
    ...{ code: 1, err: `error: ${participant} is not moved (node_unknown): there is no media node nowhere.\n` },
  })
  await place('against', 'against.bob')
  const notYet = await move(token, 'against', 'against.bob')
  expect(notYet).toMatchObject({ code: 1, err: expect.stringContaining('(not_attached)') as string })
  expect(notYet.err).toMatch(/; try again in \d+s\.\n$/)
})

test('nobody of that name, no such stay, no such meeting, no right and no token', async () => {
  const { participant } = await somebodyIn('missing')
  expect(await move(token, 'missing', 'eve')).toMatchObject({
    ...{ code: 3, err: expect.stringContaining('None of the latest placements of default/missing is of eve') as string },
  })
  expect(await move(token, 'missing', participant, '--attachment', `0${'1'.repeat(25)}`)).toMatchObject({ code: 3 })
  expect(await move(token, 'no-such-meeting', participant)).toMatchObject({ code: 3 })
  expect(await move(watching, 'missing', participant)).toMatchObject({
    ...{ code: 4, err: 'error: This token does not allow move.\n' },
  })
  expect(await move(undefined, 'missing', participant)).toMatchObject({
    ...{ code: 4, err: expect.stringContaining('--placement-token-file or PARLEY_PLACEMENT_TOKEN') as string },
  })
})

test('whose client does not come back is waited for a minute', async () => {
  comesBack = false
  const { participant, node } = await somebodyIn('gone')
  const { cli, clock } = aCli({ env: { PARLEY_PLACEMENT_TOKEN: token }, fetch: globalThis.fetch })
  const moving = cli('move', 'gone', participant, '--wait', '--placement', operator.url)
  const passing = async (): Promise<undefined> => clock.advance(clock.pending() > 0 ? 1_000 : 0).then(() => undefined)
  for (;;) if ((await Promise.race([moving, passing()])) !== undefined) break
  expect(await moving).toMatchObject({
    ...{ code: 5, err: `error: ${participant} was told to leave ${node} and has not asked for another place after 60s.\n` },
  })
})
