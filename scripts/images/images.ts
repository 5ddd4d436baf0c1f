/** One image: what is bundled for it and what stands beside the bundle. */
export interface Image {
  readonly name: string
  /** What it is, in words, for its label. */
  readonly title: string
  /** File name of a bundle in /app, without its ending, to the source that it begins with. `main` is what the image runs. */
  readonly entries: Readonly<Record<string, string>> & { readonly main: string }
  /** Packages that cannot be bundled, since they load a compiled addon; they are copied whole. */
  readonly packages: readonly string[]
  /** Commands in /usr/local/bin to the entry that they run. */
  readonly commands: Readonly<Record<string, string>>
  /** The built meeting page in /app/web. */
  readonly page: boolean
  /** mediasoup's worker and its libraries in /app/worker. */
  readonly worker: boolean
}

const plain = { packages: [], commands: {}, page: false, worker: false } as const

/** The images of an installation, and the tester, which `helm test` runs. */
export const images: readonly Image[] = [
  {
    ...plain,
    name: 'operator',
    title: 'Parley operator, with kubectl-parley',
    entries: { main: 'operator/main.ts', 'kubectl-parley': 'cli/main.ts' },
    commands: { 'kubectl-parley': 'kubectl-parley' },
  },
  {
    ...plain,
    name: 'signaling',
    title: 'Parley signaling, with the meeting page',
    entries: { main: 'signaling/main.ts' },
    page: true,
  },
  { ...plain, name: 'sfu', title: 'Parley media node', entries: { main: 'sfu/main.ts' }, worker: true },
  {
    ...plain,
    name: 'tester',
    title: 'Parley tester: two synthetic people who meet',
    entries: { main: 'signaling/tester/main.ts' },
    packages: ['@roamhq/wrtc'],
  },
]
