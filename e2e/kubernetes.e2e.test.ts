import { readFileSync } from 'node:fs'
import { join as joinPath } from 'node:path'

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import type { Meeting } from '../crds/index.ts'
import { missing, waitFor } from '../kit/wait.ts'
import { createSyntheticParticipant, type SyntheticParticipant } from '../signaling/client/synthetic/syntheticParticipant.ts'
import { kubeRest, type KubeRest } from './demo/kubeRest.ts'
import { startDemo, type RunningDemo } from './support/demoProcess.ts'
import { keepEvidence } from './support/evidence.ts'
import { kubectlFor, type Kubectl } from './support/kubectl.ts'
import { allReceiveAll, asViewer } from './support/flow.ts'
import { clientUrlOf, joinAs } from './support/people.ts'

let demo: RunningDemo
let kubectl: Kubectl
let api: KubeRest
const people = new Set<SyntheticParticipant>()

beforeAll(async () => {
  demo = await startDemo()
  kubectl = kubectlFor(demo.kubeconfig)
  api = kubeRest(demo.api)
})

afterAll(async () => {
  for (const person of people) await person.leave()
  kubectl.close()
  await demo.stop()
})

beforeEach((context) => {
  keepEvidence(() => demo)
  if (!process.env['PARLEY_CONTROL_PLANE_BIN']) context.skip('no control plane: there is no kubectl')
})

async function join(...[options]: [Parameters<typeof joinAs>[1]]): Promise<SyntheticParticipant> {
  const person = await joinAs(demo, options)
  people.add(person)
  return person
}

async function leave(...leaving: readonly SyntheticParticipant[]): Promise<void> {
  for (const person of leaving) {
    await person.leave()
    people.delete(person)
  }
}

/** Runs kubectl and wants it to succeed. */
async function succeeds(...args: readonly string[]): Promise<string> {
  const { out, err, code } = await kubectl.run(args)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return out
}

const meetingYaml = (name: string, spec: string): string =>
  `apiVersion: parley.media/v1alpha1\nkind: Meeting\nmetadata:\n  name: ${name}\nspec:\n${spec}\n`

async function apply(yaml: string, ...args: readonly string[]): Promise<string> {
  const { out, err, code } = await kubectl.run(['apply', '-f', '-', ...args], { stdin: yaml })
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return out
}

/** Waits until the meeting's status fits: how many there are may be told a minute later. */
function meetingThat(
  at: { namespace?: string; name: string },
  fits: (meeting: Meeting) => boolean,
  what: string,
): Promise<Meeting> {
  return waitFor(
    async () => {
      const meeting = await api.get<Meeting>('meetings', at.namespace ?? 'default', at.name)
      return fits(meeting) ? meeting : missing(`${what} of ${at.name}: ${JSON.stringify(meeting.status)}`)
    },
    { timeoutMs: 90_000, pollMs: 200 },
  )
}

test('get shows pools, media nodes and meetings in their columns', async () => {
  expect(await succeeds('get', 'medianodepools')).toMatch(/^NAME +REGION +DESIRED +READY +DRAINING +LOAD +AGE\neu-west +eu-west/)
  const nodes = await succeeds('get', 'mn')
  expect(nodes).toMatch(/^NAME +POOL +PHASE +LOAD +MEETINGS +PARTICIPANTS +ADDRESS +AGE\n/)
  for (const name of ['eu-west-1', 'eu-west-2', 'us-east-1']) expect(nodes).toMatch(new RegExp(`^${name} .*Ready`, 'm'))
  expect(await succeeds('get', 'meetings,medianodes')).toContain('meeting.parley.media/standup')
})

test('apply, describe, edit and delete work, and get -w follows', async () => {
  const watch = kubectl.start(['get', 'meetings', '-w', '--no-headers'])
  expect(await apply(meetingYaml('review', '  title: Review'))).toBe('meeting.parley.media/review created\n')
  expect(await apply(meetingYaml('review', '  title: Review'))).toBe('meeting.parley.media/review unchanged\n')
  expect(await apply(meetingYaml('review', '  title: Sprint review'))).toBe('meeting.parley.media/review configured\n')
  expect(await succeeds('describe', 'meeting', 'review')).toMatch(/Title: +Sprint review/)

  const editor = { KUBE_EDITOR: `sed -i 's/Sprint review/Retrospective/'` }
  expect(await kubectl.run(['edit', 'meeting', 'review'], { env: editor })).toMatchObject({ code: 0 })
  expect((await api.get<Meeting>('meetings', 'default', 'review')).spec.title).toBe('Retrospective')

  expect(await succeeds('delete', 'meeting', 'review')).toContain('meeting.parley.media "review" deleted')
  expect((await kubectl.run(['get', 'meeting', 'review'])).err).toContain('"review" not found')
  await waitFor(() => watch.lines.some((line) => line.startsWith('review ')) || missing('review in get -w'), {
    timeoutMs: 60_000,
  })
  watch.stop()
})

