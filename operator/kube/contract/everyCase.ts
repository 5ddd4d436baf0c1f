import { builtinCases } from './cases/builtins.ts'
import { deletionCases } from './cases/deletion.ts'
import { hostileCases } from './cases/hostile.ts'
import { listCases, timedListCases } from './cases/lists.ts'
import { podCases } from './cases/pods.ts'
import { objectCases } from './cases/objects.ts'
import { patchCases } from './cases/patches.ts'
import { sampleCases } from './cases/samples.ts'
import { subresourceCases } from './cases/subresources.ts'
import { tableCases } from './cases/tables.ts'
import { validationCases } from './cases/validation.ts'
import { timedWatchCases, watchCases } from './cases/watches.ts'
import type { ContractCase } from './contractCase.ts'

/** The whole contract but for what takes real seconds, by subject. */
export const everyCase: Readonly<Record<string, readonly ContractCase[]>> = {
  objects: objectCases,
  validation: validationCases,
  samples: sampleCases,
  patches: patchCases,
  subresources: subresourceCases,
  deletion: deletionCases,
  lists: listCases,
  watches: watchCases,
  tables: tableCases,
  builtins: builtinCases,
  pods: podCases,
  hostile: hostileCases,
}

/** The rest of the contract. */
export const timedCases: Readonly<Record<string, readonly ContractCase[]>> = {
  'timed lists': timedListCases,
  'timed watches': timedWatchCases,
}
