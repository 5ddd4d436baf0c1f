/** What `make images` was asked for. */
export interface ImageSettings {
  /** Registry and path before the names: `localhost`, `registry.example.org/team`. */
  readonly registry: string
  readonly tag: string
  /** The image to build on, or undefined for the default. */
  readonly base: string | undefined
  /** The folder to save a tar in, or undefined. */
  readonly out: string | undefined
}

// The grammar of an image's name (distribution/reference): a host with a port perhaps, lower-case path components, and a tag.
const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const registryShape = new RegExp(`^(?:[a-zA-Z0-9.-]+(?::[0-9]+)?)(?:/${component})*$`)
const tagShape = /^\w[\w.-]{0,127}$/

/** Reads the settings from the environment; `version` is the tag where none is given. Throws with all faults in words. */
export function imageSettings(env: Readonly<Record<string, string | undefined>>, version: string): ImageSettings {
  const given = (name: string): string | undefined => (env[name] === '' ? undefined : env[name])
  const registry = given('REGISTRY') ?? 'localhost'
  const tag = given('TAG') ?? version
  const faults: string[] = []
  if (!registryShape.test(registry))
    faults.push(`REGISTRY=${registry}: not a registry like localhost or registry.example.org/team`)
  if (!tagShape.test(tag)) faults.push(`TAG=${tag}: a tag has letters, digits, dots, dashes, underscores, 128 at most`)
  if (faults.length > 0) throw new Error(faults.join('\n'))
  return { registry, tag, base: given('BASE_IMAGE'), out: given('OUT') }
}
