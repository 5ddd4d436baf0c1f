import { meetingKey, type MeetingRef } from '../../sfu/api/identity.ts'
import type { Bus } from '../bus/bus.ts'
import { createRoom, type Room } from './room.ts'

/** The rooms of the meetings that this replica has clients in. */
export interface Rooms {
  /** The room of a meeting, for one more user; it ends with the last `release`. */
  open(meeting: MeetingRef): { readonly room: Room; readonly release: () => void }
  readonly size: number
}

/** Makes the registry. */
export function createRooms(bus: Bus): Rooms {
  const rooms = new Map<string, { readonly room: Room; users: number }>()

  return {
    open(meeting) {
      const key = meetingKey(meeting)
      const opened = rooms.get(key) ?? { room: createRoom(meeting, bus), users: 0 }
      rooms.set(key, opened)
      opened.users++
      let released = false
      return {
        room: opened.room,
        release() {
          if (released) return
          released = true
          if (--opened.users > 0) return
          rooms.delete(key)
          opened.room.close()
        },
      }
    },
    get size() {
      return rooms.size
    },
  }
}
