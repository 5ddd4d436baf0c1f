import { RequestCount, type Busiest } from '../writeCount.ts'

/** What another project writes for the same joins and leaves. */
export interface PeerWrites {
  readonly name: string
  /** What of it is restated, and where it stands. */
  readonly source: string
  readonly writes: number
  readonly writesPerJoin: number
  readonly busiest: Busiest
}

/** A project's way to keep its state: what it writes when somebody comes and goes. */
export interface WritingPeer {
  joined(meeting: string): void
  left(meeting: string): void
  /** A second has passed. */
  tick(): void
  sum(joins: number): PeerWrites
}

interface Rules {
  readonly name: string
  readonly source: string
  /** Each is one write: `verb kind`. */
  readonly onBegin: readonly string[]
  readonly onJoin: readonly string[]
  readonly onLeave: readonly string[]
  readonly onEnd: readonly string[]
  /** Written once a second for each meeting whose people changed. */
  readonly aSecond: readonly string[]
}

function writingPeer(rules: Rules, nowMs: () => number): WritingPeer {
  const count = new RequestCount(nowMs)
  const people = new Map<string, number>()
  const changed = new Set<string>()
  const write = (writes: readonly string[]): void => {
    for (const each of writes) {
      const [verb = '', about = ''] = each.split(' ')
      count.called({ verb, about })
    }
  }
  return {
    joined(meeting) {
      const before = people.get(meeting) ?? 0
      if (before === 0) write(rules.onBegin)
      people.set(meeting, before + 1)
      changed.add(meeting)
      write(rules.onJoin)
    },
    left(meeting) {
      const after = (people.get(meeting) ?? 0) - 1
      people.set(meeting, after)
      changed.add(meeting)
      write(rules.onLeave)
      if (after === 0) write(rules.onEnd)
    },
    tick() {
      for (let each = changed.size; each > 0; each--) write(rules.aSecond)
      changed.clear()
    },
    sum(joins) {
      const { writes, busiest } = count.sum()
      return {
        name: rules.name,
        source: rules.source,
        writes,
        writesPerJoin: Math.round((writes / joins) * 1_000) / 1_000,
        busiest,
      }
    },
  }
}

/** All writes go to the API server: one GameServer a meeting, its players as a list. */
export const agonesWrites = (nowMs: () => number): WritingPeer =>
  writingPeer(
    {
      name: 'Agones',
      source:
        'an allocation is a GameServerAllocation and an update of the GameServer (pkg/gameserverallocations/allocator.go); lists of players ' +
        'are written by the sidecar, at most once a second (pkg/sdkserver); an ended GameServer is deleted and the fleet makes another',
      onBegin: ['create GameServerAllocation', 'update GameServer'],
      onJoin: [],
      onLeave: [],
      onEnd: ['delete GameServer', 'create GameServer'],
      aSecond: ['update GameServer'],
    },
    nowMs,
  )

/** LiveKit writes to Redis, not to an API server: a write here is one command that changes its store. */
export const livekitWrites = (nowMs: () => number): WritingPeer =>
  writingPeer(
    {
      name: 'LiveKit',
      source:
        'a room is stored with its node (pkg/service/redisstore.go StoreRoom, pkg/routing/redisrouter.go SetNodeForRoom), each participant ' +
        'when they come and go (StoreParticipant, DeleteParticipant), the room again with its count; all of it in Redis',
      onBegin: ['hset rooms', 'hset room_node_map'],
      onJoin: ['hset room_participants'],
      onLeave: ['hdel room_participants'],
      onEnd: ['hdel rooms', 'hdel room_node_map'],
      aSecond: [],
    },
    nowMs,
  )