test('what the schema refuses is told by its field, and nothing is made', async () => {
  const { err, code } = await kubectl.run(['apply', '-f', '-'], {
    stdin: meetingYaml('crowd', '  capacity: {maxParticipants: 0}'),
  })
  expect(code).toBe(1)
  expect(err).toContain('spec.capacity.maxParticipants')
  expect((await kubectl.run(['get', 'meeting', 'crowd'])).code).toBe(1)
})

test('a meeting that the schema takes and that makes no sense says so in a condition', async () => {
  await apply(meetingYaml('nowhere', '  pools: [eu-south]'))
  const meeting = await meetingThat({ name: 'nowhere' }, ({ status }) => status?.conditions !== undefined, 'conditions')
  const stalled = meeting.status?.conditions?.find(({ type }) => type === 'Stalled')
  expect(stalled).toMatchObject({ status: 'True', reason: 'PoolMissing' })
  expect(stalled?.message).toContain('eu-south')
  await expect(joinAs(demo, { name: 'Ada', meeting: 'nowhere' })).rejects.toMatchObject({ code: 'placement_refused' })
})

test('a meeting that is deleted and made again under its name is another one', async () => {
  await apply(meetingYaml('again', '  title: First'))
  const first = await join({ name: 'Ada', meeting: 'again' })
  const { status } = await meetingThat({ name: 'again' }, (meeting) => meeting.status?.incarnation !== undefined, 'incarnation')
  await succeeds('delete', 'meeting', 'again')
  await waitFor(() => first.client.state.life.at === 'closed' || missing('the end of the first meeting for Ada'), {
    timeoutMs: 60_000,
  })
  await apply(meetingYaml('again', '  title: Second'))
  const second = await join({ name: 'Bob', meeting: 'again' })
  const later = await meetingThat({ name: 'again' }, (meeting) => meeting.status?.phase === 'Active', 'being active')
  expect(later.status?.incarnation).not.toBe(status?.incarnation)
  expect(second.client.state.meeting?.incarnation).toBe(later.status?.incarnation)
  expect(second.client.state.participants.map(({ name }) => name)).toEqual(['Bob'])
  await leave(first, second)
})

test('meetings of one name in two namespaces never mix', async () => {
  await apply('apiVersion: v1\nkind: Namespace\nmetadata:\n  name: team-a\n')
  const [ada, bob] = [await join({ name: 'Ada', meeting: 'same' }), await join({ name: 'Bob', meeting: 'same' })]
  const [cyd, dan] = [
    await join({ name: 'Cyd', meeting: 'same', namespace: 'team-a' }),
    await join({ name: 'Dan', meeting: 'same', namespace: 'team-a' }),
  ]
  await Promise.all([allReceiveAll([ada, bob].map(asViewer)), allReceiveAll([cyd, dan].map(asViewer))])
  const namesAt = (person: SyntheticParticipant): readonly string[] => person.client.state.participants.map(({ name }) => name)
  expect(namesAt(ada)).toEqual(['Ada', 'Bob'])
  expect(namesAt(cyd)).toEqual(['Cyd', 'Dan'])
  expect(ada.client.state.meeting?.incarnation).not.toBe(cyd.client.state.meeting?.incarnation)
  cyd.client.sendChat('only for us')
  await waitFor(() => dan.client.state.chat.length === 1 || missing('the message at Dan'), { timeoutMs: 60_000 })
  expect(ada.client.state.chat).toEqual([])
  await leave(ada, bob, cyd, dan)
})

test('the meeting that people are in says where and why', async () => {
  const [ada, bob] = [await join({ name: 'Ada', region: 'eu-west' }), await join({ name: 'Bob', region: 'us-east' })]
  const { status } = await meetingThat(
    { name: 'standup' },
    ({ status: now }) => now?.segments?.length === 2 && now.participants === '2-5',
    'two segments and two people',
  )
  expect(status?.segments?.map(({ region }) => region).toSorted()).toEqual(['eu-west', 'us-east'])
  for (const segment of status?.segments ?? []) expect(segment.why).not.toBe('')
  expect(await succeeds('get', 'meeting', 'standup')).toMatch(/standup +Active +\S*us-east-1\S* +2-5 /)
  await leave(ada, bob)
})

