import { InvalidArgumentError, Option, type Command } from 'commander'

import { checked } from '../../kit/validation.ts'
import { apiKeysFile, type ApiKey } from '../../signaling/api/apiKeys.ts'
import { meetingLink } from '../../signaling/api/meetingLink.ts'
import { mintClientToken, type ClientTokenWish } from '../../signaling/api/mintClientToken.ts'
import { clientTokenClaims } from '../../signaling/api/token.ts'
import { outputCommand, print, type OutputFlags } from '../command.ts'
import type { CliDeps } from '../deps.ts'
import { cliErrors } from '../failure.ts'
import { durationOf, listOf } from '../flags.ts'

/** Flags of `token`, as they were given. */
export interface TokenFlags {
  readonly meeting: string
  readonly namespace?: string
  readonly identity?: string
  readonly name?: string
  readonly ttl?: number
  readonly hidden?: boolean
  readonly canPublish?: boolean
  readonly canSubscribe?: boolean
  readonly canPublishSources?: readonly string[]
  readonly apiKey?: string
  readonly apiSecret?: string
  readonly apiKeysFile?: string
  readonly url?: string
  readonly region?: string
}

/** What `token` hands out. */
export interface MintedToken {
  readonly token: string
  /** RFC 3339. */
  readonly expires: string
  /** Where `--url` was given. */
  readonly link?: string
}

const defaultTtlMs = 6 * 60 * 60_000

function yesOrNo(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new InvalidArgumentError('It must be true or false.')
  return text === 'true'
}

/** The key to sign with: of the flags, the file that they name, or the environment. */
function keyOf(deps: CliDeps, flags: TokenFlags): Pick<ApiKey, 'key' | 'secret'> {
  if (flags.apiKeysFile !== undefined) {
    const keys = checked(apiKeysFile, JSON.parse(deps.readText(flags.apiKeysFile)), flags.apiKeysFile)
    const found = flags.apiKey === undefined ? keys[0] : keys.find(({ key }) => key === flags.apiKey)
    if (found) return found
    throw cliErrors.raise.usage({ what: `There is no API key ${flags.apiKey} in ${flags.apiKeysFile}.` })
  }
  const key = flags.apiKey ?? deps.env['PARLEY_API_KEY']
  const secret = flags.apiSecret ?? deps.env['PARLEY_API_SECRET']
  if (!key || !secret) throw cliErrors.raise.no_api_key({})
  return { key, secret }
}

/** What the token shall say. Without an identity it is an invitation: each who joins by it is given one. */
export function wishOf(flags: TokenFlags): ClientTokenWish {
  const wish = {
    ...(flags.identity === undefined ? {} : { sub: flags.identity }),
    ...(flags.name === undefined ? {} : { name: flags.name }),
    video: {
      room: flags.meeting,
      roomJoin: true,
      ...(flags.hidden ? { hidden: true } : {}),
      ...(flags.canPublish === undefined ? {} : { canPublish: flags.canPublish }),
      ...(flags.canSubscribe === undefined ? {} : { canSubscribe: flags.canSubscribe }),
      ...(flags.canPublishSources === undefined ? {} : { canPublishSources: flags.canPublishSources }),
    },
    ...(flags.namespace === undefined ? {} : { parley: { namespace: flags.namespace } }),
  }
  return checked(clientTokenClaims.omit({ iss: true, exp: true }), wish, '')
}

const render = ({ token, link }: MintedToken): string => `${link ?? token}\n`

/** `kubectl parley token`: prints a token, or with `--url` the link that carries it. */
export function tokenCommand(deps: CliDeps): Command {
  return outputCommand('token', 'Make a token, or a link, that lets somebody join a meeting.')
    .requiredOption('--meeting <name>', 'the meeting')
    .option('-n, --namespace <name>', "its namespace; the API key's first where absent")
    .option('--identity <id>', 'who joins by it; without one it is an invitation for anybody')
    .option('--name <text>', 'the name that people see')
    .option('--ttl <duration>', 'how long it can be used, like 30m; 6h where absent', durationOf)
    .option('--can-publish <true|false>', 'whether they may send audio and video', yesOrNo)
    .option('--can-subscribe <true|false>', 'whether they may see and hear others', yesOrNo)
    .option('--can-publish-sources <names>', 'only these: camera, microphone, screen_share, screen_share_audio', listOf)
    .option('--hidden', 'show them to nobody')
    .option('--api-key <key>', 'API key to sign by (PARLEY_API_KEY)')
    .addOption(new Option('--api-secret <secret>', 'its secret; PARLEY_API_SECRET stays out of the list of processes'))
    .option('--api-keys-file <file>', "signaling's file of API keys; --api-key picks one, else the first")
    .option('--url <url>', 'URL of the meeting page: print a link')
    .option('--region <name>', 'region that the link names')
    .action(async (flags: OutputFlags & TokenFlags) => {
      const life = { nowMs: deps.clock.nowMs(), lifetimeMs: flags.ttl ?? defaultTtlMs }
      const token = await mintClientToken(keyOf(deps, flags), wishOf(flags), life)
      const { meeting, region, url } = flags
      const data: MintedToken = {
        token,
        expires: new Date(life.nowMs + life.lifetimeMs).toISOString(),
        ...(url === undefined ? {} : { link: meetingLink({ pageUrl: url, meeting, token, region }) }),
      }
      print(deps, flags, { data, render })
    })
}
