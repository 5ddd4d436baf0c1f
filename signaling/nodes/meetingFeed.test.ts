import { expect, test } from 'vitest'

import type { RosterChange, RosterEntry, Track } from '../../sfu/api/roster.ts'
import type { MeetingNotification, SessionConnection } from '../../sfu/api/sessionClient.ts'
import { createMeetingFeed, type FeedMember } from './meetingFeed.ts'

const meeting = { namespace: 'default', name: 'standup', incarnation: '01KDVAHJ0000000000000000AA' }
const nobody = { seq: 0, speakers: [] }
const person = (name: string): RosterEntry => ({
  ...{ participant: name, attachment: '01KDVAHJ0000000000000000AB', name, node: 'media-a' },
  ...{ connected: true, joinedAtMs: 0, tracks: [] },
})
const joined = (name: string): RosterChange => ({ type: 'joined', entry: person(name) })
const rosterTold = (revision: number, ...changes: RosterChange[]): MeetingNotification => ({
  method: 'roster',
  data: { revision, changes },
})

/** A connection of which only the listeners count. */
function aConnection(): { connection: SessionConnection; tell: (told: MeetingNotification) => void } {
  const listeners = new Set<(told: MeetingNotification) => void>()
  const onMeeting: SessionConnection['onMeeting'] = (_, listener) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
  return {
    connection: { onMeeting } as SessionConnection,
    tell: (told) => {
      for (const listener of listeners) listener(told)
    },
  }
}
function aMember(): FeedMember & { readonly told: MeetingNotification[] } {
  const told: MeetingNotification[] = []
  return { told, tell: (each) => void told.push(each) }
}

test('what comes before the first snapshot counts where it is newer than that', () => {
  const feed = createMeetingFeed(meeting, () => undefined)
  const { connection, tell } = aConnection()
  feed.plug(connection)
  tell(rosterTold(4, joined('old')))
  tell(rosterTold(6, joined('bob')))
  feed.take({ revision: 5, roster: [person('ada')], speakers: nobody })
  expect(feed.join(aMember()).state.roster.map(({ name }) => name)).toEqual(['ada', 'bob'])
})

test('a second client does not make the first one miss or hear anything twice', () => {
  const feed = createMeetingFeed(meeting, () => undefined)
  const { connection, tell } = aConnection()
  feed.plug(connection)
  feed.take({ revision: 5, roster: [person('ada')], speakers: nobody })
  const first = aMember()
  const { revision } = feed.join(first).state
  // The snapshot overtakes the notification of the same revision, and then the other way round.
  feed.take({ revision: 6, roster: [person('ada'), person('bob')], speakers: nobody })
  tell(rosterTold(6, joined('bob')))
  tell(rosterTold(7, joined('eve')))
  feed.take({ revision: 7, roster: [person('ada'), person('bob'), person('eve')], speakers: nobody })
  expect(first.told).toEqual([rosterTold(revision + 1, joined('bob')), rosterTold(revision + 2, joined('eve'))])
  expect(feed.join(aMember()).state).toMatchObject({ revision: revision + 2 })
})

test('a new connection counts anew: members are told the difference, in revisions without a gap', () => {
  const feed = createMeetingFeed(meeting, () => undefined)
  const [before, after] = [aConnection(), aConnection()]
  feed.plug(before.connection)
  feed.take({ revision: 50, roster: [person('ada'), person('bob')], speakers: nobody })
  const member = aMember()
  feed.join(member)
  feed.unplug()
  before.tell(rosterTold(51, joined('ghost')))
  feed.plug(after.connection)
  feed.take({ revision: 2, roster: [person('ada'), person('eve')], speakers: nobody })
  after.tell(rosterTold(3, joined('kim')))
  const left: RosterChange = { type: 'left', participant: 'bob', attachment: person('bob').attachment }
  expect(member.told).toEqual([rosterTold(2, left, joined('eve')), rosterTold(3, joined('kim'))])
})

test('speakers reach everybody, and who comes later begins with the last of them', () => {
  const feed = createMeetingFeed(meeting, () => undefined)
  const { connection, tell } = aConnection()
  feed.plug(connection)
  feed.take({ revision: 1, roster: [], speakers: nobody })
  const member = aMember()
  feed.join(member)
  const speakers = { seq: 3, speakers: [{ participant: 'ada', dBov: -20 }] }
  tell({ method: 'speakers', data: speakers })
  expect(member.told).toEqual([{ method: 'speakers', data: speakers }])
  expect(feed.join(aMember()).state.speakers).toEqual(speakers)
})

