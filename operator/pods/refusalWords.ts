import type { MediaNodePool } from '../../crds/index.ts'

/** What the API server said about a Pod that it would not make, and what to change, in one line. */
export function refusalWords(said: string, { metadata, spec }: MediaNodePool): string {
  if (!said.includes('PodSecurity')) return `the API server refuses its Pod: ${said}`
  const { mode } = spec.network
  const label = `kubectl label namespace ${metadata.namespace} pod-security.kubernetes.io/enforce=privileged`
  const instead = mode === 'podNetwork' ? '' : ', or set spec.network.mode of the pool to podNetwork'
  return `Pod Security refuses its Pod, whose network mode is ${mode}: ${label}${instead}. It said: ${said}`
}
