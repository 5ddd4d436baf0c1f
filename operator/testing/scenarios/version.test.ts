import { expect, test } from 'vitest'

import { anInstallation, hosted, placedIn } from '../processes/installation.ts'

test('a rolling upgrade to another version between media nodes: a meeting stays on one version until the last of it goes', async () => {
  const simulation = await anInstallation()
  for (const name of ['ann', 'bob']) placedIn(await simulation.join('standup', name, { region: 'eu-west' }))
  simulation.node('eu-3', 'eu')
  const upgraded = simulation.nodes.get('eu-3')
  if (upgraded === undefined) throw new Error('no such node')
  upgraded.edgeVersion = 2
  await simulation.pass(3_000)
  expect(hosted(simulation)).toEqual(['eu-1: standup (ann bob)'])

  simulation.drain('eu-1', { deadlineSeconds: 600, reason: 'upgrade' })
  await simulation.pass(10_000)
  expect(hosted(simulation)).toEqual(['eu-2: standup (ann bob)'])
  for (const name of ['eu-1', 'eu-2']) simulation.nodes.get(name)?.cpu.fill(0.3)
  await simulation.pass(2_000)
  expect(placedIn(await simulation.join('retro', 'cid', { region: 'eu-west' }))).toMatchObject({ node: 'eu-3' })

  simulation.drain('us-1', { deadlineSeconds: 600, reason: 'upgrade' })
  simulation.drain('eu-2', { deadlineSeconds: 60, reason: 'upgrade' })
  await simulation.pass(20_000)
  expect(hosted(simulation)).toContain('eu-2: standup (ann bob)')
  expect(simulation.nodeObject('eu-2')?.status?.drain).toMatchObject({
    blocked: true,
    message: expect.stringContaining('of version 1, on which it stands, is ready; ready ones of another version: 1') as string,
  })
  await simulation.pass(60_000)
  expect(hosted(simulation)).toEqual(['eu-3: retro (cid)', 'eu-3: standup (ann bob)'])
})
