import { coresAtMost, type CascadeMember, type CascadeWish } from './member.ts'
import { tooTightForMesh, wantsMesh } from './mesh.ts'
import type { Hanging, Tree } from './parents.ts'

function whyNoCore(tree: Tree, mode: CascadeWish['mode']): string {
  if (tree.cores.length >= coresAtMost) return `the core has at most ${coresAtMost} segments`
  return mode === 'stage' ? 'nobody there is on stage' : 'nobody is there'
}

/** Where both are known: whether the pipe crosses zones. */
function zoneInWords(own: string | undefined, other: string | undefined): string {
  if (own === undefined || other === undefined) return ''
  return own === other ? ` in its zone ${own}` : ` in another zone, ${other}`
}

function whyLeaf({ region, zone }: CascadeMember, { parent, crossing }: Hanging, noCore: string): string {
  const leaf = `leaf of ${parent.node}`
  if (crossing === 'no') return `${leaf}, a core of ${region}${zoneInWords(zone, parent.zone)}`
  const why = crossing === 'full' ? `no core of ${region} has a pipe left` : `${region} has no core, since ${noCore}`
  return `${leaf} in ${parent.region}: ${why}`
}

function whyOver({ pipes }: CascadeMember, over: number): string {
  const { atMost = 0, boundBy = 'pipes' } = pipes ?? {}
  return `; ${over} over its budget of ${atMost} pipes (${boundBy}), since nobody else can carry them`
}

/** Which node cannot carry a pipe to each other: the oldest of them, and no number, since that changes with the load. */
function whyNoMesh(members: readonly CascadeMember[]): string {
  const [tight] = tooTightForMesh(members)
  return tight?.pipes === undefined ? '' : `; no mesh: ${tight.node} cannot carry a pipe to each other (${tight.pipes.boundBy})`
}

/** Says of each segment of a tree why it is what it is. */
export function wordsOf(
  members: readonly CascadeMember[],
  { tree, wish }: { tree: Tree; wish: CascadeWish },
): (node: string) => string {
  const byNode = new Map(members.map((member) => [member.node, member]))
  const coreWords = new Map(tree.cores.map(({ member, why }) => [member.node, why]))
  const noCore = whyNoCore(tree, wish.mode)
  const noMesh = wantsMesh(members, wish) ? whyNoMesh(members) : ''
  return (node) => {
    const member = byNode.get(node)
    const hanging = tree.hangings.get(node)
    if (member === undefined) return ''
    const own = hanging === undefined ? `${coreWords.get(node) ?? ''}${noMesh}` : whyLeaf(member, hanging, noCore)
    const over = tree.over.get(node)
    return `${own}${over === undefined ? '' : whyOver(member, over)}`
  }
}
