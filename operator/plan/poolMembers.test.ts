import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { aDisruption, aMember, wallMs } from '../testing/aMember.ts'
import type { MemberView } from '../view/memberView.ts'
import { planMembers, type MembersPlan, type MembersView } from './poolMembers.ts'
import { stayingMembers } from './poolScale.ts'

const drainMs = 600_000

const planned = (members: readonly MemberView[], desired: number, more: Partial<MembersView> = {}): MembersPlan =>
  planMembers({ members, desired, template: 'new', hadNoRoom: false, drainMs, wallMs, ...more })

/** The members as they are once the plan is written down. */
const applied = (members: readonly MemberView[], { disruptions }: MembersPlan): readonly MemberView[] =>
  members.map((member) => ({ ...member, disruptions: disruptions.get(member.name) ?? [] }))

/** Whether members leave that never ran: nothing is lost with them. */
const replacesBroken = ({ rollout }: MembersPlan): boolean => rollout.step === 'replace' && rollout.reason === 'NeverRan'

const states = fc.constantFrom<Partial<MemberView>>(
  { state: 'ready' },
  { state: 'ready', template: 'old' },
  { state: 'silent' },
  { state: 'pending', everHeard: false },
  { state: 'pending', everHeard: false, template: 'old' },
  { state: 'draining', disruptions: [aDisruption('ScaleIn')] },
  { state: 'draining', disruptions: [aDisruption('Rollout')], template: 'old' },
  { state: 'draining', drainedByUser: true },
  { state: 'ready', leaving: { reason: 'Unschedulable', message: 'cordoned' } },
  { deleted: true },
)
const anyMembers = fc
  .array(fc.record({ how: states, people: fc.nat(9), ageMs: fc.nat(100_000) }), { maxLength: 8 })
  .map((all) => all.map(({ how, people, ageMs }, index) => aMember(`m${index}`, { ...how, people, createdAtMs: wallMs - ageMs })))

test('a pool is never planned beyond one more than it should have, nor below it for the sake of a rollout with a surge', () => {
  fc.assert(
    fc.property(anyMembers, fc.nat(8), (members, desired) => {
      const plan = planned(members, desired)
      const staying = stayingMembers(applied(members, plan)).length + plan.create
      expect(staying).toBeLessThanOrEqual(desired + 1)
      expect(staying).toBeGreaterThanOrEqual(replacesBroken(plan) ? 0 : desired)
    }),
  )
})

test('a plan that was written down is not planned again', () => {
  fc.assert(
    fc.property(anyMembers, fc.nat(8), (members, desired) => {
      const first = planned(members, desired)
      fc.pre(!replacesBroken(first)) // Their places are free at once: the next plan fills them.
      const second = planned(applied(members, first), desired)
      expect([...second.disruptions]).toEqual([...first.disruptions])
      expect(second.decided).toEqual([])
    }),
  )
})

test('from every point it comes to rest: as many as desired, all of the newest template', () => {
  fc.assert(
    fc.property(anyMembers, fc.nat(6), (start, desired) => {
      let members = start.filter(({ drainedByUser }) => !drainedByUser)
      let made = 0
      for (let turn = 0; turn < 60; turn++) {
        const plan = planned(members, desired)
        const fresh = Array.from({ length: plan.create }, () => aMember(`made-${made++}`))
        // Who leaves is gone by the next turn, who was made is ready, and who was silent is heard.
        const stay = applied(members, plan).filter((member) => stayingMembers([member]).length === 1)
        members = [...stay.map((member) => ({ ...member, state: 'ready' as const, everHeard: true })), ...fresh]
      }
      expect(members).toHaveLength(desired)
      expect(members.filter(({ template }) => template !== 'new')).toEqual([])
      expect(planned(members, desired)).toMatchObject({ create: 0, decided: [], rollout: { step: 'updated' } })
    }),
  )
})

test('the older template again, and who was to leave for the newer one stays', () => {
  const members = [aMember('a', { disruptions: [aDisruption('Rollout')] }), aMember('b')]
  expect(planned(members, 2).disruptions.get('a')).toEqual([])
})

test('a drain that goes on keeps its beginning and its deadline, whatever is planned later', () => {
  const leaving = { reason: 'Unschedulable', message: 'its Kubernetes Node k1 is cordoned' }
  const first = planned([aMember('a', { leaving })], 1)
  const [began] = first.disruptions.get('a') ?? []
  expect(began).toMatchObject({ source: 'NodeCordoned', sinceMs: wallMs, deadlineMs: wallMs + drainMs })
  const later = planned(applied([aMember('a', { leaving })], first), 1, { wallMs: wallMs + 5_000, drainMs: 1_000 })
  expect(later.disruptions.get('a')).toEqual([began])
})

test('a Pod that is being deleted drains until it is killed', () => {
  const killedAtMs = wallMs + 30_000
  const plan = planned([aMember('a', { podView: { killedAtMs } })], 1)
  expect(plan).toMatchObject({ create: 1 })
  expect(plan.disruptions.get('a')).toMatchObject([{ source: 'Terminating', deadlineMs: killedAtMs }])
})
