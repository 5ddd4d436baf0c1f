import { z } from 'zod'

/**
 * Bounds of numbers that media nodes and the operator tell each other. A node may say what it likes: what it says must neither overflow
 * what is counted on from there, nor be a time that no calendar has.
 */

/** A moment of the wall clock in milliseconds, until the end of the year 9999, beyond which RFC 3339 cannot write one. */
export const wallMs = z.int().min(0).max(253_402_300_799_999)

/** Epochs and generations: far beyond what take-overs and plans of centuries reach, and far below where whole numbers end. */
export const fenceNumber = z
  .int()
  .min(0)
  .max(2 ** 40)

/** What is counted on from an epoch or generation that a node tells: more is refused to be believed, so that nobody can use them up. */
export const countedOnAtMost = 2 ** 39
