import { InvalidArgumentError } from 'commander'

import { kubeTime, kubeTimeMs } from '../kit/kubeTime.ts'
import { parseDurationMs } from './duration.ts'

/** `a,b` as a list. */
export const listOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)

/** A whole number above zero, or a fault of the command line. */
export function countOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number above 0.')
  return Number(text)
}

/** A duration in milliseconds, or a fault of the command line. */
export function durationOf(text: string): number {
  const durationMs = parseDurationMs(text)
  if (durationMs === undefined) throw new InvalidArgumentError('It must be a duration like 90s, 15m, 6h or 2d.')
  return durationMs
}

/** A moment as Kubernetes writes it, or a fault of the command line. */
export function timeOf(text: string): string {
  const atMs = /^\d{4}-\d\d-\d\dT/.test(text) ? kubeTimeMs(text) : undefined
  if (atMs === undefined) throw new InvalidArgumentError('It must be a time like 2026-12-01T10:00:00Z.')
  return kubeTime(atMs)
}
