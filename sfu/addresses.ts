import { networkInterfaces } from 'node:os'

const wildcards = new Set(['0.0.0.0', '::'])

/** This host's own IPv4 address: the first that is not a loopback; the loopback where there is no other. */
export function ownAddress(interfaces = networkInterfaces()): string {
  const all = Object.values(interfaces).flatMap((each) => each ?? [])
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1'
}

/** An address to announce, and whether somebody said it or it was taken from the host. */
export function announced(of: { setting: string; bound: string }): { address: string; guessed: boolean } {
  if (of.setting !== '') return { address: of.setting, guessed: false }
  if (!wildcards.has(of.bound)) return { address: of.bound, guessed: false }
  return { address: ownAddress(), guessed: true }
}

/**
 * The addresses that clients of this node send media to: those that the operator told last, else the one that was set, else the host's
 * own, which is a guess and keeps the node from being ready.
 */
export class AnnouncedAddresses {
  readonly #own: { readonly address: string; readonly guessed: boolean }
  #told: readonly string[] | undefined

  constructor(own: { readonly address: string; readonly guessed: boolean }) {
    this.#own = own
  }

  get all(): readonly string[] {
    return this.#told ?? [this.#own.address]
  }

  /** Whether somebody said so. */
  get known(): boolean {
    return this.#told !== undefined || !this.#own.guessed
  }

  tell(addresses: readonly string[]): void {
    this.#told = addresses
  }
}