test('a media node is drained by kubectl patch, kubectl parley tells how it goes, and null calls it off', async () => {
  const [ada, bob] = [await join({ name: 'Ada', region: 'eu-west' }), await join({ name: 'Bob', region: 'eu-west' })]
  const node = ada.client.state.node?.name ?? ''
  const patch = (drain: object | null) =>
    succeeds('patch', 'mn', node, '--type', 'merge', '-p', JSON.stringify({ spec: { drain } }))
  await patch({ reason: 'kernel upgrade' })
  await waitFor(
    async () => {
      const row = await succeeds('get', 'mn', node, '--no-headers')
      return / Drained /.test(row) || missing(`${node} Drained: ${row}`)
    },
    { timeoutMs: 60_000, pollMs: 500 },
  )
  for (const person of [ada, bob]) expect(person.client.state.node?.name).not.toBe(node)
  await allReceiveAll([ada, bob].map(asViewer))
  expect(await succeeds('parley', 'status')).toMatch(
    new RegExp(`^${node} +Drained +0 +\\S+ +<none> +<none> +asked for by spec.drain: kernel upgrade +nobody is left$`, 'm'),
  )
  const doctor = await kubectl.run(['parley', 'doctor'], { env: secrets() })
  expect(doctor.out).toContain(`drains: ${node} drains (asked for by spec.drain: kernel upgrade): 0 left, nobody is left`)
  expect(doctor.code).toBe(0)
  expect(await succeeds('describe', 'mn', node)).toMatch(/Drained +.*kernel upgrade/)
  await patch(null)
  await waitFor(async () => / Ready /.test(await succeeds('get', 'mn', node, '--no-headers')) || missing(`${node} Ready again`), {
    timeoutMs: 60_000,
    pollMs: 500,
  })
  await leave(ada, bob)
})

/** What people with the rights of the demo's own processes know. */
const secrets = (): NodeJS.ProcessEnv => ({
  PARLEY_PLACEMENT_TOKEN: readFileSync(joinPath(demo.state, 'placement-token'), 'utf8'),
  PARLEY_SIGNALING_URL: new URL(demo.host).origin,
})

test('kubectl parley tells how everything is, and doctor finds nothing wrong', async () => {
  const ada = await join({ name: 'Ada' })
  await meetingThat({ name: 'standup' }, ({ status }) => status?.phase === 'Active', 'being active')
  const status = await succeeds('parley', 'status')
  expect(status).toMatch(/^Operator: \S+ leads/)
  for (const name of ['eu-west-1', 'eu-west-2', 'us-east-1']) expect(status).toMatch(new RegExp(`^${name} .* Ready `, 'm'))
  const why = await kubectl.run(['parley', 'why', 'standup'], { env: secrets() })
  expect(why.err).toBe('')
  expect(why.out).toMatch(/^default\/standup is Active: /)
  expect(why.out).toMatch(/^Who joins now goes to (eu|us)-\S+: /m)
  expect(why.out).toContain(ada.participant)
  const doctor = await kubectl.run(['parley', 'doctor'], { env: secrets() })
  expect(doctor.out).toContain('Nothing is wrong.')
  expect(doctor).toMatchObject({ code: 0, err: '' })
  await leave(ada)
})

test('kubectl parley makes a meeting, lets somebody in, and ends it for everybody', async () => {
  await succeeds('parley', 'meeting', 'create', 'planning', '--title', 'Planning', '--max-participants', '1')
  const keys = joinPath(demo.state, 'api-keys.json')
  const token = (await succeeds('parley', 'token', '--meeting', 'planning', '-n', 'default', '--api-keys-file', keys)).trim()
  const ada = createSyntheticParticipant({ url: clientUrlOf(demo), token, displayName: 'Ada' })
  people.add(ada)
  await ada.join()
  await expect(joinAs(demo, { name: 'Bob', meeting: 'planning' })).rejects.toMatchObject({
    code: expect.stringMatching(/meeting_full|placement/) as string,
  })
  expect(await succeeds('parley', 'meeting', 'end', 'planning')).toContain('planning ended')
  await waitFor(() => ada.client.state.life.at === 'closed' || missing('the end of the meeting for Ada'), { timeoutMs: 60_000 })
  expect(ada.client.state.life).toMatchObject({ at: 'closed', code: 'meeting_ended' })
  await expect(joinAs(demo, { name: 'Cyd', meeting: 'planning' })).rejects.toMatchObject({ code: 'meeting_ended' })
  await leave(ada)
})