test('a feed ends with its last user and then hears nothing', () => {
  let ended = 0
  const feed = createMeetingFeed(meeting, () => ended++)
  const { connection, tell } = aConnection()
  feed.retain()
  feed.retain()
  feed.plug(connection)
  feed.take({ revision: 1, roster: [], speakers: nobody })
  const member = aMember()
  feed.join(member).leave()
  feed.release()
  expect(ended).toBe(0)
  feed.release()
  tell(rosterTold(2, joined('ada')))
  expect([ended, member.told.length]).toEqual([1, 0])
})

const ulid = (last: string): string => `01KDVAHJ00000000000000000${last}`
const stay = (last: string, more: Partial<RosterEntry> = {}): RosterEntry => ({
  ...person('ada'),
  attachment: ulid(last),
  ...more,
})
const aTrack = (source: Track['source'], producerId: string): Track => ({
  ...{ trackId: `ada/${source}`, source, producerId, muted: false },
})

/** A feed of which ada is in, by her stay `A`, and somebody who is told what becomes of it. */
function withAda(entry: Partial<RosterEntry> = {}) {
  const feed = createMeetingFeed(meeting, () => undefined)
  const { connection, tell } = aConnection()
  feed.plug(connection)
  feed.take({ revision: 1, roster: [stay('A', entry)], speakers: nobody })
  const member = aMember()
  feed.join(member)
  return { feed, tell, member }
}

test('who comes again while their lost stay is still told of is seen once: the one goes in the step in which the other comes', () => {
  const { feed, tell, member } = withAda()
  const left: RosterChange = { type: 'left', participant: 'ada', attachment: ulid('A') }
  tell(rosterTold(2, { type: 'joined', entry: stay('B', { node: 'media-b', joinedAtMs: 9 }) }))
  expect(feed.join(aMember()).state.roster.map(({ attachment }) => attachment)).toEqual([ulid('B')])
  // The way to her media node is given up at last: nobody is told of somebody who is not there.
  tell(rosterTold(3, left))
  expect(member.told).toEqual([rosterTold(2, left, { type: 'joined', entry: stay('B', { node: 'media-b' }) })])
})

test('who moves is seen and heard by the old path until the new one has taken over', () => {
  const { tell, member } = withAda({ tracks: [aTrack('camera', 'old-camera'), aTrack('microphone', 'old-microphone')] })
  const stayB = { participant: 'ada', attachment: ulid('B') }
  tell(rosterTold(2, { type: 'joined', entry: stay('B') }))
  tell(rosterTold(3, { type: 'track', ...stayB, track: { ...aTrack('camera', 'new-camera'), replaces: 'old-camera' } }))
  tell(rosterTold(4, { type: 'left', participant: 'ada', attachment: ulid('A') }))
  expect(member.told.flatMap((told) => (told.method === 'roster' ? [told.data.changes] : []))).toEqual([
    [
      { type: 'left', participant: 'ada', attachment: ulid('A') },
      { type: 'joined', entry: stay('B', { tracks: [aTrack('camera', 'old-camera'), aTrack('microphone', 'old-microphone')] }) },
    ],
    [{ type: 'track', ...stayB, track: { ...aTrack('camera', 'new-camera'), replaces: 'old-camera' } }],
    [{ type: 'untrack', ...stayB, trackId: 'ada/microphone' }],
  ])
})

test('what becomes of a stay that another one followed is told to nobody, whatever a new connection tells first', () => {
  const { feed, tell, member } = withAda()
  tell(rosterTold(2, { type: 'joined', entry: stay('B') }))
  tell(rosterTold(3, { type: 'connection', participant: 'ada', attachment: ulid('A'), connected: false }))
  feed.unplug()
  const again = aConnection()
  feed.plug(again.connection)
  feed.take({ revision: 1, roster: [stay('B'), stay('A', { connected: false })], speakers: nobody })
  expect(member.told).toHaveLength(1)
  // She leaves by the newer one: by the older one she is not there either, unless it is heard of again.
  again.tell(rosterTold(2, { type: 'left', participant: 'ada', attachment: ulid('B') }))
  expect(feed.join(aMember()).state.roster).toEqual([])
  again.tell(rosterTold(3, { type: 'connection', participant: 'ada', attachment: ulid('A'), connected: true }))
  expect(member.told.slice(1)).toEqual([
    rosterTold(3, { type: 'left', participant: 'ada', attachment: ulid('B') }),
    rosterTold(4, { type: 'joined', entry: stay('A') }),
  ])
})
