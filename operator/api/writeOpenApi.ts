import { writeFileSync } from 'node:fs'

import { openApiDocument } from './openApi.ts'

/** Writes the copy of the OpenAPI document that people read without a server. */
writeFileSync(new URL('../../docs/placement-api.json', import.meta.url), `${JSON.stringify(openApiDocument, undefined, 2)}\n`)
