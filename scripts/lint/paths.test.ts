import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { pathsIn, placesOf } from './paths.ts'

const root = join(import.meta.dirname, '../..')
/** What others wrote, or programs made. */
const foreign = /(^|\/)(node_modules|subprojects|dist|\.[^/]+)(\/|$)/

test('a page names files by links and by paths, a source by the paths in its comments', () => {
  const page = 'See [that](../kit/a.ts#b), [this](https://x.org/a.ts), [below](#c), `sfu/b.ts`\nand charts/x.chart.test.ts'
  expect(pathsIn(page, 'page').map(({ path, line }) => `${path} ${line}`)).toEqual(['../kit/a.ts 1', 'sfu/b.ts 1'])
  const source =
    "import a from './a/b.ts'\n/** As in kit/c.ts. */\n * and sfu/d.ts (see https://x.org/e.ts)\nconst f = 'g/h.ts' // kit/i.ts"
  expect(pathsIn(source, 'source').map(({ path, line }) => `${path} ${line}`)).toEqual(['kit/c.ts 2', 'sfu/d.ts 3'])
})

test('a path is looked for from the root, and from each folder above the file that names it', () => {
  expect(placesOf('../c/d.ts', 'a/b/e.md')).toEqual(['c/d.ts', 'c/d.ts', 'a/c/d.ts'])
})

test('every file that a page or a comment names is there', () => {
  const files = globSync('**/*.{md,ts,tsx}', { cwd: root, exclude: (path) => foreign.test(path) })
  expect(files.length).toBeGreaterThan(1_000)
  const missing = files.flatMap((file) => {
    const named = pathsIn(readFileSync(join(root, file), 'utf8'), file.endsWith('.md') ? 'page' : 'source')
    return named
      .filter(({ path }) => !placesOf(path, file).some((place) => existsSync(join(root, place))))
      .map(({ path, line }) => `${file}:${line} names ${path}`)
  })
  expect(missing).toEqual([])
})
