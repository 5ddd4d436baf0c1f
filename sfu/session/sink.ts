import type { MeetingNotification, SessionNotification } from '../api/sessionClient.ts'

/** Where a session's notifications go: one connection of a signaling replica, which carries many sessions. */
export interface SessionSink {
  tellSession(attachment: string, told: SessionNotification): void
  tellMeeting(meetingKey: string, told: MeetingNotification): void
}
