import { z } from 'zod'

import { apiKeysFile } from '../../signaling/api/apiKeys.ts'

/** A private Ed25519 key (RFC 8037) with the id that its tokens name. */
export const privateKey = z.looseObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  kid: z.string().min(1),
  x: z.string().min(1),
  d: z.string({ error: 'must be a private key' }).min(1),
})

/** Placement tokens as far as an installer looks at them; the operator reads the whole. */
const placementTokens = z.array(z.looseObject({ name: z.string(), token: z.string().min(16) })).min(1)

const oneWord = z.string().regex(/^\S+$/, 'must be one word without blanks')
/** At least 256 bits in base64url are 43 characters; what people bring themselves may be shorter, not below what is refused at start. */
const longEnough = z.string().min(32, 'must be at least 32 characters long')

/** JSON text that fits a schema. */
const json = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text)
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON' })
        return z.NEVER
      }
    })
    .pipe(schema)

/**
 * Every secret of an installation, by its key in the Secret, with what it has to look like.
 *
 * | item                       | whose                                                              |
 * | -------------------------- | ------------------------------------------------------------------ |
 * | operator-signing-key.json  | the operator's: signs orders, grants and peer tokens               |
 * | signaling-signing-key.json | signaling's: signs session tokens and fallback grants              |
 * | placement-tokens.json      | the operator's: who may ask for placements                         |
 * | placement-token            | signaling's: one of these                                          |
 * | api-keys.json              | signaling's: by which client tokens are signed                     |
 * | resume-secrets             | signaling's: seal resume tokens, one a line, the first is used     |
 * | turn-secret                | shared with TURN servers                                           |
 * | redis-password             | of the Redis that comes with the chart                             |
 * | metrics-token              | what signaling's /metrics asks for                                 |
 */
export const secretItems = {
  'operator-signing-key.json': json(privateKey),
  'signaling-signing-key.json': json(privateKey),
  'placement-tokens.json': json(placementTokens),
  'placement-token': oneWord,
  'api-keys.json': json(apiKeysFile),
  'resume-secrets': longEnough,
  'turn-secret': oneWord,
  'redis-password': oneWord,
  'metrics-token': oneWord,
} as const
export type SecretItem = keyof typeof secretItems
export const itemNames = Object.keys(secretItems) as readonly SecretItem[]

/** Texts of secrets by item. */
export type Items = Readonly<Partial<Record<SecretItem, string>>>

/** What is wrong with an item's text, without repeating it; undefined where it fits. */
export function faultOf(item: SecretItem, text: string): string | undefined {
  const { error } = secretItems[item].safeParse(text.trim())
  const [issue] = error?.issues ?? []
  if (issue === undefined) return undefined
  return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`
}
