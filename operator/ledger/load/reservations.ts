import type { Cost } from './cost.ts'
import type { Spot } from './nodeMeasures.ts'
import { NumberQueue } from '../collections/numberQueue.ts'

/** For how long a placement counts by its expected cost; by then the node's measured load holds it (Jicofo's ramp-up). */
export const reservationMs = 20_000

/**
 * So long after somebody does what they came for, a node's measured load has all of it: it counts consumers at once, asks each transport
 * for its bits once in three seconds (sfu/load/meter.ts), and within the first of those three a new picture is still growing.
 */
export const measuredAfterMs = 6_000

/** Numbers of a claim: node and worker, then the five of its cost. */
const claimLength = 7
/** Of a claim that was given back. */
const nobody = -1

/**
 * The expected costs of placements that no measurement shows yet: each by an index, with what it claims of media nodes, by their numbers.
 * They live equally long, so that the first made is the first to fall: what a sweep costs is what it removes, read in a row.
 */
export class Reservations {
  readonly #untilMs = new NumberQueue()
  /** Of each reservation, where its first claim begins; its last ends where the next one's first begins. */
  readonly #firstClaims = new NumberQueue()
  readonly #claims = new NumberQueue()
  /** Reservations whose cost is being measured, each behind the time at which it is. */
  readonly #measured = new NumberQueue()
  readonly #reserve: (spot: Spot, cost: Cost, sign: 1 | -1) => void

  /** `reserve` changes what is reserved on a node. */
  constructor(reserve: (spot: Spot, cost: Cost, sign: 1 | -1) => void) {
    this.#reserve = reserve
  }

  /** Begins a reservation; what is claimed until the next one belongs to it. */
  begin(nowMs: number): number {
    this.#firstClaims.put(this.#claims.end)
    return this.#untilMs.put(nowMs + reservationMs)
  }

  /** Claims a cost for the reservation that was begun last. */
  claim(spot: Spot, cost: Cost): void {
    this.#claims.put(spot.node)
    this.#claims.put(spot.worker)
    this.#claims.put(cost.packetsPerSecond)
    this.#claims.put(cost.consumers)
    this.#claims.put(cost.egressBitsPerSecond)
    this.#claims.put(cost.ingressBitsPerSecond)
    this.#claims.put(cost.pipePorts)
    this.#reserve(spot, cost, 1)
  }

  /** Gives a reservation back, unless it fell before. */
  drop(reservation: number): void {
    if (reservation < this.#untilMs.begin) return
    const end = this.#endOf(reservation)
    for (let claim = this.#firstClaims.at(reservation); claim < end; claim += claimLength) this.#giveBack(claim)
  }

  /** From now on what it stands for is measured: it falls once that is done. */
  beginsToShow(reservation: number, nowMs: number): void {
    this.#measured.put(nowMs + measuredAfterMs)
    this.#measured.put(reservation)
  }

  sweep(nowMs: number): void {
    for (let first = this.#measured.begin; first < this.#measured.end && this.#measured.at(first) <= nowMs; first += 2) {
      this.drop(this.#measured.at(first + 1))
      this.#measured.dropUntil(first + 2)
    }
    while (this.#untilMs.begin < this.#untilMs.end && this.#untilMs.at(this.#untilMs.begin) <= nowMs) {
      const first = this.#untilMs.begin
      this.drop(first)
      this.#claims.dropUntil(this.#endOf(first))
      this.#firstClaims.dropUntil(first + 1)
      this.#untilMs.dropUntil(first + 1)
    }
  }

  #giveBack(claim: number): void {
    const node = this.#claims.at(claim)
    if (node === nobody) return
    this.#claims.set(claim, nobody)
    const cost = {
      packetsPerSecond: this.#claims.at(claim + 2),
      consumers: this.#claims.at(claim + 3),
      egressBitsPerSecond: this.#claims.at(claim + 4),
      ingressBitsPerSecond: this.#claims.at(claim + 5),
      pipePorts: this.#claims.at(claim + 6),
    }
    this.#reserve({ node, worker: this.#claims.at(claim + 1) }, cost, -1)
  }

  #endOf(reservation: number): number {
    const next = reservation + 1
    return next < this.#firstClaims.end ? this.#firstClaims.at(next) : this.#claims.end
  }
}
