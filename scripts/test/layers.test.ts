import { expect, test } from 'vitest'
import { chosenLayers, layers, missingParts, whyNot } from './layers.ts'

const names = (only: string): unknown => {
  const chosen = chosenLayers(only)
  return typeof chosen === 'string' ? chosen : chosen.map((layer) => layer.name)
}

test('without a choice every layer runs', () => {
  expect(chosenLayers('')).toEqual(layers)
})

test('a choice runs in the order of the layers, and brings what it stands on', () => {
  expect(names('unit, lint')).toEqual(['lint', 'unit'])
  expect(names('e2e')).toEqual(['page', 'e2e'])
  expect(names('cluster')).toEqual(['images', 'cluster'])
})

test('an unknown layer is named, with those there are', () => {
  expect(names('unti')).toContain('there is no layer unti, only format, lint, types')
})

test('a layer says which part of the machine it lacks and why', () => {
  const missing = missingParts('chromium: needs root: or sudo\ncontrol plane: no Go\n')
  const [e2e, integration] = ['e2e', 'integration'].map((name) => layers.find((layer) => layer.name === name))
  expect(e2e && whyNot(e2e, missing)).toBe('no chromium (needs root: or sudo)')
  expect(integration && whyNot(integration, missing)).toBeUndefined()
})
