import type { z } from 'zod'

type Kind = z.ZodObject<{ type: z.ZodLiteral<string> }>

const typeOf = (line: unknown): unknown => (typeof line === 'object' && line !== null && 'type' in line ? line.type : undefined)

/**
 * Makes the reader of a stream whose lines are told apart by `type`. A line of a kind that the schema does not have is a newer writer's: it is
 * undefined, to be passed over. Whatever else does not fit throws a ZodError.
 */
export function lineReader<const Kinds extends readonly [Kind, ...Kind[]]>(
  schema: z.ZodDiscriminatedUnion<Kinds, 'type'>,
): (line: unknown) => z.output<Kinds[number]> | undefined {
  const known = new Set<unknown>(schema.options.flatMap((kind) => [...kind.shape.type.values]))
  return (line) => {
    const type = typeOf(line)
    return typeof type === 'string' && !known.has(type) ? undefined : schema.parse(line)
  }
}
