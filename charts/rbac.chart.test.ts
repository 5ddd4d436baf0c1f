import { expect, test } from 'vitest'

import { keysGrants, meetingGrants, namespaceGrants, nodeGrants, ownGrants, uninstallGrants, type Grant } from './rbac.ts'
import { profiles, render, the, type Rendered } from './testing/render.ts'

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}

const rulesOf = (object: Rendered): readonly Rule[] => object['rules'] as readonly Rule[]

/** One line a verb on a kind: `parley.media/meetings create`, with the names that it is bound to. */
function linesOf(rules: readonly Rule[]): readonly string[] {
  return rules
    .flatMap(({ apiGroups, resources, resourceNames = [], verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${group}/${resource} ${verb} ${resourceNames.join(',')}`.trim())),
      ),
    )
    .toSorted()
}

const granted = (...grants: readonly Grant[]): readonly string[] =>
  linesOf(
    grants.map(({ group, resources, names = [], verbs }) => ({
      apiGroups: [group],
      resources,
      resourceNames: names,
      verbs: Object.keys(verbs),
    })),
  )

test('every verb that is granted has its reason, and every reason its verb', async () => {
  const objects = await render()
  expect(linesOf(rulesOf(the(objects, 'Role', 'parley-operator')))).toEqual(granted(...ownGrants))
  expect(linesOf(rulesOf(the(objects, 'ClusterRole', 'meet-parley-operator')))).toEqual(
    granted(...nodeGrants, ...namespaceGrants, ...meetingGrants),
  )
  expect(linesOf(rulesOf(the(objects, 'Role', 'parley-install-keys')))).toEqual(granted(...keysGrants('parley')))
  expect(linesOf(rulesOf(the(objects, 'Role', 'parley-uninstall')))).toEqual(granted(...uninstallGrants('parley')))
})

test('with named namespaces meetings are touched there alone', async () => {
  const objects = await render({ values: { watchNamespaces: ['team-a', 'team-b'] } })
  expect(linesOf(rulesOf(the(objects, 'ClusterRole', 'meet-parley-operator')))).toEqual(granted(...nodeGrants))
  const roles = objects.filter(({ kind, metadata }) => kind === 'Role' && metadata.name === 'parley-meetings')
  expect(roles.map(({ metadata }) => metadata.namespace)).toEqual(['team-a', 'team-b'])
  for (const role of roles) expect(linesOf(rulesOf(role))).toEqual(granted(...meetingGrants))
})

test('without rights in the whole cluster there is no ClusterRole at all, and the own namespace is watched', async () => {
  const objects = await render({ values: { 'rbac.clusterScope': false } })
  expect(objects.filter(({ kind }) => kind.startsWith('ClusterRole'))).toEqual([])
  expect(the(objects, 'Role', 'parley-meetings').metadata.namespace).toBe('meet')
  expect(JSON.stringify(the(objects, 'Deployment', 'parley-operator'))).toContain(
    '{"name":"PARLEY_OPERATOR_WATCH_NAMESPACES","value":"meet"}',
  )
})

test('rights that come from elsewhere leave none behind', async () => {
  const objects = await render({ values: { 'rbac.create': false } })
  const roles = objects.filter(
    ({ kind, metadata }) => kind.includes('Role') && metadata.annotations?.['helm.sh/hook'] === undefined,
  )
  expect(roles).toEqual([])
})

test.each(profiles)('%s: what is bound in the whole cluster writes meetings and events alone', async (profile) => {
  const objects = await render({ profile })
  const bound = objects
    .filter(({ kind }) => kind === 'ClusterRoleBinding')
    .map((each) => (each['roleRef'] as { name: string }).name)
  const writes = objects
    .filter(({ kind, metadata }) => kind === 'ClusterRole' && bound.includes(metadata.name))
    .flatMap((role) => linesOf(rulesOf(role)))
    .filter((line) => !/ (get|list|watch)$/.test(line))
  const allowed = granted(...meetingGrants)
  for (const line of writes) expect(allowed).toContain(line)
})

test.each(profiles)('%s: nobody may use a wildcard, read all Secrets, impersonate, or widen rights', async (profile) => {
  const roles = (await render({ profile })).filter(({ kind }) => /^(Cluster)?Role$/.test(kind))
  for (const { apiGroups, resources, verbs } of roles.flatMap(rulesOf)) {
    const said = [...apiGroups, ...resources, ...verbs]
    for (const word of ['*', 'bind', 'escalate', 'impersonate']) expect(said).not.toContain(word)
  }
  const unbound = roles
    .flatMap(rulesOf)
    .filter(({ resources, resourceNames = [] }) => resources.includes('secrets') && resourceNames.length === 0)
  for (const { verbs } of unbound) expect(verbs).toEqual(['create'])
})

test('every role binding binds who is there to a role that is there', async () => {
  const objects = await render({ profile: 'everything-values.yaml' })
  for (const binding of objects.filter(({ kind }) => kind.endsWith('Binding'))) {
    const { kind, name } = binding['roleRef'] as { kind: string; name: string }
    the(objects, kind, name)
    for (const subject of binding['subjects'] as { name: string }[]) the(objects, 'ServiceAccount', subject.name)
  }
})
