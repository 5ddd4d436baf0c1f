import { expect, test } from 'vitest'

import { itemNames } from '../cli/install/items.ts'
import { podsOf, type FoundPod } from './testing/pods.ts'
import { render, template } from './testing/render.ts'

/** Every Secret that a Pod reads: `name/key`. */
function secretsRead({ spec }: FoundPod): readonly string[] {
  const mounted = (spec.volumes ?? []).flatMap(({ projected }) =>
    (projected?.sources ?? []).flatMap(({ secret }) => secret.items.map(({ key }) => `${secret.name}/${key}`)),
  )
  const given = spec.containers.flatMap(({ env = [] }) =>
    env.flatMap(({ valueFrom }) =>
      valueFrom?.secretKeyRef ? [`${valueFrom.secretKeyRef.name}/${valueFrom.secretKeyRef.key}`] : [],
    ),
  )
  return [...mounted, ...given]
}

const allRead = async (options: Parameters<typeof render>[0]): Promise<readonly string[]> =>
  [...new Set(podsOf(await render(options)).flatMap(secretsRead))].toSorted()

test('what Pods read is what `install keys` makes', async () => {
  expect(await allRead({ values: { 'turn.enabled': true, 'turn.host': 'a.b', 'turn.peers': ['10.0.0.1'] } })).toEqual(
    itemNames.map((item) => `parley-keys/${item}`).toSorted(),
  )
})

test('each process reads its own', async () => {
  const pods = podsOf(await render())
  const of = (name: string): readonly string[] =>
    pods.flatMap((pod) => (pod.of === name ? secretsRead(pod).map((secret) => secret.split('/')[1] ?? '') : [])).toSorted()
  expect(of('Deployment parley-operator')).toEqual(['operator-signing-key.json', 'placement-tokens.json'])
  expect(of('Deployment parley-signaling')).toEqual([
    'api-keys.json',
    'metrics-token',
    'placement-token',
    'redis-password',
    'resume-secrets',
    'signaling-signing-key.json',
  ])
  expect(of('Deployment parley-redis')).toEqual(['redis-password'])
  expect(of('Pod parley-test-join')).toEqual(['api-keys.json'])
})

test('every one of them can be brought', async () => {
  const read = await allRead({ profile: 'own-secrets-values.yaml' })
  expect(read.filter((secret) => secret.startsWith('parley-keys/'))).toEqual([])
  expect(read).toContain('own-placement/tokens.json')
})

test('the hook looks at what is brought, reads nothing else, and can make but not change it', async () => {
  const objects = await render({ profile: 'own-secrets-values.yaml' })
  const job = podsOf(objects).find(({ of }) => of === 'Job parley-install-keys')
  const given = job?.spec.containers[0]?.args?.filter((arg) => arg.startsWith('--given='))
  expect(given).toHaveLength(itemNames.length)
  expect(given).toContain('--given=operator-signing-key.json=own-operator/jwk')
  const role = objects.find(({ kind, metadata }) => kind === 'Role' && metadata.name === 'parley-install-keys')
  const rules = role?.['rules'] as { resources: string[]; resourceNames?: string[]; verbs: string[] }[]
  const readable = rules.find(({ resources, verbs }) => resources.includes('secrets') && verbs.includes('get'))
  expect(readable?.resourceNames?.toSorted()).toEqual(
    [
      'parley-keys',
      'own-operator',
      'own-signaling',
      'own-placement',
      'own-placement',
      'own-api-keys',
      'own-resume',
      'own-turn',
      'own-redis',
      'own-metrics',
    ].toSorted(),
  )
  const changeable = rules.filter(({ resources, verbs }) => resources.includes('secrets') && verbs.includes('patch'))
  expect(changeable.map(({ resourceNames }) => resourceNames)).toEqual([['parley-keys']])
})

test('without the hook every secret that is used has to be brought, and each that is not is named', async () => {
  const { err, code } = await template({ values: { 'hooks.keys.enabled': false } })
  expect(code).toBe(1)
  expect(err).toContain('secrets.apiKeys needs an existingSecret, since hooks.keys.enabled is false and nothing makes it')
  expect(err).toContain('secrets.redisPassword needs')
  expect(err).not.toContain('secrets.turnSecret needs')
  const own = await template({ profile: 'own-secrets-values.yaml', values: { 'hooks.keys.enabled': false } })
  expect(own).toMatchObject({ code: 0 })
})
