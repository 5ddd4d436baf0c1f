import { expect } from 'vitest'

import { specDefaults } from '../../../../crds/index.ts'
import { aMeeting, aNode, aPool, mergePatchType, pathsIn, type Situation } from '../contractCase.ts'
import type { Kubectl } from '../kubectl.ts'

/** What people do with kubectl: one sentence, and the proof. */
export interface KubectlCase {
  readonly name: string
  readonly run: (at: Situation & { readonly kubectl: Kubectl }) => Promise<void>
}

function cases(table: Readonly<Record<string, KubectlCase['run']>>): readonly KubectlCase[] {
  return Object.entries(table).map(([name, run]) => ({ name, run }))
}

const merge = { contentType: mergePatchType }
const manifest = (name: string, spec: string): string =>
  `apiVersion: parley.media/v1alpha1\nkind: Meeting\nmetadata: {name: ${name}}\nspec: ${spec}\n`
/** Columns apart: what stands in each line. */
const cellsOf = (printed: string): readonly (readonly string[])[] =>
  printed
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s{2,}/))

export const kubectlCases = cases({
  'get shows the columns, and more of them when wide': async ({ api, namespace, kubectl }) => {
    const { nodes } = pathsIn(namespace)
    expect((await kubectl.run('get meetings')).stderr).toBe(`No resources found in ${namespace} namespace.\n`)
    await api.post(nodes, aNode('a'))
    const status = {
      phase: 'Ready',
      load: '0.3',
      meetings: 2,
      participants: '2-5',
      addresses: ['192.0.2.7'],
      host: 'k1',
      version: '0.1.0',
    }
    await api.patch(`${nodes}/a/status`, { status }, merge)
    const [header, row] = cellsOf((await kubectl.run('get mn')).stdout)
    expect(header).toEqual(['NAME', 'POOL', 'PHASE', 'LOAD', 'MEETINGS', 'PARTICIPANTS', 'ADDRESS', 'AGE'])
    expect(row?.slice(0, 7)).toEqual(['a', 'eu', 'Ready', '0.3', '2', '2-5', '192.0.2.7'])
    expect(row?.[7]).toMatch(/^\d+s$/)
    const [wideHeader, wideRow] = cellsOf((await kubectl.run('get medianode a -o wide')).stdout)
    expect(wideHeader?.slice(8)).toEqual(['API', 'HOST', 'WORKERS', 'VERSION'])
    expect(wideRow?.slice(8)).toEqual(['http://127.0.0.1:4001', 'k1', '2', '0.1.0'])
    expect((await kubectl.run('get mtg nobody')).stderr).toBe(
      'Error from server (NotFound): meetings.parley.media "nobody" not found\n',
    )
  },
  'get finds all of ours by their category, and prints them in other forms': async ({ api, namespace, kubectl }) => {
    await api.post(pathsIn(namespace).meetings, aMeeting('m', { title: 'Stand-up' }))
    await api.post(pathsIn(namespace).pools, aPool('p'))
    expect((await kubectl.run('get parley -o name')).stdout.trim().split('\n').toSorted()).toEqual([
      'medianodepool.parley.media/p',
      'meeting.parley.media/m',
    ])
    expect((await kubectl.run('get meeting m -o jsonpath={.spec.title}')).stdout).toBe('Stand-up')
    expect((await kubectl.run('get meeting m -o yaml')).stdout).toContain('  title: Stand-up\n')
    expect(JSON.parse((await kubectl.run('get meetings -o json')).stdout)).toMatchObject({
      kind: 'List',
      items: [{ kind: 'Meeting' }],
    })
    expect((await kubectl.run('get meetings -A --no-headers')).stdout).toContain(namespace)
  },
  'apply creates, leaves alone and changes': async ({ kubectl }) => {
    const apply = async (spec: string) => kubectl.run(`apply -f ${kubectl.file('meeting.yaml', manifest('a', spec))}`)
    expect((await apply('{title: One, pools: [x]}')).stdout).toBe('meeting.parley.media/a created\n')
    expect((await apply('{title: One, pools: [x]}')).stdout).toBe('meeting.parley.media/a unchanged\n')
    expect((await apply('{title: Two}')).stdout).toBe('meeting.parley.media/a configured\n')
    const spec = (await kubectl.run('get mtg a -o jsonpath={.spec}')).stdout
    expect(JSON.parse(spec)).toEqual({ title: 'Two', ...specDefaults.Meeting })
    expect((await kubectl.run('get mtg a -o jsonpath={.metadata.generation}')).stdout).toBe('2')
  },
  'apply refuses what is unknown or wrong, in words': async ({ kubectl }) => {
    const apply = async (text: string) => (await kubectl.run('apply -f -', { stdin: text })).stderr
    expect(await apply(manifest('a', '{titel: One}'))).toBe(
      'Error from server (BadRequest): error when creating "STDIN": Meeting in version "v1alpha1" cannot be handled as a Meeting: strict decoding error: unknown field "spec.titel"\n',
    )
    expect(await apply(manifest('a', '{emptyTimeoutSeconds: 100000}'))).toBe(
      'The Meeting "a" is invalid: spec.emptyTimeoutSeconds: Invalid value: 100000: spec.emptyTimeoutSeconds in body should be less than or equal to 86400\n',
    )
    expect((await kubectl.run('apply -f -', { stdin: manifest('a', '{ended: true}') })).code).toBe(0)
    expect(await apply(manifest('a', '{ended: false}'))).toBe(
      'The Meeting "a" is invalid: spec.ended: Invalid value: "boolean": a meeting that has ended stays ended; delete it and make it again\n',
    )
  },
  'apply of a namespace, and of what is in it': async ({ kubectl, namespace }) => {
    const text = `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${namespace}-more}\n---\n${manifest('a', '{}').replace(
      'name: a',
      `name: a, namespace: ${namespace}-more`,
    )}`
    const path = kubectl.file('both.yaml', text)
    expect((await kubectl.run(`-n ${namespace}-more apply -f ${path}`)).stdout).toBe(
      `namespace/${namespace}-more created\nmeeting.parley.media/a created\n`,
    )
    expect((await kubectl.run(`-n ${namespace}-more apply -f ${path}`)).stdout).toBe(
      `namespace/${namespace}-more unchanged\nmeeting.parley.media/a unchanged\n`,
    )
  },
  'edit changes what the editor changed': async ({ api, namespace, kubectl }) => {
    await api.post(pathsIn(namespace).meetings, aMeeting('a', { title: 'Before' }))
    const edit = async (expression: string) => {
      const editor = kubectl.file('editor', `#!/bin/sh\nexec sed -i '${expression}' "$1"\n`, 0o700)
      return kubectl.run('edit meeting a', { env: { KUBE_EDITOR: editor } })
    }
    expect((await edit('s/title: Before/title: After/')).stdout).toBe('meeting.parley.media/a edited\n')
    expect((await kubectl.run('get mtg a -o jsonpath={.spec.title}')).stdout).toBe('After')
    expect((await edit('s/no such text/x/')).stderr).toContain('Edit cancelled, no changes made.')
    const refused = await edit('s/emptyTimeoutSeconds: 300/emptyTimeoutSeconds: -1/')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('meetings.parley.media "a" is invalid')
  },
  'describe shows the object and its events': async ({ api, namespace, kubectl }) => {
    const { meetings, events } = pathsIn(namespace)
    const { uid } = (await api.post(meetings, aMeeting('a', { title: 'Stand-up' }))).body['metadata'] as { uid: string }
    await api.post(events, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'a.1' },
      involvedObject: { apiVersion: 'parley.media/v1alpha1', kind: 'Meeting', namespace, name: 'a', uid },
      reason: 'Placed',
      message: 'on node-1: least loaded of 3',
      type: 'Normal',
      source: { component: 'parley-operator' },
      firstTimestamp: new Date().toISOString().replace(/\.\d+/, ''),
      lastTimestamp: new Date().toISOString().replace(/\.\d+/, ''),
      count: 1,
    })
    const { stdout } = await kubectl.run('describe meeting a')
    expect(stdout).toMatch(/^Name: +a\nNamespace: +contract-/)
    expect(stdout).toMatch(/Title: +Stand-up/)
    expect(stdout).toMatch(/Normal +Placed +\S+ +parley-operator +on node-1: least loaded of 3/)
    expect((await kubectl.run('get events')).stdout).toMatch(/Normal +Placed +meeting\/a +on node-1: least loaded of 3/)
    expect((await kubectl.run('events --for meeting/a')).stdout).toContain('on node-1: least loaded of 3')
  },
  'delete removes, waits and selects': async ({ api, namespace, kubectl }) => {
    const { meetings } = pathsIn(namespace)
    for (const name of ['a', 'b', 'c']) await api.post(meetings, aMeeting(name, {}, { labels: { keep: String(name === 'c') } }))
    expect((await kubectl.run('delete meeting a')).stdout).toMatch(/^meeting\.parley\.media "a" deleted/)
    expect((await kubectl.run('delete mtg -l keep=false')).stdout).toMatch(/^meeting\.parley\.media "b" deleted/)
    expect((await kubectl.run('get mtg -o name')).stdout).toBe('meeting.parley.media/c\n')
    expect((await kubectl.run('delete mtg --all')).code).toBe(0)
    expect((await kubectl.run('delete mtg c')).stderr).toContain('meetings.parley.media "c" not found')
  },
  'scale sets the replicas of a pool': async ({ api, namespace, kubectl }) => {
    await api.post(pathsIn(namespace).pools, aPool('p', { replicas: 1 }))
    expect((await kubectl.run('scale mnp p --replicas=3')).stdout).toBe('medianodepool.parley.media/p scaled\n')
    expect((await kubectl.run('get mnp p -o jsonpath={.spec.replicas}')).stdout).toBe('3')
    expect((await kubectl.run('scale mnp p --current-replicas=2 --replicas=5')).code).toBe(1)
    expect((await kubectl.run('scale mnp p --replicas=5000')).stderr).toContain('should be less than or equal to 1000')
    expect((await kubectl.run('get mnp p')).stdout).toMatch(/p +eu-west +3 /)
  },
  'patch, label, annotate and replace': async ({ api, namespace, kubectl }) => {
    await api.post(pathsIn(namespace).nodes, aNode('a'))
    expect((await kubectl.run('patch mn a --type merge -p {"spec":{"cordoned":true}}')).stdout).toBe(
      'medianode.parley.media/a patched\n',
    )
    const json = '[{"op":"replace","path":"/spec/cordoned","value":false}]'
    expect((await kubectl.run(`patch mn a --type json -p ${json}`)).stdout).toBe('medianode.parley.media/a patched\n')
    expect((await kubectl.run('patch mn a --subresource status --type merge -p {"status":{"phase":"Ready"}}')).code).toBe(0)
    expect((await kubectl.run('label mn a zone=eu')).stdout).toBe('medianode.parley.media/a labeled\n')
    expect((await kubectl.run('annotate mn a note=x')).stdout).toBe('medianode.parley.media/a annotated\n')
    const object = (await kubectl.run('get mn a -o json')).stdout
    expect(JSON.parse(object)).toMatchObject({
      metadata: { labels: { zone: 'eu' }, annotations: { note: 'x' } },
      spec: { cordoned: false },
      status: { phase: 'Ready' },
    })
    const replaced = await kubectl.run('replace -f -', { stdin: object.replace('"cordoned": false', '"cordoned": true') })
    expect(replaced.stdout).toBe('medianode.parley.media/a replaced\n')
    expect((await kubectl.run('patch mn a -p {"spec":{"cordoned":true}}')).code).toBe(1)
  },
  'explain tells what a field means': async ({ kubectl }) => {
    const field = (await kubectl.run('explain meeting.spec.access.locked')).stdout
    expect(field).toMatch(/KIND: +Meeting/)
    expect(field).toMatch(/FIELD: locked <boolean>/)
    expect(field.replaceAll(/\s+/g, ' ')).toContain('While true, new participants are refused.')
    const whole = (await kubectl.run('explain mn --recursive')).stdout
    for (const line of ['pool\t<string> -required-', 'cordoned\t<boolean>', 'addresses\t<[]string>'])
      expect(whole).toContain(line)
  },
  'selectors of labels and fields': async ({ api, namespace, kubectl }) => {
    const { nodes } = pathsIn(namespace)
    for (const name of ['a', 'b']) await api.post(nodes, aNode(name, { pool: `pool-${name}` }, { labels: { name } }))
    const names = async (args: string): Promise<string> => (await kubectl.run(`get mn -o name ${args}`)).stdout.trim()
    expect(await names('-l name=a')).toBe('medianode.parley.media/a')
    expect(await names('--field-selector spec.pool=pool-b')).toBe('medianode.parley.media/b')
    expect(await names('--field-selector metadata.name!=a')).toBe('medianode.parley.media/b')
    expect((await kubectl.run('get mn --field-selector spec.workers=2')).stderr).toContain(
      'field label not supported: spec.workers',
    )
  },
  'get -w follows, and wait waits': async ({ api, namespace, kubectl }) => {
    const { nodes } = pathsIn(namespace)
    await api.post(nodes, aNode('a'))
    const following = kubectl.follow('get mn -w')
    try {
      await following.until(/^NAME.*\na /)
      await api.post(nodes, aNode('b'))
      await following.until(/\nb +eu/)
      const condition = {
        type: 'Ready',
        status: 'True',
        reason: 'Heard',
        message: 'heard',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      }
      const waiting = kubectl.run('wait mn b --for=condition=Ready --timeout=10s')
      await api.patch(`${nodes}/b/status`, { status: { phase: 'Ready', load: '0.7', conditions: [condition] } }, merge)
      await following.until(/\nb +eu +Ready +0\.7/)
      expect((await waiting).stdout).toBe('medianode.parley.media/b condition met\n')
    } finally {
      following.stop()
    }
  },
  'what there is': async ({ kubectl }) => {
    const { stdout } = await kubectl.run('api-resources --api-group parley.media --no-headers')
    expect(cellsOf(stdout).map((cells) => cells.slice(0, 2))).toEqual([
      ['medianodepools', 'mnp'],
      ['medianodes', 'mn'],
      ['meetings', 'mtg'],
    ])
    expect((await kubectl.run('version')).stdout).toContain('Server Version: v1.34')
  },
})
