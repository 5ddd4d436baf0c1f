import { isDeepStrictEqual } from 'node:util'

import type { Container, FoundPod } from './pods.ts'

/** What every Pod of the chart has to keep; `offences` names what does not. */
export interface PodRule {
  readonly name: string
  readonly offences: (pod: FoundPod) => readonly string[]
}

/** The offence where something does not hold. */
const unless = (holds: boolean, offence: string): readonly string[] => (holds ? [] : [offence])

const ofContainers =
  (offences: (container: Container, pod: FoundPod) => readonly string[]) =>
  (pod: FoundPod): readonly string[] =>
    pod.spec.containers.flatMap((container) => offences(container, pod).map((offence) => `${container.name}: ${offence}`))

/** Containers that may have what the level `restricted` allows to add. */
const capabilitiesOf = (name: string): object =>
  name === 'coturn' ? { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } : { drop: ['ALL'] }

const versioned = /^[^/]+\/.+(:(?!latest$)[^/]+|@sha256:[0-9a-f]{64})$/

const talksToApiServer = ({ spec }: FoundPod): boolean =>
  spec.containers.some(({ name }) => ['operator', 'parley'].includes(name))

export const podRules: readonly PodRule[] = [
  {
    name: 'the Pod is restricted',
    offences({ spec: { securityContext = {}, hostIPC, hostNetwork, hostPID } }) {
      return [
        ...unless(securityContext['runAsNonRoot'] === true && securityContext['runAsUser'] === 10_001, 'may run as root'),
        ...unless(isDeepStrictEqual(securityContext['seccompProfile'], { type: 'RuntimeDefault' }), 'has no seccomp profile'),
        ...unless(!hostIPC && !hostNetwork && !hostPID, "has a namespace of the host's"),
      ]
    },
  },
  {
    name: 'its containers are restricted',
    offences: ofContainers(({ name, securityContext }) => {
      const wanted = {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
        capabilities: capabilitiesOf(name),
      }
      return unless(isDeepStrictEqual(securityContext, wanted), JSON.stringify(securityContext))
    }),
  },
  {
    name: 'volumes are of files that it is given, or in memory',
    offences: ({ spec }) =>
      (spec.volumes ?? []).flatMap(({ name, ...volume }) =>
        Object.entries(volume).flatMap(([kind, source]) =>
          unless(
            ['projected', 'configMap', 'secret'].includes(kind) || (kind === 'emptyDir' && 'sizeLimit' in (source as object)),
            `${name} is ${kind}`,
          ),
        ),
      ),
  },
  {
    name: 'only who talks to the API server has a token',
    offences: (pod) => unless(talksToApiServer(pod) || pod.spec.automountServiceAccountToken === false, 'mounts a token'),
  },
  {
    name: 'variables of Services are not taken for settings',
    offences: ({ spec }) => unless(spec.enableServiceLinks === false, 'has variables of Services'),
  },
  {
    name: 'no process is PID 1, which may not hear an early SIGTERM',
    offences: ({ spec }) => unless(spec.shareProcessNamespace === true, 'has a PID 1'),
  },
  {
    name: 'images have a version',
    offences: ofContainers(({ image }) => unless(versioned.test(image), image)),
  },
  {
    name: 'containers ask for what they need and are bounded in memory',
    offences: ofContainers(({ resources: { requests = {}, limits = {} } = {} }) => [
      ...unless('cpu' in requests && 'memory' in requests, 'asks for nothing'),
      ...unless('memory' in limits, 'is not bounded'),
    ]),
  },
  {
    name: 'what runs on is asked whether it started, lives and is ready',
    offences: ofContainers(({ startupProbe, livenessProbe, readinessProbe }, { isLongLived }) =>
      unless(!isLongLived || Boolean(startupProbe && livenessProbe && readinessProbe), 'lacks a probe'),
    ),
  },
  {
    name: 'secrets stand in Secrets',
    offences: ofContainers(({ env = [] }) =>
      env.flatMap(({ name, value }) => unless(value === undefined || !/(PASSWORD|SECRET|TOKEN)$/.test(name), name)),
    ),
  },
]
