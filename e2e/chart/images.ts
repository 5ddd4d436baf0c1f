import { basename } from 'node:path'

/** What a chart needs to be told so that it runs what was built here. */
export type ImageValues = Readonly<Record<string, unknown>>

/** The tars that `scripts/test/images.sh` built, from the environment; none where the images come from a registry. */
export function imageTars(env: NodeJS.ProcessEnv = process.env): readonly string[] {
  return (env['PARLEY_IMAGES'] ?? '').split(':').filter((file) => file !== '')
}

/**
 * Values by which the chart takes the images of this checkout, and the Redis that was built beside them, from the nodes; or, on somebody's own cluster, ours
 * from PARLEY_E2E_REGISTRY and Redis from its usual place.
 */
export function imageValues(env: NodeJS.ProcessEnv = process.env): ImageValues {
  const registry = env['PARLEY_E2E_REGISTRY']
  const redis = imageTars(env)
    .map((file) => /^parley-redis-(\w+)\.tar$/.exec(basename(file))?.[1])
    .find((tag) => tag !== undefined)
  return {
    ...(registry && { image: { registry } }),
    ...(redis && { redis: { image: { registry: 'localhost', repository: 'parley-redis', tag: redis } } }),
  }
}
