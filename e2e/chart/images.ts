import { basename } from 'node:path'

/** What a chart needs to be told so that it runs what was built here. */
export type ImageValues = Readonly<Record<string, unknown>>

/** The tars that `scripts/test/images.sh` built, from the environment; none where the images come from a registry. */
export function imageTars(env: NodeJS.ProcessEnv = process.env): readonly string[] {
  return (env['PARLEY_IMAGES'] ?? '').split(':').filter((file) => file !== '')
}

/** The image that was built beside ours under this name, as values of the chart; none where it is pulled. */
function besideOurs(name: string, env: NodeJS.ProcessEnv): { readonly image: object } | undefined {
  const tag = imageTars(env)
    .map((file) => new RegExp(`^parley-${name}-(\\w+)\\.tar$`).exec(basename(file))?.[1])
    .find((found) => found !== undefined)
  return tag === undefined ? undefined : { image: { registry: 'localhost', repository: `parley-${name}`, tag } }
}

/**
 * Values by which the chart takes the images of this checkout, and the Redis and coturn that were built beside them, from the nodes; or, on somebody's own cluster,
 * ours from PARLEY_E2E_REGISTRY and the others from their usual places.
 */
export function imageValues(env: NodeJS.ProcessEnv = process.env): ImageValues {
  const registry = env['PARLEY_E2E_REGISTRY']
  const [redis, turn] = [besideOurs('redis', env), besideOurs('turn', env)]
  return { ...(registry && { image: { registry } }), ...(redis && { redis }), ...(turn && { turn }) }
}
