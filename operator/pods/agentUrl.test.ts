import { expect, test } from 'vitest'

import { aMediaNode, aPod } from '../testing/objects.ts'
import { agentUrlOf } from './agentUrl.ts'

const node = aMediaNode('eu-x7k2p')

test('a node that was registered by its address is reached there, whatever Pods there are', () => {
  const registered = aMediaNode('eu-1', { address: 'https://media.example.com:443' })
  expect(agentUrlOf(registered, aPod(registered, { podIP: '10.0.0.1' }))).toBe('https://media.example.com:443')
})

test('a node with a Pod is reached at the address of the Pod, as soon as it has one', () => {
  expect(agentUrlOf(node, undefined)).toBeUndefined()
  expect(agentUrlOf(node, aPod(node))).toBeUndefined()
  expect(agentUrlOf(node, aPod(node, { phase: 'Running', podIP: '10.0.0.1' }))).toBe('http://10.0.0.1:7710')
  expect(agentUrlOf(node, aPod(node, { phase: 'Running', podIP: 'fd00::1' }))).toBe('http://[fd00::1]:7710')
})

test('neither a Pod that is over nor that of a namesake counts', () => {
  expect(agentUrlOf(node, aPod(node, { phase: 'Failed', podIP: '10.0.0.1' }))).toBeUndefined()
  const namesake = aMediaNode('eu-x7k2p', {}, 'another-uid')
  expect(agentUrlOf(node, aPod(namesake, { phase: 'Running', podIP: '10.0.0.1' }))).toBeUndefined()
})
