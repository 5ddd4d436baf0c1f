import { describe, expect, test } from 'vitest'

import { podRules } from './testing/podRules.ts'
import { podsOf, type FoundPod } from './testing/pods.ts'
import { profiles, render, template } from './testing/render.ts'

const kindsOfOthers = ['HTTPRoute', 'Certificate', 'ServiceMonitor', 'PodMonitor']

describe.each(profiles)('%s', (profile) => {
  const objects = render({ profile })

  test('renders the same twice, each object once', async () => {
    expect((await template({ profile })).out).toBe((await template({ profile })).out)
    const names = (await objects).map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`)
    expect(names).toEqual([...new Set(names)])
    expect(names.length).toBeGreaterThan(10)
  })

  test('renders no object of ours and no Secret, and of others only what a switch asks for', async () => {
    const all = await objects
    expect(all.map(({ apiVersion }) => apiVersion)).not.toContain('parley.media/v1alpha1')
    expect(all.map(({ kind }) => kind)).not.toContain('Secret')
    const foreign = all.filter(({ kind }) => kindsOfOthers.includes(kind))
    expect(foreign.length === 0).toBe(profile !== 'everything-values.yaml')
  })

  test.each(podRules)('$name', async ({ offences }) => {
    const pods = podsOf(await objects)
    expect(pods.length).toBeGreaterThan(2)
    expect(pods.flatMap((pod) => offences(pod).map((offence) => `${pod.of}: ${offence}`))).toEqual([])
  })
})

test('the rules see what is wrong', () => {
  const pod: FoundPod = {
    of: 'Deployment bad',
    isLongLived: true,
    spec: {
      hostNetwork: true,
      containers: [{ name: 'bad', image: 'x/y:latest', env: [{ name: 'A_TOKEN', value: 'hush' }] }],
      volumes: [{ name: 'host', hostPath: { path: '/' } }],
    },
  }
  expect(podRules.filter(({ offences }) => offences(pod).length === 0)).toEqual([])
})
