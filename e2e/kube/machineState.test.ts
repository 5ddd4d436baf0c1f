import { expect, test } from 'vitest'

import { changesBetween, type MachineState } from './machineState.ts'

const empty: MachineState = {
  processes: [],
  mounts: ['/ / rw'],
  interfaces: ['lo UNKNOWN'],
  routes: [],
  rules: [],
  cgroups: [],
  folders: [],
  settings: new Map([['/proc/sys/kernel/panic', '0']]),
}

test('nothing differs where all is as before', () => {
  expect(changesBetween(empty, { ...empty })).toEqual([])
})

test('what is left, gone or set is named', () => {
  const after: MachineState = {
    ...empty,
    processes: ['7 etcd'],
    interfaces: [],
    settings: new Map([['/proc/sys/kernel/panic', '10']]),
  }
  expect(changesBetween(empty, after)).toEqual([
    'processes: left 7 etcd',
    'interfaces: gone lo UNKNOWN',
    'settings: /proc/sys/kernel/panic was 0 and is 10',
  ])
})

test('settings that a new kernel module brought are nothing that a cluster left', () => {
  const settings = new Map([...empty.settings, ['/proc/sys/net/netfilter/nf_conntrack_max', '1']])
  expect(changesBetween(empty, { ...empty, settings })).toEqual([])
})
