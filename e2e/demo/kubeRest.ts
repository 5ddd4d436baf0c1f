import { withinTime } from '../../kit/abort.ts'

/** An object as the API takes and hands it out. */
export interface PlainObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace: string; readonly [key: string]: unknown }
  readonly [key: string]: unknown
}

/** The few requests that the demo and the tests make of a Kubernetes API, by nothing but HTTP. */
export interface KubeRest {
  create(plural: string, object: PlainObject): Promise<PlainObject>
  get<T = PlainObject>(plural: string, namespace: string, name: string): Promise<T>
  list<T = PlainObject>(plural: string, namespace: string): Promise<readonly T[]>
  mergePatch(plural: string, at: { namespace: string; name: string }, patch: object): Promise<PlainObject>
  delete(plural: string, namespace: string, name: string): Promise<void>
}

/** The server's refusal, with what it said. */
export class KubeRefusal extends Error {
  override readonly name = 'KubeRefusal'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const timeoutMs = 5_000
const group = 'parley.media/v1alpha1'

/** Speaks to the Kubernetes API at `url` about our own kinds, and with a core kind's plural (`events`) about that. */
export function kubeRest(url: string, options: { token?: string } = {}): KubeRest {
  const core = new Set(['events', 'namespaces'])

  function pathOf(plural: string, namespace: string, name?: string): string {
    const base = core.has(plural) ? '/api/v1' : `/apis/${group}`
    return `${url}${base}/namespaces/${namespace}/${plural}${name === undefined ? '' : `/${name}`}`
  }

  async function call(method: string, path: string, body?: { readonly type: string; readonly value: object }): Promise<unknown> {
    const headers = {
      ...(body ? { 'content-type': body.type } : {}),
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
    }
    return withinTime({ timeoutMs }, async (signal) => {
      const answer = await fetch(path, { method, headers, ...(body ? { body: JSON.stringify(body.value) } : {}), signal })
      const value = (await answer.json()) as { message?: string }
      if (!answer.ok) throw new KubeRefusal(answer.status, value.message ?? `${method} ${path}: ${answer.status}`)
      return value
    })
  }

  return {
    create: async (plural, object) =>
      (await call('POST', pathOf(plural, object.metadata.namespace), { type: 'application/json', value: object })) as PlainObject,
    get: async <T>(plural: string, namespace: string, name: string) => (await call('GET', pathOf(plural, namespace, name))) as T,
    list: async <T>(plural: string, namespace: string) =>
      ((await call('GET', pathOf(plural, namespace))) as { items: readonly T[] }).items,
    mergePatch: async (plural, { namespace, name }, value) =>
      (await call('PATCH', pathOf(plural, namespace, name), { type: 'application/merge-patch+json', value })) as PlainObject,
    delete: async (plural, namespace, name) => void (await call('DELETE', pathOf(plural, namespace, name))),
  }
}
