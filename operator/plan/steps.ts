/** Lower bounds of the steps that counts are told in, so that a status is not written for every join. */
const bounds = [0, 1, 2, 6, 11, 21, 51, 101, 201, 501, 1_001, 2_001, 5_001, 10_001] as const

function stepOf(count: number): number {
  let step = 0
  for (let index = 0; index < bounds.length; index++) if ((bounds[index] ?? 0) <= count) step = index
  return step
}

/** A count of people as status tells it: `0`, `1`, `2-5`, `6-10`, ...; the last step ends with the largest number that its column takes. */
export function peopleStep(count: number): string {
  const step = stepOf(count)
  const from = bounds[step] ?? 0
  const to = (bounds[step + 1] ?? 1_000_000_000) - 1
  return from === to ? String(from) : `${from}-${to}`
}

/** A count rounded down to a step: 0, 1, 2, 6, 11, ... */
export function countStep(count: number): number {
  return bounds[stepOf(count)] ?? 0
}

/** How far a load must leave its tenth before another one is told. */
const hysteresis = 0.03

/** A load in tenths, as `0.3`. What was told stays until the load has clearly left it. */
export function loadStep(load: number, told: string | undefined): string {
  const before = told === undefined ? Number.NaN : Number(told)
  const stays = load > before - 0.05 - hysteresis && load < before + 0.05 + hysteresis
  return told !== undefined && stays ? told : Math.min(load, 999).toFixed(1)
}
