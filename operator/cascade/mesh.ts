import { byAge, isTree, meshAtMost, roomOf, starAtLeast, type CascadeMember, type CascadeWish } from './member.ts'

/** Whether it is to be a mesh, if all nodes can carry one: a star that stands goes on down to {@link starAtLeast} segments. */
export function wantsMesh(members: readonly CascadeMember[], { topology, mode }: CascadeWish): boolean {
  if (topology !== 'Auto') return topology === 'Mesh'
  return mode === 'meeting' && members.length <= (isTree(members) ? starAtLeast - 1 : meshAtMost)
}

/** The segments whose nodes cannot carry a pipe to each other one, oldest first. */
export function tooTightForMesh(members: readonly CascadeMember[]): readonly CascadeMember[] {
  return members.filter((member) => roomOf(member) < members.length - 1).toSorted(byAge)
}
