import { expect, test } from 'vitest'

import { block, plainLines, type Announcement } from './announcement.ts'

const up: Announcement = {
  host: 'http://localhost:7700/m/standup#token=a&region=eu-west',
  guest: 'http://localhost:7700/m/standup#token=b&region=us-east',
  kubeconfig: '/tmp/parley-demo-x/kubeconfig',
  kubectl: 'kubectl',
  placement: 'http://127.0.0.1:7702',
  api: 'http://127.0.0.1:7701',
  pid: 42,
  state: '/tmp/parley-demo-x',
  nodes: [{ name: 'eu-west-1', rtcPort: 20_000, pipePort: 21_000 }],
  remarks: ['port 7700 for page is taken, using 12345'],
  upInMs: 4_321,
}

test('programs read one key a line', () => {
  const read = Object.fromEntries(
    plainLines(up)
      .trim()
      .split('\n')
      .map((line) => line.split(/: (.*)/s).slice(0, 2)),
  ) as Record<string, string>
  expect(read).toMatchObject({ host: up.host, guest: up.guest, kubeconfig: up.kubeconfig, placement: up.placement, pid: '42' })
})

test('people read links, kubectl, ports, remarks, what it is not and how to stop', () => {
  const text = block(up)
  for (const part of [up.host, up.guest, up.kubeconfig, 'eu-west-1 20000', 'port 7700', 'Not for production', 'Ctrl-C'])
    expect(text).toContain(part)
})
