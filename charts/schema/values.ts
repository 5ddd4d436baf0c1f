import { count, exactly, flag, kubernetesObject, like, listOf, mapOf, object, oneOf, text, type Shape } from './shape.ts'

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const dnsName = '[a-z0-9]([-.a-z0-9]*[a-z0-9])?'
const ipv4 = '[0-9]{1,3}(\\.[0-9]{1,3}){3}'
const ipv6 = '[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*'
const address = `(${ipv4}|${ipv6})`

/** Name of an object, or none. */
const objectName = like(dnsName)
const namespaces = listOf(exactly(label))
/** Texts by name: labels, annotations. */
const texts = mapOf(text)
const pullSecrets = listOf({ anyOf: [exactly(dnsName), { ...object({ name: exactly(dnsName) }), required: ['name'] }] })
const image = object({
  registry: text,
  repository: exactly('[a-z0-9]+([-._/]+[a-z0-9]+)*'),
  tag: like('[A-Za-z0-9_][-.A-Za-z0-9_]{0,127}'),
  digest: like('sha256:[0-9a-f]{64}'),
})
const resources = object({
  requests: mapOf({ anyOf: [text, { type: 'integer' }] }),
  limits: mapOf({ anyOf: [text, { type: 'integer' }] }),
})
const place = { nodeSelector: texts, tolerations: listOf(kubernetesObject) }
const scheduling = {
  podLabels: texts,
  podAnnotations: texts,
  ...place,
  affinity: kubernetesObject,
  topologySpreadConstraints: listOf(kubernetesObject),
  priorityClassName: objectName,
}
const process = {
  image,
  logLevel: oneOf('debug', 'info', 'warn', 'error'),
  resources,
  podDisruptionBudget: object({ enabled: flag }),
  serviceAccount: object({ create: flag, name: objectName, annotations: texts }),
  extraEnv: listOf({ ...kubernetesObject, required: ['name'] }),
  ...scheduling,
}
const port = count(0, 65_535)
const secret = { existingSecret: objectName, key: exactly('[-._a-zA-Z0-9]+') }
const duration = exactly('[0-9]+(ms|s|m|h)')
const monitor = object({ enabled: flag, namespace: like(label), labels: texts, interval: duration })
const serviceType = oneOf('ClusterIP', 'NodePort', 'LoadBalancer')

const signaling = object({
  replicas: count(0, 100),
  ...process,
  allowedOrigins: listOf(exactly('https?://[^/\\s]+')),
  maxConnections: count(1, 1_000_000),
  preStopSeconds: count(0, 20),
  service: object({ type: serviceType, port, annotations: texts }),
  ingress: object({ enabled: flag, className: objectName, host: like(dnsName), tlsSecret: objectName, annotations: texts }),
  gateway: object({
    enabled: flag,
    parentRefs: listOf({ ...kubernetesObject, required: ['name'] }),
    hostnames: listOf(exactly(`(\\*\\.)?${dnsName}`)),
    annotations: texts,
  }),
  tls: object({
    enabled: flag,
    existingSecret: objectName,
    certManager: object({
      enabled: flag,
      issuerRef: object({ name: objectName, kind: text, group: text }),
      dnsNames: listOf(exactly(`(\\*\\.)?${dnsName}`)),
    }),
  }),
})

const turn = object({
  enabled: flag,
  replicas: count(0, 100),
  host: like(`${dnsName}|${address}`),
  port: count(1, 65_535),
  peers: listOf(exactly(`${address}(-${address})?`)),
  nodeCidrs: listOf(exactly(`${address}/[0-9]{1,3}`)),
  urls: listOf(exactly('(stuns?|turns?):[^\\s?/,]+(\\?transport=(udp|tcp))?')),
  realm: exactly('[-.A-Za-z0-9]+'),
  allocationsPerPerson: count(1, 1_000),
  service: object({ type: serviceType, nodePort: port, annotations: texts }),
  image,
  resources,
  ...scheduling,
})

/** The types of all values; what each means stands in values.yaml. `pool` is the spec of a MediaNodePool. */
export function valuesShape(pool: Shape): Shape {
  return object({
    nameOverride: like(label),
    fullnameOverride: like(label),
    commonLabels: texts,
    ipFamily: oneOf('IPv4', 'IPv6'),
    global: {
      type: 'object',
      // Charts above this one keep values of their own there.
      additionalProperties: true,
      properties: { imageRegistry: text, imagePullSecrets: pullSecrets },
    },
    image: object({
      registry: text,
      tag: like('[A-Za-z0-9_][-.A-Za-z0-9_]{0,127}'),
      pullPolicy: oneOf('Always', 'IfNotPresent', 'Never'),
    }),
    imagePullSecrets: pullSecrets,
    crds: object({ enabled: flag, keep: flag, takeOwnership: flag }),
    rbac: object({ create: flag, clusterScope: flag, aggregate: flag }),
    watchNamespaces: namespaces,
    pools: mapOf(pool, exactly(label)),
    media: object({ image }),
    operator: object({ replicas: count(0, 100), ...process, service: object({ annotations: texts }) }),
    signaling,
    redis: object({
      enabled: flag,
      external: object({ url: like('rediss?://\\S+'), existingSecret: objectName, key: secret.key }),
      image,
      maxMemory: exactly('[0-9]+(kb|mb|gb)'),
      resources,
      ...scheduling,
    }),
    turn,
    secrets: object({
      operatorSigningKey: object(secret),
      signalingSigningKey: object(secret),
      placementTokens: object(secret),
      placementToken: object(secret),
      apiKeys: object({ ...secret, namespaces }),
      resumeSecrets: object(secret),
      turnSecret: object(secret),
      redisPassword: object(secret),
      metricsToken: object(secret),
    }),
    hooks: object({
      keys: object({ enabled: flag, timeoutSeconds: count(10, 3_600) }),
      uninstall: object({ enabled: flag, graceSeconds: count(1, 86_400), timeoutSeconds: count(30, 172_800) }),
      resources,
      ...place,
    }),
    networkPolicy: object({ enabled: flag, placementClients: listOf(kubernetesObject), scrapers: listOf(kubernetesObject) }),
    monitoring: object({ serviceMonitor: monitor, podMonitor: monitor, serverName: like(dnsName) }),
    tests: object({
      enabled: flag,
      image,
      url: like('https?://\\S+'),
      meeting: exactly('[^\\s]+'),
      regions: { ...listOf(exactly(label)), maxItems: 2 },
      apart: flag,
      timeoutSeconds: count(20, 3_600),
      resources,
      ...place,
    }),
    extraObjects: listOf({ anyOf: [kubernetesObject, text] }),
  })
}
