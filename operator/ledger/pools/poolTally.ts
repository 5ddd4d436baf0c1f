/** What a pool's status tells of its media nodes. */
export interface PoolCounts {
  readonly nodes: number
  readonly ready: number
  /** Emptied, as their objects ask. */
  readonly draining: number
  /** Of the most loaded ready node, in whole hundredths of what it carries; undefined where none told. */
  readonly worstLoad: number | undefined
}

/** By whom, and as what, a media node was counted last. */
export class Standing {
  tally: PoolTally | undefined = undefined
  ready = false
  draining = false
  /** In hundredths; -1 where it does not count. */
  load = -1
}

type As = Pick<Standing, 'ready' | 'draining' | 'load'>

const nothing: Readonly<As> = { ready: false, draining: false, load: -1 }

/** A media node, as a pool counts it. */
export interface Counted {
  readonly isReady: boolean
  readonly isDraining: boolean
  /** The share of its worst worker or resource; undefined where it is not known. */
  readonly worstShare: number | undefined
  readonly standing: Standing
}

/** Loads up to ten times what a node carries; what is beyond counts as that. */
const hundredthsAtMost = 1_000
/** So that 0.29, of which a hundred are 28.999..., has 29 of them. */
const rounding = 1e-9

/** A load in hundredths, rounded down: status tells tenths, whose bounds are whole hundredths. */
const inHundredths = (share: number): number => Math.min(Math.floor(share * 100 + rounding), hundredthsAtMost)

export const nothingCounted: PoolCounts = { nodes: 0, ready: 0, draining: 0, worstLoad: undefined }

/** Counts the media nodes of one pool as they change, so that nobody has to look at all of them. Each change costs O(1). */
export class PoolTally {
  #nodes = 0
  #ready = 0
  #draining = 0
  /** How many ready nodes have such a load, by hundredths. */
  readonly #byLoad = new Uint32Array(hundredthsAtMost + 1)
  /** Nobody has more. */
  #atMost = -1

  /** The counts as they are now. */
  counts(): PoolCounts {
    while (this.#atMost >= 0 && this.#byLoad[this.#atMost] === 0) this.#atMost -= 1
    const worstLoad = this.#atMost < 0 ? undefined : this.#atMost / 100
    return { nodes: this.#nodes, ready: this.#ready, draining: this.#draining, worstLoad }
  }

  /** Counts a node that nobody counts. */
  enter(node: Counted): void {
    this.#nodes += 1
    node.standing.tally = this
    this.recount(node)
  }

  /** Counts a node no more that it counted. */
  leave({ standing }: Counted): void {
    this.#nodes -= 1
    standing.tally = undefined
    this.#count(standing, nothing)
  }

  /** Counts one of its nodes as what it is now. */
  recount({ isReady: ready, isDraining: draining, worstShare, standing }: Counted): void {
    const load = ready && worstShare !== undefined ? inHundredths(worstShare) : -1
    if (standing.load !== load || standing.ready !== ready || standing.draining !== draining)
      this.#count(standing, { ready, draining, load })
  }

  #count(standing: Standing, { ready, draining, load }: Readonly<As>): void {
    this.#ready += Number(ready) - Number(standing.ready)
    this.#draining += Number(draining) - Number(standing.draining)
    this.#add(standing.load, -1)
    this.#add(load, 1)
    standing.ready = ready
    standing.draining = draining
    standing.load = load
  }

  #add(load: number, count: number): void {
    if (load < 0) return
    this.#byLoad[load] = (this.#byLoad[load] ?? 0) + count
    this.#atMost = Math.max(this.#atMost, load)
  }
}

/** Something is another of a node than when it was counted last. */
export const recount = (node: Counted): void => node.standing.tally?.recount(node)
